package universe

import "github.com/vektah/gqlparser/v2/ast"

// supports reports whether the subgraph's version of federation has a directive,
// which it does not link on its own: Apollo does not check those.
func (p *part) supports(directive string) bool {
	_, own := p.ownLink(directive)
	since, known := sinceVersion(directive)
	return known && !own && p.link.Version.AtLeast(2, since)
}

func supporting(directive string, match func(site) bool) func(site) bool {
	return func(s site) bool { return s.supports(directive) && match(s) }
}

func isList(s site) bool { return s.field.Type.Elem != nil }

// accessBreakages break visibility, access control and cost.
func accessBreakages() []breakage {
	return []breakage{
		onType("REFERENCED_INACCESSIBLE", func(s site) bool { return s.typ.Kind != ast.InputObject && !isRoot(s) && !s.has("inaccessible") }, func(_ *mutator, s site) { s.mark("inaccessible") }),
		onType("QUERY_ROOT_TYPE_INACCESSIBLE", func(s site) bool { return s.typ.Name == "Query" }, func(_ *mutator, s site) { s.mark("inaccessible") }),
		onType("ONLY_INACCESSIBLE_CHILDREN", func(s site) bool { return isObject(s) && !isRoot(s) }, func(m *mutator, s site) {
			for _, f := range m.fields(func(o site) bool { return o.typ.Name == s.typ.Name && !o.has("external") && !o.has("inaccessible") }) {
				f.mark("inaccessible")
			}
		}),
		onField("REQUIRED_INACCESSIBLE", func(s site) bool {
			return isInput(s) && s.field.Type.NonNull && s.field.DefaultValue == nil && !s.has("inaccessible")
		}, func(_ *mutator, s site) { s.mark("inaccessible") }),
		onType("REQUIRED_INACCESSIBLE", func(s site) bool { return s.typ.Name == "Query" }, func(_ *mutator, s site) {
			s.append("extend type Query { secret(a: Int! %s): Int }", s.at("inaccessible"))
		}),
		{"IMPLEMENTED_BY_INACCESSIBLE", func(m *mutator) string {
			s := m.aField(func(s site) bool {
				for _, name := range s.typ.Interfaces {
					i := s.document.Definitions.ForName(name)
					if i != nil && i.Fields.ForName(s.field.Name) != nil && !s.has("external") && !s.has("inaccessible") {
						return true
					}
				}
				return false
			})
			if s.typ == nil {
				return ""
			}
			s.mark("inaccessible")
			return s.String()
		}},
		onType("DEFAULT_VALUE_USES_INACCESSIBLE", func(s site) bool { return s.typ.Name == "Query" }, func(_ *mutator, s site) {
			s.append("enum Hidden { SEEN UNSEEN %s }\nextend type Query { hides(a: Hidden = UNSEEN): Int }", s.at("inaccessible"))
		}),
		onField("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", supporting("authenticated", isInterface), func(_ *mutator, s site) { s.mark("authenticated") }),
		onType("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", supporting("authenticated", isInterface), func(_ *mutator, s site) { s.mark("authenticated") }),
		{"MISSING_TRANSITIVE_AUTH_REQUIREMENTS", func(m *mutator) string {
			s := m.aField(func(s site) bool {
				if !s.supports("authenticated") || s.has("external") {
					return false
				}
				for _, o := range m.others(s) {
					if o.has("external") {
						return true
					}
				}
				return false
			})
			if s.typ == nil {
				return ""
			}
			s.mark("authenticated")
			return s.String()
		}},
		onField("COST_APPLIED_TO_INTERFACE_FIELD", supporting("cost", isInterface), func(_ *mutator, s site) { s.mark("cost", "weight", "3") }),
		onField("LIST_SIZE_APPLIED_TO_NON_LIST", supporting("listSize", func(s site) bool { return isObject(s) && !isList(s) && !s.has("external") }), func(_ *mutator, s site) { s.mark("listSize", "assumedSize", "3") }),
		onField("LIST_SIZE_INVALID_ASSUMED_SIZE", supporting("listSize", func(s site) bool { return isObject(s) && isList(s) && !s.has("external") && !s.has("listSize") }), func(_ *mutator, s site) { s.mark("listSize", "assumedSize", "-3") }),
		onField("LIST_SIZE_INVALID_SLICING_ARGUMENT", supporting("listSize", func(s site) bool { return isObject(s) && isList(s) && !s.has("external") && !s.has("listSize") }), func(_ *mutator, s site) { s.mark("listSize", "slicingArguments", `"nothing"`) }),
		onField("LIST_SIZE_INVALID_SIZED_FIELD", supporting("listSize", func(s site) bool { return isObject(s) && !s.isLeaf() && !s.has("external") && !s.has("listSize") }), func(_ *mutator, s site) {
			s.mark("listSize", "sizedFields", `"nothing"`, "assumedSize", "2")
		}),
	}
}
