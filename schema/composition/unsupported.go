package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// refuseUnsupported reports constructs that are not handled yet.
//
// Rule: what composition does not handle yet is refused by name, never composed
// in part: federation 1 subgraphs, @interfaceObject, @context, @fromContext,
// @composeDirective, @cacheTag, and connect.
// Codes: UNSUPPORTED_FEATURE.
func (c *composer) refuseUnsupported(s *subgraph) {
	if _, ok := s.doc.Federation(); !ok {
		c.fail(CodeUnsupportedFeature, []Location{s.start()},
			"federation 1 subgraphs are not supported yet: link federation 2, as in `extend schema @link(url: %q, import: [\"@key\"])`",
			federation.FederationIdentity+"/v2.9")
		return
	}
	for _, l := range s.doc.Links {
		switch l.Identity {
		case federation.ConnectIdentity, federation.ContextIdentity, federation.CacheTagIdentity:
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, l.Position)}, "the specification %s is not supported yet", l.URL)
		}
	}
	for _, d := range s.allDirectives() {
		switch spec := s.specDirectives[d.Name]; spec {
		case "interfaceObject", "context", "fromContext", "composeDirective", "cacheTag":
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, d.Position)}, "@%s is not supported yet", spec)
		}
	}
}

// start is the first place in the subgraph's files.
func (s *subgraph) start() Location {
	loc := Location{Subgraph: s.name}
	if len(s.doc.Subgraph.Sources) > 0 {
		loc.File, loc.Line, loc.Column = s.doc.Subgraph.Sources[0].Name, 1, 1
	}
	return loc
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
