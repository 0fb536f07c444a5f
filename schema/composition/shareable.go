package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkShareable checks where @shareable stands.
//
// Rule: @shareable stands on fields of object types, once, or on object types,
// once for each `type` and `extend type`, whose fields it then means.
// Codes: INVALID_SHAREABLE_USAGE.
func (c *composer) checkShareable(s *subgraph) {
	for _, t := range s.types {
		seen := map[int]bool{}
		for _, a := range find(t.applied, "shareable") {
			if seen[a.part] {
				c.fail(CodeInvalidShareableUsage, []Location{a.at}, "@shareable stands twice on the same declaration of %q", t.name)
			}
			seen[a.part] = true
		}
		for _, f := range t.fields {
			switch all := find(f.applied, "shareable"); {
			case len(all) == 0:
			case t.kind == ast.Interface:
				c.fail(CodeInvalidShareableUsage, []Location{all[0].at}, "@shareable on %q: only fields of object types can be shared", f.coordinate)
			case len(all) > 1:
				c.fail(CodeInvalidShareableUsage, []Location{all[1].at}, "@shareable stands twice on %q", f.coordinate)
			}
		}
	}
}
