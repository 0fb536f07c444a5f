package oracle

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

var newest = federation.Version{Major: 2, Minor: 14}

// contents names what a universe has: "@key" and so on as the specification calls
// the directive, "OBJECT" and so on for kinds of types, and a few other constructs.
func contents(u universe.Universe) map[string]bool {
	found := map[string]bool{}
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			continue // a mutation broke its syntax
		}
		link, linked := document.Federation()
		if !linked {
			found["federation 1"] = true
		}
		names := map[string]string{"deprecated": "deprecated", "specifiedBy": "specifiedBy"} // what the subgraph writes, to what it means
		for _, spec := range federation.Directives(newest) {
			if linked {
				names[link.DirectiveName(spec.Name)] = spec.Name
			} else {
				names[spec.Name] = spec.Name
			}
			for _, l := range document.Links {
				if spec.Feature != "" && l.Identity == spec.Feature {
					names[l.DirectiveName(spec.Name)] = spec.Name
					found["link of a specification beside federation's"] = true
				}
			}
		}
		r := reader{found, names}
		r.read(document.AST)
	}
	return found
}

// reader notes what a document has.
type reader struct {
	found map[string]bool
	names map[string]string
}

func (r reader) read(document *ast.SchemaDocument) {
	for _, d := range slices.Concat(document.Schema, document.SchemaExtension) {
		r.directives(d.Directives)
	}
	for _, d := range document.Directives {
		if r.names[d.Name] != "" {
			r.found["definition of a federation directive"] = true
		} else if executable(d) {
			r.found["directive for operations"] = true
		} else {
			r.found["directive for schemas"] = true
		}
	}
	if len(document.Extensions) > 0 {
		r.found["extend"] = true
	}
	for _, d := range slices.Concat(document.Definitions, document.Extensions) {
		r.found[string(d.Kind)] = true
		if slices.Contains([]string{"Query", "Mutation", "Subscription"}, d.Name) {
			r.found[d.Name] = true
		}
		r.directives(d.Directives)
		for _, f := range d.Fields {
			r.directives(f.Directives)
			for _, a := range f.Arguments {
				r.directives(a.Directives)
			}
		}
		for _, v := range d.EnumValues {
			r.directives(v.Directives)
		}
	}
}

func (r reader) directives(list ast.DirectiveList) {
	for _, d := range list {
		if name := r.names[d.Name]; name != "" {
			r.found["@"+name] = true
		}
		if label := d.Arguments.ForName("label"); label != nil && r.names[d.Name] == "override" {
			r.found["@override(label:)"] = true
		}
	}
}

func executable(d *ast.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Locations, func(l ast.DirectiveLocation) bool {
		return strings.Contains("QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION", string(l)) // FIELD_DEFINITION is in none
	})
}

// required lists what contents should find in a long run.
func required() (directives, constructs []string) {
	for _, spec := range federation.Directives(newest) {
		directives = append(directives, "@"+spec.Name)
	}
	return append(directives, "@override(label:)", "@deprecated", "@specifiedBy"), []string{
		"OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "SCALAR", "Query", "Mutation", "Subscription", "extend", "federation 1",
		"link of a specification beside federation's",
		"definition of a federation directive", "directive for operations", "directive for schemas",
	}
}
