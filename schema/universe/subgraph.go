package universe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// Object is an object of a subgraph's graph: values by field name, and the name
// of its type under "__typename" where the schema leaves that open (fields of
// interface and union types, entities).
//
// A value is nil, a string, bool, int or float64, an Object, a []any of values,
// or a Resolver.
type Object map[string]any

// Resolver computes a field's value from its arguments, which are coerced and
// have their defaults.
type Resolver func(arguments map[string]any) (any, error)

// Subgraph is a federated GraphQL service.
type Subgraph struct {
	// Name is what composition calls it.
	Name string
	// SDL is its schema, with or without "@link"; federation's directives need
	// no definition.
	SDL string
	// Query and Mutation are the root objects.
	Query, Mutation Object
	// Entities looks an entity up by its representation, by type name. It
	// returns nil where there is no such entity.
	Entities map[string]func(representation map[string]any) (Object, error)
}

// machinery is what a subgraph's schema has beyond its SDL.
const machinery = `
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @provides(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @external(reason: String) on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @extends on OBJECT | INTERFACE
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | INTERFACE | OBJECT | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
scalar federation__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar _Any
type _Service { sdl: String }
`

// load makes the schema that a subgraph serves.
func (s Subgraph) load() (*ast.Schema, error) {
	document, err := parser.ParseSchema(&ast.Source{Name: s.Name, Input: s.SDL})
	if err != nil {
		return nil, fmt.Errorf("universe: subgraph %s: %w", s.Name, err)
	}
	root := "Query"
	for _, definition := range append(document.Schema, document.SchemaExtension...) {
		if operation := definition.OperationTypes.ForType("Query"); operation != nil {
			root = operation.Type
		}
	}
	text := machinery
	if entities := entityTypes(document); len(entities) > 0 {
		text += "union _Entity = " + strings.Join(entities, " | ") + "\n"
		text += "extend type " + root + " { _entities(representations: [_Any!]!): [_Entity]! }\n"
	}
	text += "extend type " + root + " { _service: _Service! }\n"
	if !slices.ContainsFunc(document.Definitions, func(d *ast.Definition) bool { return d.Name == root }) {
		text += "type " + root + "\n"
	}
	schema, err := validator.LoadSchema(validator.Prelude,
		&ast.Source{Name: s.Name, Input: s.SDL}, &ast.Source{Name: "federation", Input: text, BuiltIn: true})
	if err != nil {
		return nil, fmt.Errorf("universe: subgraph %s: %w", s.Name, err)
	}
	return schema, nil
}

// entityTypes returns the object types that have a key.
func entityTypes(document *ast.SchemaDocument) (names []string) {
	for _, definition := range append(document.Definitions, document.Extensions...) {
		if definition.Kind == ast.Object && definition.Directives.ForName("key") != nil && !slices.Contains(names, definition.Name) {
			names = append(names, definition.Name)
		}
	}
	return names
}
