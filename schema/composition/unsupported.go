package composition

import "github.com/weftql/weft/schema/federation"

// refuseUnsupported reports constructs that are not handled yet.
//
// Rule: what composition does not handle yet is refused by name, never composed
// in part: @context without federation's link.
// Codes: UNSUPPORTED_FEATURE.
func (c *composer) refuseUnsupported(s *subgraph) {
	for _, l := range s.doc.Links {
		if l.Identity == federation.ContextIdentity {
			c.fail(CodeUnsupportedFeature, []Location{locate(s.name, l.Position)},
				"linking %s by itself is not supported: import @context and @fromContext from federation v2.8 or later", l.URL)
		}
	}
}
