package oracle

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
)

// Both compositions name an operation, the witness, for each thing that the
// subgraphs cannot answer. Whether they cannot is a question to a planner, and
// Apollo's own decides it.

var (
	theirWitness  = regexp.MustCompile(`(?s)supergraph API query:\n(.*?)\ncannot be satisfied`)
	ourWitness    = regexp.MustCompile(`(?s)the operation\n(.*?)\ncannot be answered`)
	overrideLabel = regexp.MustCompile(`overrideLabel: "([^"]*)"`)
)

// plannedAfterAll reports whether Apollo's planner finds a plan for every
// operation that Apollo's composition calls unsatisfiable, on the supergraph that
// ours composes of the same subgraphs. The smallest cases known:
//
//	# a; with "k" before "x" in b it composes
//	type Query { q: E }
//	type E @key(fields: "id") { id: ID f: F }
//	type F @key(fields: "k", resolvable: false) { k: ID }
//	# b
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	# c
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	type E @key(fields: "id") { id: ID f: F @external r: Int @requires(fields: "f { x }") }
//
//	# accounts
//	type T @key(fields: "b") { b: ID f: T }
//	# catalog
//	type Query { q: T }
//	type T @key(fields: "a") @key(fields: "b") { a: ID b: ID f: T @external r: Int @requires(fields: "f { a }") }
//	# forum; without it the other two compose
//	type T @key(fields: "a") @key(fields: "b") { a: ID b: ID }
func plannedAfterAll(t *testing.T, apollo *Oracle, theirs Composition, ours composition.Result) bool {
	t.Helper()
	var operations []string
	for _, p := range theirs.Errors {
		found := theirWitness.FindStringSubmatch(p.Message)
		if found == nil {
			return false
		}
		operations = append(operations, strings.ReplaceAll(found[1], "...\n", "__typename\n"))
	}
	return planned(t, apollo, ours.Supergraph, operations, func(p Plan) bool { return p.Error == "" })
}

// notPlannedEither reports whether Apollo's planner fails for every operation
// that ours calls unsatisfiable, though Apollo composes the subgraphs.
func notPlannedEither(t *testing.T, apollo *Oracle, theirs Composition, err error) bool {
	t.Helper()
	var operations []string
	for _, found := range ourWitness.FindAllStringSubmatch(err.Error(), -1) {
		operations = append(operations, found[1])
	}
	return planned(t, apollo, theirs.Supergraph, operations, func(p Plan) bool { return p.Error != "" })
}

// planned asks Apollo's planner for operations, with the labels of progressive
// overrides on and off, and reports whether all of its answers are as expected.
func planned(t *testing.T, apollo *Oracle, supergraph string, operations []string, expected func(Plan) bool) bool {
	t.Helper()
	for _, overrides := range labellings(supergraph) {
		plans, err := apollo.Plan(t.Context(), PlanRequest{Supergraph: supergraph, Operations: operations, Overrides: overrides})
		if err != nil || slices.ContainsFunc(plans, func(p Plan) bool { return !expected(p) }) {
			return false
		}
	}
	return len(operations) > 0
}

// labellings lists all ways to set the labels of a supergraph up to four, else
// those with all on, all off, or one of either.
func labellings(supergraph string) (list []map[string]bool) {
	names := map[string]bool{}
	for _, found := range overrideLabel.FindAllStringSubmatch(supergraph, -1) {
		names[found[1]] = true
	}
	labels := slices.Sorted(maps.Keys(names))
	if len(labels) <= 4 {
		for bits := range 1 << len(labels) {
			one := map[string]bool{}
			for i, label := range labels {
				one[label] = bits>>i&1 == 1
			}
			list = append(list, one)
		}
		return list
	}
	for _, most := range []bool{false, true} {
		for odd := range len(labels) + 1 {
			one := map[string]bool{}
			for i, label := range labels {
				one[label] = most != (i == odd)
			}
			list = append(list, one)
		}
	}
	return list
}
