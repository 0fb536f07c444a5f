package response

// part is a part of the text, empty if nothing was written there.
type part struct{ start, end int }

// repeat writes an object as another one with its entity was written. It returns
// false if there is none.
func (e *Emitter) repeat(pr *Projection, entity int) bool {
	if entity < 0 || pr.Alike > len(e.shown) || entity >= len(e.shown[pr.Alike-1]) {
		return false
	}
	p := e.shown[pr.Alike-1][entity]
	if p.end == 0 || e.MaxBytes > 0 && len(e.dst) > e.MaxBytes {
		return false
	}
	e.dst = append(e.dst, e.dst[p.start:p.end]...)
	return true
}

// remember notes that an object was written from start on, without an error.
func (e *Emitter) remember(pr *Projection, entity, start int) {
	for len(e.shown) < pr.Alike {
		e.shown = append(e.shown, nil)
	}
	list := e.shown[pr.Alike-1]
	for len(list) <= entity {
		list = append(list, part{})
	}
	list[entity] = part{start, len(e.dst)}
	e.shown[pr.Alike-1], e.shownTo = list, len(e.dst)
}

// cut takes back what was written from start on.
func (e *Emitter) cut(start int) {
	e.dst = e.dst[:start]
	if e.shownTo > start {
		e.forget()
	}
}

// forget forgets all objects that were written.
func (e *Emitter) forget() {
	if e.shownTo == 0 {
		return
	}
	for i := range e.shown {
		e.shown[i] = e.shown[i][:0]
	}
	e.shownTo = 0
}

// entity returns the index of Entities for an ordinal, or -1 if it has none. What
// is marked is no entity to repeat: errors in it are told at each place.
func (o *Overlay) entity(ordinal int) int {
	if !o.ByEntity || ordinal >= len(o.Index) || o.Marks != nil {
		return -1
	}
	return int(o.Index[ordinal])
}
