package composition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/schema/querygraph"
)

// report says which query fails, and for each subgraph why.
func (w *walk) report(f failure) {
	coordinate := w.graph.Coordinate(f.field.id)
	if f.alone != nil {
		w.reportShared(f, coordinate)
		return
	}
	switch {
	case f.on == querygraph.NoType:
	case w.opaque(f.children):
		w.reportOpaque(f)
		return
	default:
		w.reportType(f, coordinate)
		return
	}
	w.fail(CodeSatisfiability, w.involved(f), "the operation\n%s\ncannot be answered%s: no subgraph can resolve %q there.\n%s%s",
		indented(w.witness(f)), f.state.labels, coordinate, strings.Join(w.reasons(f), ""), w.advice(f))
}

// reportType reports an object type that a field cannot return.
func (w *walk) reportType(f failure, coordinate string) {
	w.fail(CodeSatisfiability, w.placesOf(f.field), "the operation\n%s\ncannot be answered: %q does not return the type %q there.\n%s"+
		"Let the field have the type %q in all subgraphs.",
		indented(w.witness(f)), coordinate, w.graph.Types[f.on].Name, strings.Join(w.reasons(f), ""), f.field.definition.Type)
}

// reportShared reports a mutation that no subgraph can answer alone.
func (w *walk) reportShared(f failure, coordinate string) {
	var text strings.Builder
	at := w.placesOf(f.field)
	for _, one := range f.alone {
		name := w.subgraph(w.reach.At(one.origin(f.state)).Graph).name
		fmt.Fprintf(&text, "If subgraph %q does it, it cannot answer\n%s\nfor lack of %s:\n%s", name,
			indented(w.witness(one)), w.lacking(one), strings.Join(w.reasons(one), ""))
		for _, l := range w.involved(one) {
			if !slices.Contains(at, l) {
				at = append(at, l)
			}
		}
	}
	slices.SortStableFunc(at, func(a, b Location) int { return strings.Compare(a.Subgraph, b.Subgraph) })
	w.fail(CodeSatisfiability, at, "several subgraphs share the mutation %q, which only one of them may do; but none can alone reach all of its result.\n%s"+
		"Let one subgraph reach all of the result, or leave the mutation to that subgraph.", coordinate, text.String())
}

// lacking names what a failure is about.
func (w *walk) lacking(f failure) string {
	if f.on != querygraph.NoType {
		return fmt.Sprintf("the type %q", w.graph.Types[f.on].Name)
	}
	return strconv.Quote(w.graph.Coordinate(f.field.id))
}

// origin is the place at which the result of a root field was entered.
func (f failure) origin(root *state) querygraph.ResidencyID {
	if f.state == root {
		return f.children[0]
	}
	s := f.state
	for s.from != root {
		s = s.from
	}
	return s.entries[0]
}

// reasons are, for each subgraph that has the object or the field, why it cannot
// resolve the field.
func (w *walk) reasons(f failure) []string {
	var out []string
	for _, id := range f.children {
		p := w.reach.At(id)
		out = append(out, fmt.Sprintf("- subgraph %q: gives only the type %q\n", w.subgraph(p.Graph).name, w.graph.Types[p.Type].Name))
	}
	if f.on != querygraph.NoType {
		return out
	}
	s := f.state
	here := map[int]bool{}
	for _, id := range s.places {
		p := w.reach.At(id)
		if here[p.Graph] {
			continue
		}
		here[p.Graph] = true
		out = append(out, fmt.Sprintf("- subgraph %q: %s\n", w.subgraph(p.Graph).name, w.reasonAt(s, id, f.field)))
	}
	for _, h := range f.field.homes {
		if in := h.in; !here[h.graph] && !in.External && s.idle(in) == "" {
			out = append(out, w.reasonElsewhere(s, h))
		}
	}
	return out
}

// reasonAt says why a subgraph that has the object does not resolve the field.
func (w *walk) reasonAt(s *state, id querygraph.ResidencyID, f apiField) string {
	p := w.reach.At(id)
	field, ok := w.graph.FieldAt(p, f.id)
	if !ok {
		return fmt.Sprintf("cannot find field %q of %q", f.definition.Name, w.graph.Types[p.Type].Name)
	}
	in := w.graph.Fields[field].In(p.Graph)
	coordinate := w.graph.Coordinate(field)
	switch {
	case !in.Present:
		return fmt.Sprintf("cannot find field %q", coordinate)
	case s.idle(in) != "":
		return s.idle(in)
	case w.reach.Lacks(id, f.id) != "":
		return w.contextReason(p.Graph, f, w.reach.Lacks(id, f.id))
	case in.Requires == nil:
		return fmt.Sprintf("field %q is not resolved here, it is marked @external", coordinate)
	}
	requires := w.written(w.home(p.Graph, field), "requires")
	if part, missing := w.reach.Missing(id, in.Requires); missing {
		return fmt.Sprintf("cannot fulfil %s of %q: \"%s\" of %q cannot be obtained from here", requires, coordinate, part, w.graph.Types[p.Type].Name)
	}
	return fmt.Sprintf("cannot come back with what %s of %q demands: %q needs a resolvable @key here whose fields this subgraph resolves itself",
		requires, coordinate, w.graph.Types[p.Type].Name)
}

// reasonElsewhere says why an object cannot be moved to a subgraph that resolves
// the field.
func (w *walk) reasonElsewhere(s *state, h home) string {
	name, t := w.subgraph(h.graph).name, &w.graph.Types[w.graph.Fields[h.field].Owner]
	if reasons := w.reasonsOfKeys(s.entries, t, h.graph); reasons != "" {
		return reasons
	}
	return fmt.Sprintf("- cannot move to subgraph %q, which resolves the field: type %q has no @key there\n", name, t.Name)
}

