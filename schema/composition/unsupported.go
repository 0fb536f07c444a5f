package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// refuseUnsupported reports constructs that are not handled yet.
//
// Rule: what composition does not handle yet is refused by name, never composed
// in part: @interfaceObject, connect, and @context without federation's link.
// Codes: UNSUPPORTED_FEATURE.
func (c *composer) refuseUnsupported(s *subgraph) {
	for _, l := range s.doc.Links {
		switch l.Identity {
		case federation.ConnectIdentity:
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, l.Position)}, "the specification %s is not supported yet", l.URL)
		case federation.ContextIdentity:
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, l.Position)},
				"linking %s by itself is not supported: import @context and @fromContext from federation v2.8 or later", l.URL)
		}
	}
	for _, d := range s.allDirectives() {
		switch spec := s.specDirectives[d.Name]; spec {
		case "interfaceObject":
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, d.Position)}, "@%s is not supported yet", spec)
		}
	}
}

// allDirectives lists every directive application of the document, in order of
// the kinds of elements.
func (s *subgraph) allDirectives() (out ast.DirectiveList) {
	for _, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		out = append(out, def.Directives...)
	}
	for _, def := range slices.Concat(s.doc.AST.Definitions, s.doc.AST.Extensions) {
		out = append(out, def.Directives...)
		for _, v := range def.EnumValues {
			out = append(out, v.Directives...)
		}
		for _, f := range def.Fields {
			out = append(out, f.Directives...)
			for _, a := range f.Arguments {
				out = append(out, a.Directives...)
			}
		}
	}
	for _, def := range s.doc.AST.Directives {
		for _, a := range def.Arguments {
			out = append(out, a.Directives...)
		}
	}
	return out
}
