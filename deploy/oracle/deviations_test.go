package oracle

import (
	"slices"
	"strings"
)

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
		reason:  "Apollo's check of satisfiability is wrong by the word of Apollo's planner, which plans what was called unsatisfiable, or fails at what was not",
		matches: func(v verdict) bool { return strings.HasSuffix(v.class, plannerAgrees) },
	},
	{
		reason: "Apollo throws an exception, as for arguments in @requires and @listSize that merging dropped, and for a link that is no address; ours reports errors",
		matches: func(v verdict) bool {
			return strings.HasPrefix(v.class, "Apollo throws, ours [") && v.class != "Apollo throws, ours []"
		},
	},
	{
		reason: "Apollo accepts an enum with the same value twice, which GraphQL forbids (§3.9.1)",
		matches: func(v verdict) bool {
			return strings.HasSuffix(v.class, ", ours [INVALID_GRAPHQL]") && strings.Contains(v.detail, "there can be only one enum value")
		},
	},
	{
		reason: "Apollo validates the arguments and places of composed directives too, but its error has no code",
		matches: func(v verdict) bool {
			unknown := strings.Contains(v.detail, `-  Unknown argument "`) && strings.Contains(v.detail, "has no argument")
			misplaced := strings.Contains(v.detail, `" may not be used on `) && strings.Contains(v.detail, "cannot stand on")
			return v.class == "codes: Apollo [], ours [INVALID_GRAPHQL]" && (unknown || misplaced)
		},
	},
	{
		reason: "Apollo goes on after a @link or a definition of a specification that is wrong, and calls directives unknown",
		matches: func(v verdict) bool {
			return slices.Contains(v.codes, "INVALID_GRAPHQL") && unknownDirectivesAside(v)
		},
	},
	{
		reason: "Apollo does not pass @authenticated on between an interface and its implementations where a subgraph links it by itself, or passes it twice and fails: who may not read a field could read it by way of the other (federation §@authenticated)",
		matches: func(v verdict) bool {
			return v.class == "supergraph" && differsInAuthenticated(v.detail) || v.class == "codes: Apollo [], ours []" && repeatsAuthenticated(v.detail)
		},
	},
}

// repeatsAuthenticated reports whether all that Apollo reports, and without a code,
// is that its own supergraph repeats @authenticated. Where a subgraph does so, that
// is INVALID_GRAPHQL.
func repeatsAuthenticated(detail string) bool {
	for line := range strings.Lines(detail) {
		if strings.TrimSpace(line) != `-  The directive "@authenticated" can only be used once at this location.` {
			return false
		}
	}
	return detail != ""
}

// differsInAuthenticated reports whether ours has @authenticated on elements that
// Apollo has without, and is the same otherwise.
func differsInAuthenticated(detail string) bool {
	theirs, ours := map[string]bool{}, 0
	for line := range strings.Lines(detail) {
		if rest, found := strings.CutPrefix(line, "- "); found {
			theirs[rest] = true
		}
	}
	for line := range strings.Lines(detail) {
		if rest, found := strings.CutPrefix(line, "+ "); found {
			ours++
			if !theirs[strings.Replace(rest, " @authenticated()", "", 1)] {
				return false
			}
		}
	}
	return ours > 0 && ours == len(theirs)
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

// unknownDirectivesAside reports whether a wrong link or definition is all that ours
// reports, and Apollo the same or nothing beside directives that it does not know.
func unknownDirectivesAside(v verdict) bool {
	theirs := slices.DeleteFunc(slices.Clone(v.codes), func(code string) bool { return code == "INVALID_GRAPHQL" })
	for line := range strings.Lines(v.detail) {
		if strings.HasPrefix(line, "- INVALID_GRAPHQL") && !strings.Contains(line, "Unknown directive") {
			return false
		}
	}
	for _, code := range []string{"UNKNOWN_FEDERATION_LINK_VERSION", "DIRECTIVE_DEFINITION_INVALID", "TYPE_DEFINITION_INVALID", "INVALID_LINK_DIRECTIVE_USAGE"} {
		if strings.HasSuffix(v.class, ", ours ["+code+"]") && (len(theirs) == 0 || slices.Equal(theirs, []string{code})) {
			return true
		}
	}
	return false
}
