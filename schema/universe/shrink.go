package universe

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/federation"
)

// Shrink removes subgraphs, types, fields, arguments, directives and descriptions
// from a universe for as long as it keeps failing, and returns the smallest one
// found. It calls fails some hundred times, also with universes that do not
// compose.
func Shrink(u Universe, fails func(Universe) bool) Universe {
	for {
		before := size(u)
		for i := len(u.Subgraphs) - 1; i >= 0 && len(u.Subgraphs) > 1; i-- {
			smaller := Universe{Seed: u.Seed, Subgraphs: slices.Delete(slices.Clone(u.Subgraphs), i, i+1)}
			if fails(smaller) {
				u = smaller
			}
		}
		u = shrinkNames(u, fails)
		for i := range u.Subgraphs {
			u = shrinkSubgraph(u, i, fails)
		}
		if size(u) == before {
			return u
		}
	}
}

func size(u Universe) (n int) {
	for _, s := range u.Subgraphs {
		n += len(s.Sources[0].Text)
	}
	return n
}

// shrinkSubgraph tries each removal in turn; the document is parsed anew each
// time, so that a removal that does not help is forgotten.
func shrinkSubgraph(u Universe, index int, fails func(Universe) bool) Universe {
	for step := 0; ; {
		document, err := federation.Parse(u.Subgraphs[index])
		if err != nil {
			return u
		}
		removals := removalsOf(document.AST)
		if step >= len(removals) {
			return u
		}
		removals[step]()
		var text strings.Builder
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchemaDocument(document.AST)
		smaller := Universe{Seed: u.Seed, Subgraphs: slices.Clone(u.Subgraphs)}
		smaller.Subgraphs[index].Sources = []federation.Source{{Name: u.Subgraphs[index].Sources[0].Name, Text: text.String()}}
		if size(smaller) < size(u) && fails(smaller) {
			u = smaller // what was removed is gone: the same step is another removal now
		} else {
			step++
		}
	}
}

// removalsOf lists what can be removed from a document, the largest things first.
func removalsOf(document *ast.SchemaDocument) (list []func()) {
	for _, definitions := range []*ast.DefinitionList{&document.Definitions, &document.Extensions} {
		for i := range *definitions {
			list = append(list, func() { *definitions = slices.Delete(*definitions, i, i+1) })
		}
	}
	for i := range document.Directives {
		list = append(list, func() { document.Directives = slices.Delete(document.Directives, i, i+1) })
	}
	for _, d := range slices.Concat(document.Definitions, document.Extensions) {
		list = append(list, removalsOfType(d)...)
	}
	return list
}

func removalsOfType(d *ast.Definition) (list []func()) {
	for i := range d.Fields {
		list = append(list, func() { d.Fields = slices.Delete(d.Fields, i, i+1) })
	}
	for i := range d.EnumValues {
		list = append(list, func() { d.EnumValues = slices.Delete(d.EnumValues, i, i+1) })
	}
	for i := range d.Types {
		list = append(list, func() { d.Types = slices.Delete(d.Types, i, i+1) })
	}
	for i := range d.Interfaces {
		list = append(list, func() { d.Interfaces = slices.Delete(d.Interfaces, i, i+1) })
	}
	list = append(list, removalsOfDirectives(&d.Directives)...)
	list = append(list, func() { d.Description = "" })
	for _, f := range d.Fields {
		for i := range f.Arguments {
			list = append(list, func() { f.Arguments = slices.Delete(f.Arguments, i, i+1) })
		}
		list = append(list, removalsOfDirectives(&f.Directives)...)
		list = append(list, func() { f.Description = "" })
		if f.Type.Elem != nil || f.Type.NonNull {
			list = append(list, func() { f.Type = ast.NamedType(f.Type.Name(), nil) })
		}
		for _, a := range f.Arguments {
			list = append(list, removalsOfDirectives(&a.Directives)...)
			list = append(list, func() { a.Description, a.DefaultValue = "", nil })
		}
	}
	return list
}

func removalsOfDirectives(directives *ast.DirectiveList) (list []func()) {
	for i := range *directives {
		list = append(list, func() { *directives = slices.Delete(*directives, i, i+1) })
	}
	return list
}
