package composition

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// joinSDL returns the definitions of the link and join specifications that a
// supergraph contains, for join v0.3, v0.4 or v0.5.
func joinSDL(minor int) string {
	joinField := "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean"
	if minor >= 4 {
		joinField += ", overrideLabel: String"
	}
	if minor >= 5 {
		joinField += ", contextArguments: [join__ContextArgument!]"
	}
	sdl := `
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose {
  """
  ` + "`SECURITY`" + ` features provide metadata necessary to securely resolve fields.
  """
  SECURITY
  """
  ` + "`EXECUTION`" + ` features provide metadata necessary for operation execution.
  """
  EXECUTION
}
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(` + joinField + `) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
scalar join__FieldSet
`
	if minor >= 4 {
		sdl += `
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
`
	}
	if minor >= 5 {
		sdl += `
scalar join__FieldValue
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
`
	}
	return sdl
}

// joinElements are the types and directives of joinSDL, with the enum of the
// subgraphs.
func joinElements(minor int, subgraphs []*subgraph) ([]*typeDef, []*directiveDef) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "join", Input: joinSDL(minor)})
	if err != nil {
		panic("composition: the definitions of the join specification do not parse: " + err.Error())
	}
	var s subgraph // without a name: these elements belong to no subgraph
	var types []*typeDef
	for _, def := range doc.Definitions {
		t := &typeDef{name: def.Name, kind: def.Kind}
		s.fold(t, def, 0)
		types = append(types, t)
	}
	graphs := &typeDef{name: "join__Graph", kind: ast.Enum}
	for _, sub := range subgraphs {
		graphs.values = append(graphs.values, &enumValue{name: sub.graph, applied: []*application{join("graph",
			argument{name: "name", value: stringValue(sub.name)}, argument{name: "url", value: stringValue(sub.url)})}})
	}
	types = append(types, graphs)
	var directives []*directiveDef
	for _, def := range doc.Directives {
		directives = append(directives, &directiveDef{
			name: def.Name, args: s.arguments(def.Arguments, ""), locations: def.Locations, repeatable: def.IsRepeatable,
		})
	}
	return types, directives
}
