package composition

import (
	"slices"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// checkSpecificationAccessible looks at the elements of specifications that the
// supergraph links: the directives that it imports from them, and what carries
// their name as a namespace, as in "spec__Type".
//
// Rule: no element of a linked specification is @inaccessible, neither whole nor
// in part, because who implements the specification relies on all of it. (None is
// in the API schema anyway.)
// Codes: DISALLOWED_INACCESSIBLE.
func (c *composer) checkSpecificationAccessible() {
	for _, t := range c.super.types {
		spec := c.super.specificationOf(t.name)
		if spec == "" {
			continue
		}
		c.checkDisallowed(spec, t.name, t.places(), t.applied)
		for _, f := range t.fields {
			c.checkDisallowed(spec, f.coordinate, f.places(), f.applied)
			for _, a := range f.args {
				c.checkDisallowed(spec, a.coordinate, a.places(), a.applied)
			}
		}
		for _, v := range t.values {
			c.checkDisallowed(spec, v.coordinate, v.places(), v.applied)
		}
	}
	for _, d := range c.super.directives {
		for _, a := range d.args {
			if spec := c.super.specificationOf("@" + d.name); spec != "" {
				c.checkDisallowed(spec, a.coordinate, a.places(), a.applied)
			}
		}
	}
}

func (c *composer) checkDisallowed(spec, coordinate string, at []Location, applied []*application) {
	if hidden(applied) {
		c.fail(CodeDisallowedInaccessible, at,
			"%q is @inaccessible, but belongs to the specification %s, whose elements are not in the API anyway: remove @inaccessible there", coordinate, spec)
	}
}

// specificationOf returns the url of the linked specification to which an element
// belongs, or ""; a directive's name comes with its "@".
func (s *mergedSchema) specificationOf(name string) string {
	bare := strings.TrimPrefix(name, "@")
	for _, l := range s.links {
		identity := l.url[:strings.LastIndexByte(l.url, '/')]
		namespace := identity[strings.LastIndexByte(identity, '/')+1:]
		imported := slices.ContainsFunc(l.imports, func(i federation.Import) bool { return i.As == name })
		if imported || strings.HasPrefix(bare, namespace+"__") || name == "@"+namespace {
			return l.url
		}
	}
	return ""
}
