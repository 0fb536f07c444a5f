package composition

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// document is what a parser reads from what print writes, without the detour:
// places, comments and descriptions are left out.
func (s *mergedSchema) document(subgraphs []*subgraph) *ast.SchemaDocument {
	types, directives := s.elements(subgraphs)
	doc := &ast.SchemaDocument{Schema: ast.SchemaDefinitionList{s.schemaDefinition()}}
	for _, d := range directives {
		doc.Directives = append(doc.Directives, &ast.DirectiveDefinition{
			Name: d.name, Arguments: argumentDefinitions(d.args), Locations: d.locations, IsRepeatable: d.repeatable,
		})
	}
	doc.Definitions = make(ast.DefinitionList, len(types))
	for i, t := range types {
		doc.Definitions[i] = t.definition()
	}
	return doc
}

func (s *mergedSchema) schemaDefinition() *ast.SchemaDefinition {
	out := &ast.SchemaDefinition{}
	for _, l := range s.allLinks() {
		link := &application{name: "link", args: []argument{{name: "url", value: stringValue(l.url)}}}
		if l.purpose != "" {
			link.args = append(link.args, argument{name: "for", value: enumName(l.purpose)})
		}
		if len(l.imports) > 0 {
			link.args = append(link.args, argument{name: "import", value: l.importList()})
		}
		out.Directives = append(out.Directives, directivesOf([]*application{link})...)
	}
	out.Directives = append(out.Directives, directivesOf(s.applied)...)
	for _, root := range rootNames() {
		if s.typeNamed(root) != nil {
			out.OperationTypes = append(out.OperationTypes, &ast.OperationTypeDefinition{Operation: ast.Operation(strings.ToLower(root)), Type: root})
		}
	}
	return out
}

func (l supergraphLink) importList() *ast.Value {
	var values []*ast.Value
	for _, imp := range l.imports {
		value := stringValue(imp.Name)
		if imp.As != imp.Name {
			value = &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{
				{Name: "name", Value: value}, {Name: "as", Value: stringValue(imp.As)},
			}}
		}
		values = append(values, value)
	}
	return listOf(values)
}

func (t *typeDef) definition() *ast.Definition {
	out := &ast.Definition{Kind: t.kind, Name: t.name, Interfaces: t.interfaces, Types: t.members, Directives: directivesOf(t.applied)}
	fields := make([]ast.FieldDefinition, len(t.fields))
	for i, f := range t.fields {
		fields[i] = ast.FieldDefinition{
			Name: f.name, Type: f.typ, Arguments: argumentDefinitions(f.args), DefaultValue: f.def, Directives: directivesOf(f.applied),
		}
		out.Fields = append(out.Fields, &fields[i])
	}
	for _, v := range t.values {
		out.EnumValues = append(out.EnumValues, &ast.EnumValueDefinition{Name: v.name, Directives: directivesOf(v.applied)})
	}
	return out
}

func argumentDefinitions(args []*field) ast.ArgumentDefinitionList {
	if len(args) == 0 {
		return nil
	}
	out, definitions := make(ast.ArgumentDefinitionList, len(args)), make([]ast.ArgumentDefinition, len(args))
	for i, a := range args {
		definitions[i] = ast.ArgumentDefinition{Name: a.name, Type: a.typ, DefaultValue: a.def, Directives: directivesOf(a.applied)}
		out[i] = &definitions[i]
	}
	return out
}

func directivesOf(applied []*application) ast.DirectiveList {
	if len(applied) == 0 {
		return nil
	}
	out, directives := make(ast.DirectiveList, len(applied)), make([]ast.Directive, len(applied))
	for i, a := range applied {
		list, args := make(ast.ArgumentList, len(a.args)), make([]ast.Argument, len(a.args))
		for k, arg := range a.args {
			args[k] = ast.Argument{Name: arg.name, Value: arg.value}
			list[k] = &args[k]
		}
		directives[i] = ast.Directive{Name: a.name, Arguments: list}
		out[i] = &directives[i]
	}
	return out
}
