package universe

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Operation is a request to a router: one operation and its variables.
type Operation struct {
	Query     string
	Variables map[string]any
}

// Body is the operation as the body of an HTTP request.
func (o Operation) Body() string {
	text, err := json.Marshal(map[string]any{"query": o.Query, "variables": o.Variables})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// longestOperation is how many bytes an operation may have: servers have limits.
const longestOperation = 20_000

// RandomOperation makes a valid operation on an API schema: a walk of some depth
// with aliases, repeated fields, fragments, conditions and arguments, of which
// some are variables. The same seed and schema always give the same one.
func RandomOperation(seed uint64, api *ast.Schema) Operation {
	rule := rules.NewDefaultRules()
	for attempt := range uint64(30) {
		g := &operationGenerator{
			Rand: rand.New(rand.NewPCG(seed, 0x6f70+attempt)), api: api,
			depth: 4, plain: attempt > 20, variables: map[string]any{},
		}
		o := g.operation()
		if len(o.Query) > longestOperation {
			continue
		}
		document, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: o.Query})
		if err == nil && len(validator.ValidateWithRules(api, document, rule)) == 0 {
			return o
		}
	}
	return Operation{Query: "{ __typename }"}
}

// operationGenerator makes one operation.
type operationGenerator struct {
	*rand.Rand
	api       *ast.Schema
	depth     int
	plain     bool // without what often makes an operation invalid
	variables map[string]any
	declared  []string
	fragments []string
	aliases   int
	size      int
}

func (g *operationGenerator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *operationGenerator) operation() Operation {
	kind, root := "query", g.api.Query
	switch {
	case g.api.Mutation != nil && g.chance(20):
		kind, root = "mutation", g.api.Mutation
	case g.api.Subscription != nil && g.chance(25):
		kind, root = "subscription", g.api.Subscription
	}
	selections := g.selections(root, g.depth)
	if kind == "subscription" { // has one field
		head, below, _ := g.call(root.Fields[g.IntN(len(root.Fields))], g.depth)
		selections = "{ " + head + below + " }"
	}
	query := kind + " Random"
	if len(g.declared) > 0 {
		query += "(" + strings.Join(g.declared, ", ") + ")"
	}
	query += " " + selections
	if len(g.fragments) > 0 {
		query += "\n" + strings.Join(g.fragments, "\n")
	}
	return Operation{Query: query, Variables: g.variables}
}

// selections writes a selection set on a composite type.
func (g *operationGenerator) selections(typ *ast.Definition, depth int) string {
	var parts []string
	if typ.Kind != ast.Union {
		parts = g.fields(typ, depth)
	}
	if typ.IsAbstractType() {
		if g.chance(60) {
			parts = append(parts, "__typename")
		}
		for _, object := range g.possible(typ) {
			if g.chance(65) {
				parts = append(parts, g.fragment(object, depth))
			}
		}
	} else if g.chance(12) {
		parts = append(parts, pickText(g, []string{"__typename", "kind: __typename"}))
	}
	if len(typ.Interfaces) > 0 && g.chance(15) {
		if i := g.api.Types[typ.Interfaces[0]]; i != nil {
			parts = append(parts, g.fragment(i, min(depth, 1)))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "__typename")
	}
	g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "{ " + strings.Join(parts, " ") + " }"
}

func pickText(g *operationGenerator, list []string) string { return list[g.IntN(len(list))] }

