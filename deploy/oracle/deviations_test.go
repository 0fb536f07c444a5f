package oracle

import "strings"

// deviation is a kind of difference that is meant.
type deviation struct {
	// reason says why ours differs, with what the specification says or where
	// Apollo's result is wrong.
	reason string
	// matches recognises it.
	matches func(verdict) bool
}

// deviations are at most ten.
var deviations = []deviation{
	{
		reason: "Apollo's satisfiability depends on the order of @key: in another order it composes the same subgraphs",
		matches: func(v verdict) bool {
			return v.class == "codes: Apollo [SATISFIABILITY_ERROR], ours [], with keys in another order Apollo composes"
		},
	},
	{
		reason: "Apollo throws an exception, as for a wrong field set of a renamed directive and for a link that is no address; ours reports errors",
		matches: func(v verdict) bool {
			return strings.HasPrefix(v.class, "Apollo throws, ours [") && v.class != "Apollo throws, ours []"
		},
	},
	{
		reason: "Apollo accepts an enum with the same value twice, which GraphQL forbids (§3.9.1)",
		matches: func(v verdict) bool {
			return v.class == "codes: Apollo [], ours [INVALID_GRAPHQL]" && strings.Contains(v.detail, "there can be only one enum value")
		},
	},
	{
		reason: "Apollo goes on after an unknown version of federation and calls every directive unknown",
		matches: func(v verdict) bool {
			return v.class == "codes: Apollo [INVALID_GRAPHQL UNKNOWN_FEDERATION_LINK_VERSION], ours [UNKNOWN_FEDERATION_LINK_VERSION]"
		},
	},
}

// explain returns the reason for a difference, or "" if it is not meant.
func explain(v verdict) string {
	for _, d := range deviations {
		if d.matches(v) {
			return d.reason
		}
	}
	return ""
}
