package main

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

//go:embed schema.graphqls
var schemaText string

//go:embed introspection.json
var introspection json.RawMessage

// observer is the demo user's name.
const observer = "Galileo"

// endpoint is a GraphQL server over constant data. It is immutable, hence safe
// for concurrent use.
type endpoint struct {
	schema   *ast.Schema
	password string
	token    string
}

// answer is a GraphQL response (GraphQL §7.1).
type answer struct {
	Data   any           `json:"data,omitempty"`
	Errors gqlerror.List `json:"errors,omitempty"`
}

func newEndpoint(password string) (*endpoint, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: schemaText})
	if err != nil {
		return nil, err
	}
	return &endpoint{schema: schema, password: password, token: rand.Text()}, nil
}

// ServeHTTP implements http.Handler.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil {
		reply(w, answer{Errors: gqlerror.List{gqlerror.Errorf("request body: %s", err)}})
		return
	}
	document, errs := gqlparser.LoadQueryWithRules(e.schema, request.Query, nil)
	if len(errs) > 0 {
		reply(w, answer{Errors: errs})
		return
	}
	operation := document.Operations.ForName(request.OperationName)
	if operation == nil {
		reply(w, answer{Errors: gqlerror.List{gqlerror.Errorf("no operation %q", request.OperationName)}})
		return
	}
	e.execute(w, r, operation, request.Variables)
}

func (e *endpoint) execute(w http.ResponseWriter, r *http.Request, operation *ast.OperationDefinition, variables map[string]any) {
	for _, field := range fields(operation.SelectionSet) {
		if field.Name == "__schema" {
			reply(w, answer{Data: introspection})
			return
		}
	}
	root := map[string]any{"__typename": "Query", "planets": planets, "observer": nil}
	if r.Header.Get("Authorization") == "Bearer "+e.token {
		root["observer"] = map[string]any{"name": observer}
	}
	for _, field := range fields(operation.SelectionSet) {
		arguments := field.ArgumentMap(variables)
		switch field.Name {
		case "planet":
			root["planet"] = planet(arguments["name"])
		case "logIn":
			if arguments["name"] != observer || arguments["password"] != e.password {
				reply(w, answer{Errors: gqlerror.List{gqlerror.Errorf("wrong name or password")}})
				return
			}
			root["logIn"] = map[string]any{"token": e.token, "observer": map[string]any{"name": observer}}
		}
	}
	reply(w, answer{Data: complete(operation.SelectionSet, root)})
}

// complete takes from value what the selections ask for, in their order
// (GraphQL §6.4.3 Value Completion, without errors: the data are constant).
func complete(selections ast.SelectionSet, value any) any {
	switch value := value.(type) {
	case []map[string]any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = complete(selections, item)
		}
		return list
	case map[string]any:
		var object object
		for _, field := range fields(selections) {
			object = append(object, member{field.Alias, complete(field.SelectionSet, value[field.Name])})
		}
		return object
	default:
		return value
	}
}

// fields lists the fields of a selection set with fragments replaced by what
// they hold: every type of this schema is an object, so every fragment applies.
func fields(selections ast.SelectionSet) []*ast.Field {
	var list []*ast.Field
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			list = append(list, selection)
		case *ast.InlineFragment:
			list = append(list, fields(selection.SelectionSet)...)
		case *ast.FragmentSpread:
			list = append(list, fields(selection.Definition.SelectionSet)...)
		}
	}
	return list
}

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var buffer bytes.Buffer
	buffer.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			buffer.WriteByte(',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		// A GraphQL name needs no escaping.
		buffer.WriteString(`"` + m.name + `":`)
		buffer.Write(value)
	}
	buffer.WriteByte('}')
	return buffer.Bytes(), nil
}

func reply(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	// An error here means that the client has gone.
	_ = json.NewEncoder(w).Encode(a)
}