func (g *operationGenerator) possible(typ *ast.Definition) []*ast.Definition {
	list := slices.Clone(g.api.GetPossibleTypes(typ))
	slices.SortFunc(list, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(list)
}

func (g *operationGenerator) fields(typ *ast.Definition, depth int) (parts []string) {
	percent := 60
	if typ == g.api.Query {
		percent = 35
	}
	var last string
	for _, f := range typ.Fields {
		if strings.HasPrefix(f.Name, "__") || !g.chance(percent) {
			continue
		}
		if text := g.field(f, depth); text != "" {
			parts = append(parts, text)
			last = f.Name
		}
	}
	for range 2 { // one field alone is often null, or an empty list
		if f := typ.Fields[g.IntN(len(typ.Fields))]; typ == g.api.Query && depth == g.depth && len(parts) < 3 && !strings.HasPrefix(f.Name, "__") && f.Name != last {
			if text := g.field(f, depth); text != "" {
				parts = append(parts, text)
			}
		}
	}
	if f := typ.Fields.ForName(last); f != nil && !g.plain && g.chance(15) {
		if text := g.field(f, depth); text != "" { // the same field again, perhaps with another alias
			parts = append(parts, text)
		}
	}
	return parts
}

// field writes one field, or "" if its selections would go too deep.
func (g *operationGenerator) field(f *ast.FieldDefinition, depth int) string {
	head, below, ok := g.call(f, depth)
	if !ok {
		return ""
	}
	return head + g.condition() + below
}

// call writes a field with its arguments, and what is selected of it.
func (g *operationGenerator) call(f *ast.FieldDefinition, depth int) (head, below string, ok bool) {
	typ := g.api.Types[f.Type.Name()]
	g.size++
	if typ.IsCompositeType() {
		if depth == 0 || g.size > 60 {
			return "", "", false
		}
		below = " " + g.selections(typ, depth-1)
	}
	head = f.Name
	if len(f.Arguments) > 0 && !g.plain || g.chance(15) {
		g.aliases++
		head = fmt.Sprintf("a%d: %s", g.aliases, f.Name)
	}
	return head + g.arguments(f), below, true
}

func (g *operationGenerator) fragment(typ *ast.Definition, depth int) string {
	body := g.selections(typ, depth)
	if g.chance(25) {
		name := fmt.Sprintf("F%d", len(g.fragments))
		g.fragments = append(g.fragments, fmt.Sprintf("fragment %s on %s %s", name, typ.Name, body))
		return "..." + name + g.condition()
	}
	return "... on " + typ.Name + g.condition() + " " + body
}

func (g *operationGenerator) condition() string {
	if !g.chance(8) {
		return ""
	}
	directive := pickText(g, []string{"@skip", "@include"})
	if g.chance(20) {
		return fmt.Sprintf(" %s(if: %t)", directive, g.chance(50))
	}
	return fmt.Sprintf(" %s(if: $%s)", directive, g.variable("Boolean!", g.chance(50)))
}

// variable declares a variable; one of the same type may be used again.
func (g *operationGenerator) variable(typ string, value any) string {
	for i, d := range g.declared {
		name, known, _ := strings.Cut(strings.TrimPrefix(d, "$"), ": ")
		if known == typ && i%2 == 0 && g.chance(40) {
			return name
		}
	}
	name := fmt.Sprintf("v%d", len(g.declared))
	g.declared = append(g.declared, "$"+name+": "+typ)
	g.variables[name] = value
	return name
}

func (g *operationGenerator) arguments(f *ast.FieldDefinition) string {
	var list []string
	for _, a := range f.Arguments {
		required := a.Type.NonNull && a.DefaultValue == nil
		if !required && !g.chance(55) {
			continue
		}
		value := g.value(a.Type, 3)
		if g.chance(40) {
			list = append(list, a.Name+": $"+g.variable(a.Type.String(), value))
		} else {
			list = append(list, a.Name+": "+g.literal(a.Type, value))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// value makes an input value.
func (g *operationGenerator) value(typ *ast.Type, depth int) any {
	if !typ.NonNull && g.chance(8) {
		return nil
	}
	if typ.Elem != nil {
		list := make([]any, g.IntN(3))
		for i := range list {
			list[i] = g.value(typ.Elem, depth)
		}
		return list
	}
	switch typ.NamedType {
	case "Int":
		return g.IntN(1000)
	case "Float":
		return float64(g.IntN(1000))/2 + 0.25
	case "Boolean":
		return g.chance(50)
	case "String":
		return pickText(g, []string{"", "text", "a \"quoted\" text", "ünïcode ✓", "line\nbreak"})
	case "ID":
		return fmt.Sprintf("id-%d", g.IntN(100))
	}
	definition := g.api.Types[typ.NamedType]
	if definition.Kind == ast.Enum {
		return definition.EnumValues[g.IntN(len(definition.EnumValues))].Name
	}
	object := map[string]any{}
	for _, f := range definition.Fields {
		required := f.Type.NonNull && f.DefaultValue == nil
		if required || depth > 0 && g.chance(60) {
			object[f.Name] = g.value(f.Type, depth-1)
		}
	}
	return object
}

// literal writes a value in the operation's text.
func (g *operationGenerator) literal(typ *ast.Type, value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = g.literal(typ.Elem, item)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case map[string]any:
		var texts []string
		for _, f := range g.api.Types[typ.NamedType].Fields {
			if item, given := v[f.Name]; given {
				texts = append(texts, f.Name+": "+g.literal(f.Type, item))
			}
		}
		return "{" + strings.Join(texts, ", ") + "}"
	case string:
		if d := g.api.Types[typ.NamedType]; d.Kind == ast.Enum {
			return v
		}
		text, err := json.Marshal(v)
		if err != nil {
			return `""`
		}
		return string(text)
	}
	return fmt.Sprint(value)
}