// reasonsOfKeys says of each key of a type in a subgraph why objects at the given
// places cannot be looked up by it.
func (w *walk) reasonsOfKeys(from []querygraph.ResidencyID, t *querygraph.Type, graph int) string {
	name := w.subgraph(graph).name
	var out strings.Builder
	for _, key := range t.In(graph).Keys {
		text := "@key(fields: \"" + key.Fields.String() + "\")"
		if !key.Resolvable {
			fmt.Fprintf(&out, "- cannot move to subgraph %q using %s of %q: it has `resolvable: false`\n", name, text, t.Name)
			continue
		}
		for _, entry := range from {
			if part, missing := w.reach.Missing(entry, key.Fields); missing {
				fmt.Fprintf(&out, "- cannot move to subgraph %q using %s of %q: \"%s\" cannot be obtained from subgraph %q\n",
					name, text, t.Name, part, w.subgraph(w.reach.At(entry).Graph).name)
			}
		}
	}
	return out.String()
}

// advice says what would help: with @requires, or with a way to a subgraph that
// resolves the field.
func (w *walk) advice(f failure) string {
	t := &w.graph.Types[f.state.typ]
	from := w.subgraph(w.reach.At(f.state.entries[0]).Graph).name
	if advice := w.contextAdvice(f); advice != "" {
		return advice
	}
	for _, id := range f.state.places {
		p := w.reach.At(id)
		field, ok := w.graph.FieldAt(p, f.field.id)
		if !ok {
			continue
		}
		in := w.graph.Fields[field].In(p.Graph)
		if in.Requires == nil || f.state.idle(in) != "" {
			continue
		}
		name := w.subgraph(p.Graph).name
		part, missing := w.reach.Missing(id, in.Requires)
		if missing && w.graph.Opaque(p) {
			return fmt.Sprintf("Give the interface %q a resolvable @key, which subgraph %q can fill, in a subgraph that can tell \"%s\" of all its implementations.", w.graph.Types[p.Type].Name, name, part)
		}
		if missing {
			return fmt.Sprintf("Resolve \"%s\" in a subgraph that can look %q up by a @key that subgraph %q can fill, and without requiring %q in turn.",
				part, t.Name, name, f.field.definition.Name)
		}
		return fmt.Sprintf("Give %q a @key in subgraph %q that resolves and whose fields are not @external there.", t.Name, name)
	}
	for _, h := range f.field.homes {
		if in := h.in; in.External || f.state.idle(in) != "" {
			continue
		}
		name, t := w.subgraph(h.graph).name, &w.graph.Types[w.graph.Fields[h.field].Owner]
		if slices.ContainsFunc(t.In(h.graph).Keys, func(k querygraph.Key) bool { return !k.Resolvable }) {
			return fmt.Sprintf("Remove `resolvable: false` in subgraph %q if it can look %q up, or resolve the field in subgraph %q too, marked @shareable in both.", name, t.Name, from)
		}
		return fmt.Sprintf("Give %q in subgraph %q a @key with fields that subgraph %q resolves, or resolve the field in subgraph %q too, marked @shareable in both.", t.Name, name, from, from)
	}
	return fmt.Sprintf("Resolve the field in subgraph %q.", from)
}

// involved are the places of the field in all subgraphs, and of the type in
// those that have the object but not the field.
func (w *walk) involved(f failure) []Location {
	var out []Location
	for i, s := range w.subgraphs {
		names := []string{w.graph.Types[f.state.typ].Name}
		for _, standIn := range w.graph.Types[f.state.typ].StandIns {
			names = append(names, w.graph.Types[standIn.Type].Name)
		}
		for _, name := range names {
			t := s.typeNamed(name)
			switch {
			case t == nil || name != names[0] && !t.interfaceObject():
			case t.field(f.field.definition.Name) != nil:
				out = append(out, t.field(f.field.definition.Name).at)
			case slices.ContainsFunc(f.state.places, func(id querygraph.ResidencyID) bool { return w.reach.At(id).Graph == i }):
				out = append(out, t.at)
			}
		}
	}
	return slices.Compact(out)
}

// placesOf are the places of a field in the subgraphs that name it.
func (w *walk) placesOf(f apiField) []Location {
	var out []Location
	for _, h := range f.homes {
		out = append(out, w.placeOf(h))
	}
	return out
}

// homeIn is the home of a field in a subgraph.
func (w *walk) homeIn(graph int, f apiField) home {
	for _, h := range f.homes {
		if h.graph == graph {
			return h
		}
	}
	return w.home(graph, f.id)
}

func (w *walk) placeOf(h home) Location {
	if own := w.ownField(h); own != nil {
		return own.at
	}
	return w.subgraph(h.graph).at
}

// ownField is the field as the subgraph wrote it.
func (w *walk) ownField(h home) *field {
	f := &w.graph.Fields[h.field]
	if t := w.subgraph(h.graph).typeNamed(w.graph.Types[f.Owner].Name); t != nil {
		return t.field(f.Definition.Name)
	}
	return nil
}

// written is a directive of a field as its subgraph wrote it.
func (w *walk) written(h home, directive string) string {
	if own := w.ownField(h); own != nil {
		if a := first(own.applied, directive); a != nil {
			return a.String()
		}
	}
	return "@" + directive
}

// subgraph is the subgraph of an index of the query graph: join__Graph lists
// them in the same order.
func (w *walk) subgraph(graph int) *subgraph { return w.subgraphs[graph] }

func indented(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}
