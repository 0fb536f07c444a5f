package plan

import (
	"strconv"
	"strings"
)

// deferring writes a part of the response with all that is deferred in it. A
// variable of @defer stands behind the path: the part comes at once without it.
func (w *textWriter) deferring(d deferral, part int) {
	inside := d.inside(part)
	if len(inside) == 0 {
		w.part(d, part)
		return
	}
	if w.numbered == nil {
		w.numbered = map[int]bool{}
		for i := range d.plan.Defers {
			for _, fetch := range d.depends(i) {
				w.numbered[fetch] = true
			}
		}
	}
	w.open("Defer")
	w.open("Primary")
	w.part(d, part)
	w.indent--
	w.line("}, [")
	w.indent++
	for _, i := range inside {
		w.open(d.deferred(i))
		w.deferring(d, i)
		w.close("},")
	}
	w.indent--
	w.line("]")
	w.close("},")
}

// deferred is the head of a deferred part.
func (d deferral) deferred(part int) string {
	p := &d.plan.Defers[part]
	var depends []string
	for _, fetch := range d.depends(part) {
		depends = append(depends, strconv.Itoa(fetch))
	}
	head := "Deferred(depends: [" + strings.Join(depends, ", ") + "], path: \"" + strings.Join(p.queryPath(), "/") + "\""
	if p.Label != "" {
		head += ", label: " + strconv.Quote(p.Label)
	}
	if p.If != "" {
		head += ", if: $" + p.If
	}
	return head + ")"
}

// part writes what a part shows, and the fetches that stand with it.
func (w *textWriter) part(d deferral, part int) {
	if shown := d.selection(part); len(shown) > 0 {
		w.open("")
		w.shown(shown)
		w.close("}:")
	}
	if ordered := waves(d.fetches(part)); len(ordered) > 0 {
		w.sequence(ordered)
	}
}

func (w *textWriter) shown(fields []shownField) {
	for _, f := range fields {
		w.field(f.types, f.key, len(f.parts) > 0, func() { w.shown(f.parts) })
	}
}
