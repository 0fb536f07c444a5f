package universe

import (
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/federation"
)

// shrinkNames removes types and fields from all subgraphs at once, with all that
// names them: what one subgraph cannot lack without the others.
func shrinkNames(u Universe, fails func(Universe) bool) Universe {
	tried := map[string]bool{}
	for {
		names := namesOf(u)
		i := slices.IndexFunc(names, func(name string) bool { return !tried[name] })
		if i < 0 {
			return u
		}
		name := names[i]
		tried[name] = true
		if smaller, ok := withoutName(u, name); ok && size(smaller) < size(u) && fails(smaller) {
			u = smaller
		}
	}
}

// namesOf lists the names of types and then of fields, each once.
func namesOf(u Universe) []string {
	var types, fields []string
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			continue
		}
		for _, d := range slices.Concat(document.AST.Definitions, document.AST.Extensions) {
			types = append(types, d.Name)
			for _, f := range d.Fields {
				fields = append(fields, f.Name)
			}
		}
	}
	slices.Sort(types)
	slices.Sort(fields)
	return append(slices.Compact(types), slices.Compact(fields)...)
}

// withoutName is the universe without the type or the fields of a name.
func withoutName(u Universe, name string) (Universe, bool) {
	out := Universe{Seed: u.Seed}
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			return u, false
		}
		for _, list := range []*ast.DefinitionList{&document.AST.Definitions, &document.AST.Extensions} {
			*list = slices.DeleteFunc(*list, func(d *ast.Definition) bool {
				withoutNameIn(d, name, word)
				empty := len(d.Fields)+len(d.Types)+len(d.EnumValues)+len(d.Directives) == 0
				return d.Name == name || empty && d.Kind != ast.Scalar
			})
		}
		var text strings.Builder
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchemaDocument(document.AST)
		s.Sources = []federation.Source{{Name: s.Sources[0].Name, Text: text.String()}}
		out.Subgraphs = append(out.Subgraphs, s)
	}
	return out, true
}

func withoutNameIn(d *ast.Definition, name string, word *regexp.Regexp) {
	other := func(s string) bool { return s == name }
	names := func(applied *ast.Directive) bool {
		return slices.ContainsFunc(applied.Arguments, func(a *ast.Argument) bool { return word.MatchString(a.Value.Raw) })
	}
	d.Types = slices.DeleteFunc(d.Types, other)
	d.Interfaces = slices.DeleteFunc(d.Interfaces, other)
	d.Directives = slices.DeleteFunc(d.Directives, names)
	d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool {
		f.Directives = slices.DeleteFunc(f.Directives, names)
		f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.Name() == name })
		return f.Name == name || f.Type.Name() == name
	})
}
