package trial

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

// facts is what the subgraphs' schemas say and the supergraph does not.
type facts struct {
	// moved are fields with @override: by "Type.field" the subgraph to which they
	// move.
	moved map[string]string
	// parts are, by enum and input type, the values and fields of each declaration.
	parts map[string][][]string
}

func readFacts(u universe.Universe) (*facts, error) {
	f := &facts{moved: map[string]string{}, parts: map[string][][]string{}}
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			return nil, err
		}
		link, _ := document.Federation()
		parts := map[string][]string{}
		for _, d := range slices.Concat(document.AST.Definitions, document.AST.Extensions) {
			for _, field := range d.Fields {
				if field.Directives.ForName(link.DirectiveName("override")) != nil {
					f.moved[d.Name+"."+field.Name] = s.Name
				}
				if d.Kind == ast.InputObject {
					parts[d.Name] = append(parts[d.Name], field.Name)
				}
			}
			for _, v := range d.EnumValues {
				parts[d.Name] = append(parts[d.Name], v.Name)
			}
		}
		for name, list := range parts {
			slices.Sort(list)
			f.parts[name] = append(f.parts[name], list)
		}
	}
	return f, nil
}

// differs tells whether subgraphs know different values of an enum, or fields of
// an input type.
func (f *facts) differs(name string) bool {
	return slices.ContainsFunc(f.parts[name], func(list []string) bool { return !slices.Equal(list, f.parts[name][0]) })
}
