package response

// part is a part of the text, empty if nothing was written there.
type part struct{ start, end int }

// maxShown is for how many entities memory is kept from one response to the next.
const maxShown = 1 << 16

// like returns where an object was written that one with its entity is written
// like.
func (e *Emitter) like(pr *Projection, entity int) part {
	if entity < 0 || pr.Alike > len(e.shown) || entity >= len(e.shown[pr.Alike-1]) {
		return part{}
	}
	return e.shown[pr.Alike-1][entity]
}

// remember notes where an object was written without an error.
func (e *Emitter) remember(pr *Projection, entity int, at part) {
	for len(e.shown) < pr.Alike {
		e.shown = append(e.shown, nil)
	}
	list := e.shown[pr.Alike-1]
	for len(list) <= entity {
		list = append(list, part{})
	}
	list[entity] = at
	e.shown[pr.Alike-1], e.shownTo = list, at.end
}

// cut takes back what was written from start on.
func (e *Emitter) cut(dst []byte, start int) []byte {
	if e.shownTo > start {
		e.forget()
	}
	return dst[:start]
}

// forget forgets all objects that were written.
func (e *Emitter) forget() {
	if e.shownTo == 0 {
		return
	}
	for i := range e.shown {
		if cap(e.shown[i]) > maxShown {
			e.shown[i] = nil
		}
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
