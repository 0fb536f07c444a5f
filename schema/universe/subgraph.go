package universe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weftql/weft/schema/federation"
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
	// Query and Mutation are the root objects; Subscription is the one of the only
	// event that a subscription has: it is the response.
	Query, Mutation, Subscription Object
	// Entities looks an entity up by its representation, by type name. It
	// returns nil where there is no such entity.
	Entities map[string]func(representation map[string]any) (Object, error)
}

// machinery defines what a subgraph's schema has beyond its SDL: the directives
// of federation, under the names that the subgraph's link gives them.
func machinery(link federation.Link, linked bool) string {
	newest := federation.Version{Major: 2, Minor: 14}
	directiveName, typeName := link.DirectiveName, link.TypeName
	if !linked {
		directiveName, typeName = strings.Clone, strings.Clone
	}
	var text strings.Builder
	text.WriteString("directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA\n" +
		"scalar link__Import\nenum link__Purpose { SECURITY EXECUTION }\nscalar _Any\ntype _Service { sdl: String }\n")
	for _, d := range federation.Directives(newest) {
		text.WriteString("directive @" + directiveName(d.Name) + " " + d.Definition(newest) + "\n")
	}
	out := text.String()
	for _, t := range federation.Types(newest) {
		out = strings.ReplaceAll(out, "<"+t.Name+">", typeName(t.Name))
		out += "scalar " + typeName(t.Name) + "\n"
	}
	return out
}

// linkedAlone defines the directives that a subgraph links beside federation's;
// those that need no types.
func linkedAlone(links []federation.Link) string {
	var text strings.Builder
	newest := federation.Version{Major: 2, Minor: 14}
	for _, l := range links {
		if l.Identity == federation.ConnectIdentity {
			text.WriteString(connectDefinitions)
		}
		for _, d := range federation.Directives(newest) {
			if d.Feature != "" && d.Feature == l.Identity && !strings.Contains(d.SDL, "<") {
				text.WriteString("directive @" + l.DirectiveName(d.Name) + " " + d.Definition(newest) + "\n")
			}
		}
	}
	return text.String()
}

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
	links, err := federation.ReadLinks(document)
	if err != nil {
		return nil, fmt.Errorf("universe: subgraph %s: %w", s.Name, err)
	}
	i := slices.IndexFunc(links, func(l federation.Link) bool { return l.Identity == federation.FederationIdentity })
	link, key := federation.Link{}, "key"
	if i >= 0 {
		link = links[i]
		key = link.DirectiveName(key)
	}
	text := withoutDefined(machinery(link, i >= 0)+linkedAlone(links), document)
	if entities := entityTypes(document, key); len(entities) > 0 {
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

// withoutDefined drops the directives that a subgraph defines itself.
func withoutDefined(machinery string, document *ast.SchemaDocument) string {
	for _, own := range document.Directives {
		if before, rest, found := strings.Cut(machinery, "directive @"+own.Name+" "); found {
			_, after, _ := strings.Cut(rest, "\n")
			machinery = before + after
		}
	}
	return machinery
}

// entityTypes returns the object types that have the directive key.
func entityTypes(document *ast.SchemaDocument, key string) (names []string) {
	for _, definition := range append(document.Definitions, document.Extensions...) {
		if definition.Kind == ast.Object && definition.Directives.ForName(key) != nil && !slices.Contains(names, definition.Name) {
			names = append(names, definition.Name)
		}
	}
	return names
}
