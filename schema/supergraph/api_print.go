package supergraph

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/federation"
)

// APISchema returns the SDL of what clients of a supergraph see: without
// @inaccessible elements and without those of linked specifications. Directives
// and types come in the order of their names, built-in ones not at all. The name
// is the file's name for positions; the errors are those of [Parse].
func APISchema(name, sdl string) (string, error) {
	src := &ast.Source{Name: name, Input: sdl}
	doc, err := parser.ParseSchema(src)
	if err != nil {
		return "", federation.SyntaxError(err, src)
	}
	specs, err := readSpecifications(doc, src)
	if err != nil {
		return "", err
	}
	api, err := buildSchema(doc, specs.hidden(), src)
	if err != nil {
		return "", err
	}
	return printSchema(api), nil
}

// printSchema writes a schema, an empty line between its definitions.
func printSchema(s *ast.Schema) string {
	var b strings.Builder
	write := func(doc *ast.SchemaDocument) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchemaDocument(doc)
	}
	if roots := unusualRoots(s); roots != nil {
		write(&ast.SchemaDocument{Schema: ast.SchemaDefinitionList{roots}})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Directives)) {
		if d := s.Directives[name]; d.Position == nil || d.Position.Src == nil || !d.Position.Src.BuiltIn {
			write(&ast.SchemaDocument{Directives: ast.DirectiveDefinitionList{d}})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Types)) {
		if t := s.Types[name]; !t.BuiltIn {
			c := *t
			// The query root has __schema and __type.
			c.Fields = slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
			write(&ast.SchemaDocument{Definitions: ast.DefinitionList{&c}})
		}
	}
	return b.String()
}

// unusualRoots returns the schema definition, or nil if it says nothing: the
// roots have their usual names, and it has no description.
func unusualRoots(s *ast.Schema) *ast.SchemaDefinition {
	roots := &ast.SchemaDefinition{Description: s.Description}
	usual := s.Description == ""
	for _, root := range []struct {
		operation ast.Operation
		name      string
		def       *ast.Definition
	}{{ast.Query, "Query", s.Query}, {ast.Mutation, "Mutation", s.Mutation}, {ast.Subscription, "Subscription", s.Subscription}} {
		if root.def != nil {
			roots.OperationTypes = append(roots.OperationTypes, &ast.OperationTypeDefinition{Operation: root.operation, Type: root.def.Name})
			usual = usual && root.def.Name == root.name
		}
	}
	if usual {
		return nil
	}
	return roots
}
