package composition

import (
	"slices"
	"strings"
)

// ownDirective names a directive of the users' own among those of federation, in
// lists of directives to be merged.
func ownDirective(name string) string { return "@" + name }

// composes reports whether an application brings its directive into the
// supergraph.
func (m *merger) composes(a *application) bool {
	c := m.super.composed[a.name]
	return a.spec == "" && c != nil && c.by[a.in]
}

// ownApplications are those of a composed directive; nil if the name is not one
// that ownDirective made.
func ownApplications(list []*application, key string) []*application {
	name, own := strings.CutPrefix(key, "@")
	if !own {
		return nil
	}
	var out []*application
	for _, a := range list {
		if a.name == name && a.spec == "" {
			out = append(out, a)
		}
	}
	return out
}

// meaning identifies the arguments of an application, of which those left out have
// their defaults if that is known.
func (m *merger) meaning(a *application) string {
	if c := m.super.composed[a.name]; c != nil && a.spec == "" {
		a = c.withDefaults(a)
	}
	return applicationKey(a)
}

// withDefaults adds the arguments that an application leaves out, so that
// applications that mean the same can be recognised.
func (c *composedDirective) withDefaults(a *application) *application {
	out := *a
	out.args = slices.Clone(a.args)
	for _, arg := range c.definition.args {
		if arg.def != nil && a.arg(arg.name) == nil {
			out.args = append(out.args, argument{name: arg.name, value: arg.def})
		}
	}
	return &out
}

// checkComposedApplications compares the applications of composed directives
// with the definition that was taken.
//
// Rule: a composed directive stands where the newest definition allows, with the
// arguments that it has.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkComposedApplications() {
	if len(c.super.composed) == 0 {
		return
	}
	merged := &subgraph{schema: c.super.schema}
	merged.eachPlace(func(p place) {
		for _, a := range p.applied {
			composed := c.super.composed[a.name]
			if composed == nil || a.spec != "" {
				continue
			}
			if !slices.Contains(composed.definition.locations, p.location) {
				c.invalid([]Location{a.at}, "the directive \"@%s\" cannot stand on %q (%s) by the definition that the supergraph takes", a.name, p.coordinate, p.location)
				continue
			}
			c.checkArguments(merged, p, a, composed.definition)
		}
	})
}
