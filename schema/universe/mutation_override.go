package universe

import "fmt"

// overrideBreakages break @override and @shareable.
func overrideBreakages() []breakage {
	return []breakage{
		onField("OVERRIDE_FROM_SELF_ERROR", func(s site) bool { return isEntity(s) && !s.has("external") && !s.has("override") }, func(_ *mutator, s site) {
			s.mark("override", "from", fmt.Sprintf("%q", s.part.name))
		}),
		{"OVERRIDE_SOURCE_HAS_OVERRIDE", func(m *mutator) string {
			s := m.aField(func(s site) bool { return s.has("override") && len(m.others(s)) > 0 })
			if s.typ == nil {
				return ""
			}
			o := m.pick(m.others(s))
			o.mark("override", "from", fmt.Sprintf("%q", s.part.name))
			return o.String()
		}},
		{"OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", func(m *mutator) string {
			s := m.aField(func(s site) bool { return isObject(s) && s.has("external") && len(m.others(s)) > 0 })
			if s.typ == nil {
				return ""
			}
			s.mark("override", "from", fmt.Sprintf("%q", m.others(s)[0].part.name))
			return s.String()
		}},
		{"OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", func(m *mutator) string {
			s := m.aField(func(s site) bool {
				return s.has("requires") && s.isLeaf() && s.document.Definitions.ForName(s.field.Type.Name()) == nil && len(s.field.Arguments) == 0
			})
			o := site{}
			if s.typ != nil {
				o = m.aType(func(o site) bool { return isEntity(o) && o.part != s.part && o.typ.Name == s.typ.Name })
			}
			if o.typ == nil {
				return ""
			}
			o.append("extend type %s { %s: %s %s(from: %q) }", s.typ.Name, s.field.Name, s.field.Type, o.at("override"), s.part.name)
			return o.String() + "." + s.field.Name
		}},
		onField("OVERRIDE_ON_INTERFACE", isInterface, func(m *mutator, s site) {
			s.mark("override", "from", fmt.Sprintf("%q", m.parts[0].name))
		}),
		onOverrideLabel("percent(101)"), onOverrideLabel("percent(1.123456789)"), onOverrideLabel("1st"), onOverrideLabel("a b"),
		onField("INVALID_SHAREABLE_USAGE", isInterface, func(_ *mutator, s site) { s.mark("shareable") }),
		onField("INVALID_SHAREABLE_USAGE", func(s site) bool { return isObject(s) && s.has("shareable") }, func(_ *mutator, s site) { s.mark("shareable") }),
		{"INVALID_FIELD_SHARING", func(m *mutator) string {
			for _, p := range m.parts[:2] {
				p.append("type Subscription { event: Int }")
			}
			return "Subscription.event"
		}},
	}
}

// onOverrideLabel makes a breakage of a label that is none.
func onOverrideLabel(label string) breakage {
	return breakage{"OVERRIDE_LABEL_INVALID", func(m *mutator) string {
		s := m.aField(func(s site) bool {
			return m.isPlain(s) && s.isBuiltInLeaf(s.field) && len(m.overriding(s)) > 0
		})
		if s.typ == nil {
			return ""
		}
		o := m.pick(m.overriding(s))
		o.append("extend type %s { %s: %s %s(from: %q, label: %q) }", s.typ.Name, s.field.Name, s.field.Type, o.at("override"), s.part.name, label)
		return o.String() + "." + s.field.Name
	}}
}

// overriding returns the other subgraphs' declarations of a field's type that can
// override it with a label.
func (m *mutator) overriding(s site) []site {
	return m.types(func(o site) bool {
		return isEntity(o) && o.part != s.part && o.typ.Name == s.typ.Name && o.link.Version.AtLeast(2, 7)
	})
}
