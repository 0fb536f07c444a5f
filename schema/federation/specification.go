package federation

import "slices"

// Identities of the specifications that composition knows.
const (
	LinkIdentity           = "https://specs.apollo.dev/link"
	FederationIdentity     = "https://specs.apollo.dev/federation"
	JoinIdentity           = "https://specs.apollo.dev/join"
	TagIdentity            = "https://specs.apollo.dev/tag"
	InaccessibleIdentity   = "https://specs.apollo.dev/inaccessible"
	AuthenticatedIdentity  = "https://specs.apollo.dev/authenticated"
	RequiresScopesIdentity = "https://specs.apollo.dev/requiresScopes"
	PolicyIdentity         = "https://specs.apollo.dev/policy"
	CostIdentity           = "https://specs.apollo.dev/cost"
	ContextIdentity        = "https://specs.apollo.dev/context"
	ConnectIdentity        = "https://specs.apollo.dev/connect"
	CacheTagIdentity       = "https://specs.apollo.dev/cacheTag"
)

// DirectiveSpec describes a directive of the federation specification.
type DirectiveSpec struct {
	// Name is the directive's name in the specification, without "@".
	Name string
	// Since is the minor version of federation 2 that brought it.
	Since int
	// Feature is the identity of the specification that the supergraph links
	// for it; empty if composition consumes the directive.
	Feature string
	// SDL is the definition's text after the name: arguments, "repeatable",
	// locations. Types of the specification stand there as <FieldSet>.
	SDL string
}

// Definition returns the definition's text for the given version: a few
// directives changed after they came.
func (d DirectiveSpec) Definition(v Version) string {
	switch {
	case d.Name == "shareable" && v.AtLeast(2, 2):
		return "repeatable on OBJECT | FIELD_DEFINITION"
	case d.Name == "override" && v.AtLeast(2, 7):
		return "(from: String!, label: String) on FIELD_DEFINITION"
	case d.Name == "tag" && v.AtLeast(2, 3):
		return d.SDL + " | SCHEMA"
	}
	return d.SDL
}

const (
	everywhere = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
	authorised = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
)

// directives lists the specification's directives in the order in which it
// defines them.
var directives = [...]DirectiveSpec{
	{Name: "key", SDL: "(fields: <FieldSet>!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"},
	{Name: "requires", SDL: "(fields: <FieldSet>!) on FIELD_DEFINITION"},
	{Name: "provides", SDL: "(fields: <FieldSet>!) on FIELD_DEFINITION"},
	{Name: "external", SDL: "(reason: String) on OBJECT | FIELD_DEFINITION"},
	{Name: "tag", Feature: TagIdentity, SDL: "(name: String!) repeatable on " + everywhere},
	{Name: "extends", SDL: "on OBJECT | INTERFACE"},
	{Name: "shareable", SDL: "on OBJECT | FIELD_DEFINITION"},
	{Name: "inaccessible", Feature: InaccessibleIdentity, SDL: "on " + everywhere},
	{Name: "override", SDL: "(from: String!) on FIELD_DEFINITION"},
	{Name: "composeDirective", Since: 1, SDL: "(name: String) repeatable on SCHEMA"},
	{Name: "interfaceObject", Since: 3, SDL: "on OBJECT"},
	{Name: "authenticated", Since: 5, Feature: AuthenticatedIdentity, SDL: "on " + authorised},
	{Name: "requiresScopes", Since: 5, Feature: RequiresScopesIdentity, SDL: "(scopes: [[<Scope>!]!]!) on " + authorised},
	{Name: "policy", Since: 6, Feature: PolicyIdentity, SDL: "(policies: [[<Policy>!]!]!) on " + authorised},
	{Name: "context", Since: 8, Feature: ContextIdentity, SDL: "(name: String!) repeatable on INTERFACE | OBJECT | UNION"},
	{Name: "fromContext", Since: 8, Feature: ContextIdentity, SDL: "(field: <ContextFieldValue>) on ARGUMENT_DEFINITION"},
	{Name: "cost", Since: 9, Feature: CostIdentity, SDL: "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"},
	{Name: "listSize", Since: 9, Feature: CostIdentity, SDL: "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"},
	{Name: "cacheTag", Since: 12, Feature: CacheTagIdentity, SDL: "(format: String!) repeatable on OBJECT | FIELD_DEFINITION"},
}

// TypeSpec describes a scalar of the federation specification.
type TypeSpec struct {
	Name  string
	Since int
}

// types lists the specification's types. All of them are scalars.
var types = [...]TypeSpec{
	{Name: "FieldSet"},
	{Name: "Scope", Since: 5},
	{Name: "Policy", Since: 6},
	{Name: "ContextFieldValue", Since: 8},
}

// Directives returns the directives that the given version of the federation
// specification defines, in its order. The result must not be changed.
func Directives(v Version) []DirectiveSpec {
	if !slices.ContainsFunc(directives[:], func(d DirectiveSpec) bool { return !v.AtLeast(2, d.Since) }) {
		return directives[:] // all, which is asked for again and again
	}
	out := make([]DirectiveSpec, 0, len(directives))
	for _, d := range directives {
		if v.AtLeast(2, d.Since) {
			out = append(out, d)
		}
	}
	return out
}

// Types returns the scalars that the given version of the federation
// specification defines.
func Types(v Version) []TypeSpec {
	var out []TypeSpec
	for _, t := range types {
		if v.AtLeast(2, t.Since) {
			out = append(out, t)
		}
	}
	return out
}
