package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxAlternatives bounds the alternatives that a conjunction can have: the
// product of those of its parts.
const maxAlternatives = 1000

// conjunction combines the scopes (or policies) that several subgraphs demand.
//
// Rule: `[[a, b], [c]]` demands (a and b) or c. What several subgraphs demand is
// demanded together, so the alternatives of each combine with those of every
// other; alternatives that contain another one are redundant. An empty list adds
// nothing. More than maxAlternatives are refused.
// Codes: UNSUPPORTED_FEATURE.
func conjunction(lists []*ast.Value) (combined *ast.Value, ok bool) {
	if len(lists) == 0 {
		return nil, true
	}
	lists = slices.DeleteFunc(slices.Clone(lists), func(l *ast.Value) bool { return len(items(l)) == 0 })
	if len(lists) == 0 {
		return listOf(nil), true
	}
	alternatives := [][]string{{}}
	for _, l := range lists {
		var next [][]string
		for _, left := range alternatives {
			for _, right := range items(l) {
				if len(next) > maxAlternatives {
					return nil, false
				}
				next = append(next, mergeSorted(left, names(right)))
			}
		}
		alternatives = withoutRedundant(next)
	}
	outer := make([]*ast.Value, len(alternatives))
	for i, names := range alternatives {
		inner := make([]*ast.Value, len(names))
		for j, n := range names {
			inner[j] = stringValue(n)
		}
		outer[i] = listOf(inner)
	}
	return listOf(outer), true
}

func names(v *ast.Value) []string {
	var out []string
	for _, item := range items(v) {
		out = append(out, item.Raw)
	}
	return out
}

func mergeSorted(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// withoutRedundant drops alternatives that demand all of another one and more,
// and sorts the rest.
func withoutRedundant(all [][]string) [][]string {
	slices.SortFunc(all, func(a, b []string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(strings.Join(a, "\x00"), strings.Join(b, "\x00"))
	})
	var out [][]string
	for _, candidate := range all {
		redundant := slices.ContainsFunc(out, func(kept []string) bool {
			return !slices.ContainsFunc(kept, func(n string) bool { return !slices.Contains(candidate, n) })
		})
		if !redundant {
			out = append(out, candidate)
		}
	}
	return out
}
