package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// labelling says for some labels of progressive overrides whether a request sets
// them, sorted by label. The others may be either way.
//
// Rule: a request sets each label or does not, for all of its fields. A query
// must be answerable in all cases.
// Codes: SATISFIABILITY_ERROR.
//
// Labels of fields that keys or @requires name decide where objects can be moved,
// so there is a walk for each case of them. The others are decided where a query
// meets a field that moves.
type labelling []supergraph.Override

// with decides one more label.
func (l labelling) with(label string, set bool) labelling {
	out := append(slices.Clone(l), supergraph.Override{Label: label, Set: set})
	slices.SortFunc(out, func(a, b supergraph.Override) int { return strings.Compare(a.Label, b.Label) })
	return out
}

func (l labelling) decides(label string) bool {
	return slices.ContainsFunc(l, func(o supergraph.Override) bool { return o.Label == label })
}

// includes reports whether l decides all that other decides, and the same.
func (l labelling) includes(other labelling) bool {
	return !slices.ContainsFunc(other, func(o supergraph.Override) bool { return !slices.Contains(l, o) })
}

// active reports whether a subgraph resolves a field in this case.
func (l labelling) active(o supergraph.Override) bool {
	return o.Label == "" || slices.Contains(l, o)
}

// String says it to people, as in ` where the label "a" is set and "b" is not
// set`; it is empty if nothing is decided.
func (l labelling) String() string {
	if len(l) == 0 {
		return ""
	}
	parts := make([]string, len(l))
	for i, o := range l {
		parts[i] = fmt.Sprintf("%q is not set", o.Label)
		if o.Set {
			parts[i] = fmt.Sprintf("%q is set", o.Label)
		}
	}
	return " where the label " + strings.Join(parts, " and ")
}

// eachCase calls run for each case of the labels on which keys and @requires
// depend.
func (w *walk) eachCase(run func(labelling) error) error {
	labels := w.graph.ConditionLabels()
	var cases func(l labelling, rest []string) error
	cases = func(l labelling, rest []string) error {
		if w.exhausted {
			return nil
		}
		if len(rest) == 0 {
			return run(l)
		}
		for _, set := range []bool{true, false} {
			if err := cases(l.with(rest[0], set), rest[1:]); err != nil {
				return err
			}
		}
		return nil
	}
	return cases(nil, labels)
}

// variants are the cases of a state that a field in it tells apart; the state
// itself if the field does not move.
func (w *walk) variants(s *state, f apiField) []*state {
	for _, h := range f.homes {
		label := h.in.Override.Label
		if label == "" || s.labels.decides(label) {
			continue
		}
		var out []*state
		for _, set := range []bool{true, false} {
			variant := *s
			variant.labels = s.labels.with(label, set)
			out = append(out, w.variants(&variant, f)...)
		}
		return out
	}
	return []*state{s}
}

// idle says that a subgraph does not resolve a field in the state's case; empty
// if it does.
func (s *state) idle(in *querygraph.FieldIn) string {
	switch {
	case s.labels.active(in.Override):
		return ""
	case in.Override.Set:
		return fmt.Sprintf("resolves the field only where the label %q is set", in.Override.Label)
	}
	return fmt.Sprintf("resolves the field only where the label %q is not set", in.Override.Label)
}
