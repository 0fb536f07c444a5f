package shop

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Names are the subgraphs.
func Names() []string { return []string{"accounts", "inventory", "products", "reviews"} }

//go:embed schema
var schemas embed.FS

// SDL is the schema of the subgraph of that name, for composition.
func SDL(name string) (string, error) {
	text, err := schemas.ReadFile("schema/" + name + ".graphqls")
	return string(text), err
}

// Service answers operations: a subgraph, or all of the data in one place. It is
// safe for concurrent use.
type Service struct {
	name   string // "" is the monolith
	sdl    string
	schema *ast.Schema
	shop   *shop
}

// directives is what gqlparser has to know of federation to read a subgraph.
const directives = `
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT
directive @shareable on FIELD_DEFINITION
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
scalar _Any
type _Service { sdl: String! }
type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
`

// NewSubgraph returns the subgraph of that name.
func NewSubgraph(name string) (*Service, error) {
	sdl, err := SDL(name)
	if err != nil {
		return nil, err
	}
	_, text, _ := strings.Cut(strings.Replace(sdl, "type Query", "extend type Query", 1), "\n") // without its @link
	var entities []string
	for line := range strings.Lines(text) {
		if entity, keyed := strings.CutPrefix(line, "type "); keyed && strings.Contains(line, "@key(") {
			entities = append(entities, strings.Fields(entity)[0])
		}
	}
	text = directives + "union _Entity = " + strings.Join(entities, " | ") + "\n" + text
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: text})
	if err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	return &Service{name: name, sdl: sdl, schema: schema, shop: newShop()}, nil
}

// NewMonolith returns the service that has it all; the schema is the one that
// clients of a gateway see.
func NewMonolith(schema *ast.Schema) *Service { return &Service{schema: schema, shop: newShop()} }

// Execute answers one GraphQL request in JSON. Whatever goes wrong is in the
// response, which then has no data.
func (s *Service) Execute(request []byte) []byte {
	var out bytes.Buffer
	if err := s.execute(request, &out); err != nil {
		message, _ := json.Marshal(err.Error())
		return fmt.Appendf(nil, `{"errors":[{"message":%s}]}`, message)
	}
	return out.Bytes()
}

func (s *Service) execute(request []byte, out *bytes.Buffer) error {
	var asked struct {
		Query         string
		OperationName string
		Variables     map[string]any
	}
	decoder := json.NewDecoder(bytes.NewReader(request))
	decoder.UseNumber()
	if err := decoder.Decode(&asked); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	document, list := gqlparser.LoadQueryWithRules(s.schema, asked.Query, rules.NewDefaultRules())
	if list != nil {
		return list
	}
	operation := document.Operations.ForName(asked.OperationName)
	switch {
	case operation == nil:
		return errors.New("there is no such operation")
	case operation.Operation != ast.Query:
		return errors.New("there are queries alone")
	}
	e := execution{Service: s, out: out}
	var err error
	if e.variables, err = validator.VariableValues(s.schema, operation, asked.Variables); err != nil {
		return err
	}
	out.WriteString(`{"data":`)
	if err := e.object("Query", nil, []ast.SelectionSet{operation.SelectionSet}); err != nil {
		return err
	}
	out.WriteByte('}')
	return nil
}

// execution is one operation's.
type execution struct {
	*Service
	variables map[string]any
	out       *bytes.Buffer
}

// entity is an object of the data as one subgraph sees it.
type entity struct {
	of any // *user, *product or *review
	// given is what a representation says of it.
	given map[string]any
	// provided says that it stands where reviews provides the user's name.
	provided bool
}

// object writes an object's selections, fields of one key merged.
func (e *execution) object(typename string, of any, selections []ast.SelectionSet) error {
	var keys []string
	fields := map[string][]*ast.Field{}
	for _, set := range selections {
		e.collect(typename, set, func(f *ast.Field) {
			if fields[f.Alias] == nil {
				keys = append(keys, f.Alias)
			}
			fields[f.Alias] = append(fields[f.Alias], f)
		})
	}
	for i, key := range keys {
		e.out.WriteByte("{,"[min(i, 1)])
		e.out.WriteString(`"` + key + `":`)
		first := fields[key][0]
		value, err := e.field(typename, of, first)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", typename, first.Name, err)
		}
		var below []ast.SelectionSet
		for _, f := range fields[key] {
			below = append(below, f.SelectionSet)
		}
		if err := e.value(value, below); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		e.out.WriteByte('{')
	}
	e.out.WriteByte('}')
	return nil
}

// collect calls add for each field that the selections select of a type.
func (e *execution) collect(typename string, selections ast.SelectionSet, add func(*ast.Field)) {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			if e.included(s.Directives) {
				add(s)
			}
		case *ast.InlineFragment:
			if e.included(s.Directives) && e.applies(s.TypeCondition, typename) {
				e.collect(typename, s.SelectionSet, add)
			}
		case *ast.FragmentSpread:
			if e.included(s.Directives) && e.applies(s.Definition.TypeCondition, typename) {
				e.collect(typename, s.Definition.SelectionSet, add)
			}
		}
	}
}

func (e *execution) included(directives ast.DirectiveList) bool {
	if d := directives.ForName("skip"); d != nil && d.ArgumentMap(e.variables)["if"] == true {
		return false
	}
	d := directives.ForName("include")
	return d == nil || d.ArgumentMap(e.variables)["if"] == true
}

func (e *execution) applies(condition, typename string) bool {
	return condition == "" || condition == typename ||
		slices.ContainsFunc(e.schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == typename })
}

// value writes what a field resolved to.
func (e *execution) value(value any, selections []ast.SelectionSet) error {
	switch v := value.(type) {
	case []entity:
		e.out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				e.out.WriteByte(',')
			}
			if err := e.value(item, selections); err != nil {
				return err
			}
		}
		e.out.WriteByte(']')
	case entity:
		typename := typeOf(v.of)
		if typename == "" {
			e.out.WriteString("null")
			return nil
		}
		return e.object(typename, v, selections)
	case service:
		return e.object("_Service", v, selections)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		e.out.Write(text)
	}
	return nil
}
