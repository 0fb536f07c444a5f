package plan

import (
	"slices"

	"github.com/weftql/weft/router/internal/operation"
)

// Defer is a part of the response that may come later than the rest: what a
// fragment with @defer selects at one place.
type Defer struct {
	// Parent is the index of the part around it in Plan.Defers, or NoDefer.
	Parent int
	// Path leads to the objects that the fragment is about, with "@" for each list
	// level, as in Position.Path.
	Path []string
	// Label is the client's name for it, or "".
	Label string
	// If is the Boolean variable that has to be true for it to come later, or "".
	If string
}

// NoDefer stands for what is due at once.
const NoDefer = operation.NoDefer

// postpone tells the plan's fetches what is due when: a fetch is due with the
// parts of the response that show something of it, and before all fetches that
// wait for it. A field of a subgraph that is asked anyway at that time comes with
// that request: the part is then sent later, though it is there.
func (p *Plan) postpone(defers []operation.Defer) {
	if len(defers) == 0 {
		return
	}
	for _, d := range defers {
		p.Defers = append(p.Defers, Defer{Parent: d.Parent, Path: d.Path, Label: d.Label, If: d.If})
	}
	due := make([][]int, len(p.Fetches))
	note := func(fetch int, with []int) {
		switch {
		case fetch == NoFetch:
		case with == nil:
			due[fetch] = append(due[fetch], NoDefer)
		default:
			due[fetch] = append(due[fetch], with...)
		}
	}
	for _, pos := range p.Positions {
		for _, f := range pos.Fields {
			note(f.Source.Fetch, f.Defers)
			if f.Position != NoPosition { // which objects there are, and of which type
				note(p.Positions[f.Position].Sources[0], f.Defers)
				note(p.Positions[f.Position].Typename.Fetch, f.Defers)
			}
		}
	}
	for _, f := range slices.Backward(p.Fetches) {
		with := due[f.ID]
		if len(with) == 0 || slices.Contains(with, NoDefer) {
			with = []int{NoDefer}
		} else {
			with = operation.Outermost(defers, with)
			f.Defers = with
		}
		for _, before := range f.DependsOn {
			due[before] = append(due[before], with...)
		}
	}
}

// deferral sorts a plan's fetches by when they are due, for people: each stands
// with the first part of the response that needs it.
type deferral struct{ plan *Plan }

// owner is the part with which a fetch stands.
func owner(f *Fetch) int {
	if len(f.Defers) == 0 {
		return NoDefer
	}
	return f.Defers[0]
}

// fetches are those that stand with a part.
func (d deferral) fetches(part int) []*Fetch {
	return slices.DeleteFunc(slices.Clone(d.plan.Fetches), func(f *Fetch) bool { return owner(f) != part })
}

// inside are the parts directly in a part.
func (d deferral) inside(part int) (out []int) {
	for i := range d.plan.Defers {
		if d.plan.Defers[i].Parent == part {
			out = append(out, i)
		}
	}
	return out
}

// shows tells whether a part has the field itself.
func shows(f *Field, part int) bool {
	return f.Defers == nil && part == NoDefer || slices.Contains(f.Defers, part)
}

// depends are the fetches of other parts that a part waits for.
func (d deferral) depends(part int) []int {
	needed := map[int]bool{}
	for _, f := range d.fetches(part) {
		for _, before := range f.DependsOn {
			needed[before] = true
		}
	}
	for _, pos := range d.plan.Positions {
		for i := range pos.Fields {
			if f := &pos.Fields[i]; shows(f, part) {
				needed[f.Source.Fetch] = true
			}
		}
	}
	var out []int
	for _, f := range d.plan.Fetches {
		if needed[f.ID] && owner(f) != part {
			out = append(out, f.ID)
		}
	}
	return out
}

// shownField is a field of a part, for people.
type shownField struct {
	key   string
	types []string
	parts []shownField
}

// selection is what a part shows.
func (d deferral) selection(part int) []shownField {
	path := []string{}
	if part != NoDefer {
		path = d.plan.Defers[part].Path
	}
	var out []shownField
	for _, pos := range d.plan.Positions {
		if slices.Equal(pos.Path, path) {
			out = append(out, d.shown(pos, part)...)
		}
	}
	return out
}

func (d deferral) shown(pos *Position, part int) []shownField {
	var out []shownField
	for i := range pos.Fields {
		f := &pos.Fields[i]
		s := shownField{key: f.Key, types: f.Types}
		if f.Position != NoPosition {
			s.parts = d.shown(d.plan.Positions[f.Position], part)
		}
		if shows(f, part) || len(s.parts) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// queryPath is a path without lists, as Apollo prints it.
func (d *Defer) queryPath() []string {
	return slices.DeleteFunc(slices.Clone(d.Path), func(key string) bool { return key == "@" })
}
