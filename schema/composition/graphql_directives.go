package composition

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkAppliedDirectives looks at the directives that stand in the schema.
//
// Rule: a directive is defined, stands where its definition allows, not twice
// unless repeatable, and has its required arguments, no others, each once and
// with a value of its type.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkAppliedDirectives(s *subgraph) {
	s.eachPlace(func(p place) {
		for i, a := range p.applied {
			def := s.directive(a.name)
			if def == nil {
				c.invalid([]Location{a.at}, "unknown directive \"@%s\" on %q%s", a.name, p.coordinate, s.directiveAdvice(a.name))
				continue
			}
			if !slices.Contains(def.locations, p.location) {
				c.invalid([]Location{a.at}, "the directive \"@%s\" cannot stand on %q (%s)", a.name, p.coordinate, p.location)
			}
			if !def.repeatable && slices.ContainsFunc(p.applied[:i], func(b *application) bool { return b.name == a.name }) {
				c.invalid([]Location{a.at}, "the directive \"@%s\" stands twice on %q", a.name, p.coordinate)
			}
			c.checkArguments(s, p, a, def)
		}
	})
}

func (c *composer) checkArguments(s *subgraph, p place, a *application, def *directiveDef) {
	for i, arg := range a.args {
		spec := def.arg(arg.name)
		switch {
		case spec == nil:
			c.invalid([]Location{arg.at}, "the directive \"@%s\" has no argument %q", a.name, arg.name)
		case slices.ContainsFunc(a.args[:i], func(b argument) bool { return b.name == arg.name }):
			c.invalid([]Location{arg.at}, "\"@%s\" on %q has the argument %q twice", a.name, p.coordinate, arg.name)
		case arg.value.Kind == ast.NullValue && arg.name == "fields" && isFieldSetDirective(a.spec): // reported as no string
		case !s.validValue(arg.value, spec.typ):
			c.invalid([]Location{arg.at}, "%s is no value of type %q for the argument %q of \"@%s\"", printValue(arg.value), specTypeName(spec.typ), arg.name, a.name)
		}
	}
	for _, spec := range def.args {
		if spec.required() && !slices.ContainsFunc(a.args, func(b argument) bool { return b.name == spec.name }) {
			c.invalid([]Location{a.at}, "\"@%s\" on %q lacks the required argument %q of type %q", a.name, p.coordinate, spec.name, specTypeName(spec.typ))
		}
	}
}

func isFieldSetDirective(spec string) bool {
	return spec == "key" || spec == "requires" || spec == "provides"
}

// directiveAdvice tells how to import a directive of federation, or that its
// specification is linked in an unknown version.
func (s *subgraph) directiveAdvice(name string) string {
	for _, l := range s.doc.Links {
		for _, directive := range featureDirectives(l.Identity) {
			if l.DirectiveName(directive) == name && !knownFeatureVersion(l.Identity, l.Version) {
				return fmt.Sprintf("; no version %s of %s is known here", l.Version, l.Identity)
			}
		}
	}
	if specOrder(name) < 0 {
		return ""
	}
	for inSchema, spec := range s.specDirectives {
		if spec == name {
			return "; import it with @link(import: [\"@" + name + "\"]) or write \"@" + inSchema + "\""
		}
	}
	if s.federation1 {
		return fmt.Sprintf("; it needs federation 2: extend schema @link(url: \"%s/%s\", import: [\"@%s\"])", federation.FederationIdentity, newest(), name)
	}
	return suggestion("@"+name, nil)
}
