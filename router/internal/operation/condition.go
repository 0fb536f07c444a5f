package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Condition is a choice of alternatives, each of which is a list of tests that
// all have to hold. Nil always holds. Alternatives and tests are sorted, so that
// equal conditions are equal values.
type Condition [][]Test

// Test holds when a Boolean variable of the operation has the wanted value.
type Test struct {
	Variable string
	Want     bool
}

// clause is one alternative of a Condition while it is collected.
type clause []Test

func compareTests(a, b Test) int {
	switch {
	case a.Variable != b.Variable:
		return strings.Compare(a.Variable, b.Variable)
	case a.Want == b.Want:
		return 0
	case a.Want:
		return 1
	}
	return -1
}

func compareClauses(a, b []Test) int { return slices.CompareFunc(a, b, compareTests) }

// and adds the tests of @skip and @include; ok is false if they can never hold.
func (c clause) and(applied ast.DirectiveList) (out clause, ok bool) {
	out = c
	for _, d := range applied {
		want := d.Name == "include"
		if !want && d.Name != "skip" {
			continue
		}
		arg := d.Arguments.ForName("if")
		switch {
		case arg == nil:
			continue
		case arg.Value.Kind == ast.BooleanValue:
			if (arg.Value.Raw == "true") != want {
				return nil, false
			}
		case arg.Value.Kind == ast.Variable:
			if out, ok = out.with(Test{Variable: arg.Value.Raw, Want: want}); !ok {
				return nil, false
			}
		}
	}
	return out, true
}

func (c clause) with(t Test) (clause, bool) {
	for _, other := range c {
		if other.Variable == t.Variable {
			return c, other.Want == t.Want
		}
	}
	out := append(slices.Clone(c), t)
	slices.SortFunc(out, compareTests)
	return out, true
}

// given drops the tests that hold anyway where the condition holds.
func (c clause) given(cond Condition) clause {
	if len(cond) != 1 {
		return c
	}
	return slices.DeleteFunc(slices.Clone(c), func(t Test) bool { return slices.Contains(cond[0], t) })
}

// anyOf gives the condition that holds when one of the clauses does.
func anyOf(clauses []clause) Condition {
	var out Condition
	for _, c := range clauses {
		if len(c) == 0 {
			return nil
		}
		out = append(out, c)
	}
	return out.simplify()
}

// Or gives the condition that holds when one of the two does.
func (c Condition) Or(other Condition) Condition {
	if c == nil || other == nil {
		return nil
	}
	return append(slices.Clone(c), other...).simplify()
}

// And gives the condition that holds when both do; if they never do, the first
// of them.
func (c Condition) And(other Condition) Condition {
	if c == nil {
		return other
	}
	if other == nil {
		return c
	}
	var both Condition
	for _, a := range c {
		for _, b := range other {
			all, ok := clause(a), true
			for _, t := range b {
				if all, ok = all.with(t); !ok {
					break
				}
			}
			if ok {
				both = append(both, all)
			}
		}
	}
	if both == nil {
		return c
	}
	return both.simplify()
}

// Given drops what a condition that holds anyway makes superfluous.
func (c Condition) Given(known Condition) Condition {
	if c == nil || c.Equal(known) {
		return nil
	}
	if len(known) != 1 {
		return c
	}
	var out Condition
	for _, tests := range c {
		left := clause(tests).given(known)
		if len(left) == 0 {
			return nil
		}
		if !slices.ContainsFunc(left, func(t Test) bool { return slices.Contains(known[0], Test{Variable: t.Variable, Want: !t.Want}) }) {
			out = append(out, left)
		}
	}
	if out == nil {
		return c // it never holds
	}
	return out.simplify()
}

// Equal tells whether the conditions are the same.
func (c Condition) Equal(other Condition) bool {
	return slices.EqualFunc(c, other, func(a, b []Test) bool { return slices.Equal(a, b) })
}

// maxResolved bounds the work of simplify; longer conditions stay as they are,
// which is right too.
const maxResolved = 32

// simplify sorts the alternatives, drops those that another one covers, and
// unites pairs that differ only in what they want of one variable.
func (c Condition) simplify() Condition {
	out := slices.Clone(c)
	for changed := len(out) <= maxResolved; changed; {
		changed = false
		for i := 0; i < len(out) && !changed; i++ {
			for j := i + 1; j < len(out); j++ {
				if merged, ok := resolve(out[i], out[j]); ok {
					if len(merged) == 0 {
						return nil
					}
					out[i] = merged
					out = slices.Delete(out, j, j+1)
					changed = true
					break
				}
			}
		}
	}
	slices.SortFunc(out, compareClauses)
	return slices.CompactFunc(out, func(a, b []Test) bool { return slices.Equal(a, b) })
}

// resolve unites two alternatives if one sorted list of tests says the same.
func resolve(a, b []Test) ([]Test, bool) {
	if covers(a, b) {
		return a, true
	}
	if covers(b, a) {
		return b, true
	}
	if len(a) != len(b) {
		return nil, false
	}
	differs := -1
	for i := range a {
		if a[i].Variable != b[i].Variable {
			return nil, false
		}
		if a[i].Want != b[i].Want {
			if differs >= 0 {
				return nil, false
			}
			differs = i
		}
	}
	return slices.Delete(slices.Clone(a), differs, differs+1), true
}

// covers tells whether a holds whenever b does.
func covers(a, b []Test) bool {
	for _, t := range a {
		if !slices.Contains(b, t) {
			return false
		}
	}
	return true
}
