package execute

import (
	"strings"

	"github.com/weftql/weft/router/internal/response"
)

// zip joins what two fetches selected of the same objects: values that have no
// key, below a field that both subgraphs resolve. Their lists have the same
// items in the same order.
type zip struct {
	site     site // of the position, in the document of the first side
	position int  // parent of the position; 0 is the root
	parent   site // of the parent, unless it is the root
	sides    [2]side
	path     []string
}

// side is one of a zip's fetches.
type side struct {
	fetch   int
	overlay int // through which it sees the parent's objects
	slot    int // of the field that leads to the position
}

// ensureZips computes overlays unless that has been done. Several fetches may
// need the same one.
func (r *run) ensureZips(overlays []int) {
	for _, overlay := range overlays {
		r.zip(overlay)
	}
}

// zip computes an overlay of which both documents are there.
func (r *run) zip(index int) {
	z := r.program.overlays[index].zip
	if z == nil || r.zipped[index] {
		return
	}
	r.zipped[index] = true
	first, second := &r.states[z.sides[0].fetch], &r.states[z.sides[1].fetch]
	o := &r.emitter.Overlays[index]
	o.Document, o.Cause = second.doc, second.cause()
	o.Index = o.Index[:0]
	for range first.instances(z.site.shape) {
		o.Index = append(o.Index, -1)
	}
	if z.position == 0 {
		if first.hasData() && second.hasData() {
			r.zipFields(o, z, first.doc, first.doc.Data().Offset(), second.doc, second.doc.Data().Offset())
		}
		return
	}
	for _, s := range z.sides {
		if s.overlay != primary {
			r.zip(s.overlay)
		}
	}
	parent := &r.states[z.parent.fetch]
	for _, base := range parent.instances(z.parent.shape) {
		a, objectA := r.view(z.sides[0].overlay, parent.doc, int(base))
		b, objectB := r.view(z.sides[1].overlay, parent.doc, int(base))
		if objectA >= 0 && objectB >= 0 {
			r.zipFields(o, z, a, objectA, b, objectB)
		}
	}
}

func (r *run) zipFields(o *response.Overlay, z *zip, a *response.Document, objectA int, b *response.Document, objectB int) {
	r.zipValues(o, z, a, a.Field(objectA, z.sides[0].slot), b, b.Field(objectB, z.sides[1].slot))
}

func (r *run) zipValues(o *response.Overlay, z *zip, a *response.Document, s response.Slot, b *response.Document, t response.Slot) {
	switch {
	case s.Tag() == response.Object && t.Tag() == response.Object:
		o.Index[a.Ordinal(s.Offset())] = int32(t.Offset())
	case s.Tag() == response.Array && t.Tag() == response.Array && s.Len() == t.Len():
		for i := range s.Len() {
			r.zipValues(o, z, a, a.Item(s, i), b, b.Item(t, i))
		}
	case s.Tag() == response.Array && t.Tag() == response.Array:
		r.zipFailure(o, z)
	}
}

// zipFailure notes that two lists do not fit together: what the second one has
// is missing everywhere.
func (r *run) zipFailure(o *response.Overlay, z *zip) {
	if o.Cause.Failure != nil {
		return
	}
	f := r.program.fetches[z.sides[1].fetch]
	other := r.program.fetches[z.sides[0].fetch]
	o.Cause.Failure = &response.Failure{Error: r.failure(CodeMalformed, f,
		"the list at "+strings.Join(z.path, ".")+" has another length than that of subgraph '"+other.service+"'", 0)}
	r.extraFailures = append(r.extraFailures, o.Cause.Failure)
}

// present tells by ordinal which objects of a target's site stand at one of its
// positions; nil means all. Few plans need it, so that it may allocate: as often
// as there are steps between the position and the root, whatever the number of
// objects.
func (r *run) present(t *target) []bool {
	if t.presence == nil {
		return nil
	}
	present := make([]bool, len(r.states[t.site.fetch].instances(t.site.shape)))
	for _, p := range t.presence {
		if !r.markPresent(p, present) {
			return nil
		}
	}
	return present
}

// presence says which objects of a site stand at a position that lies in the
// entities of a lookup: those in entities that stand at the position which was
// looked up.
type presence struct {
	site    site
	overlay int       // of the lookup
	above   *presence // of the position that was looked up; nil for all
}

// markPresent marks the ordinals of the objects that are present. It returns
// false if all are.
func (r *run) markPresent(p *presence, present []bool) bool {
	if p == nil {
		return false
	}
	o := &r.emitter.Overlays[p.overlay]
	if o.Document == nil {
		return true
	}
	var above []bool
	if p.above != nil {
		above = make([]bool, len(o.Index))
		if !r.markPresent(p.above, above) {
			above = nil
		}
	}
	used := make([]bool, o.Entities.Len())
	for ordinal, entity := range o.Index {
		if entity >= 0 && int(entity) < len(used) && (above == nil || above[ordinal]) {
			used[entity] = true
		}
	}
	// Objects stand in the document behind the entity that they belong to.
	entity, next := -1, 0
	for ordinal, base := range o.Document.Instances(p.site.shape.Node) {
		for next < len(used) {
			item := o.Document.Item(o.Entities, next)
			if item.Tag() == response.Object && item.Offset() > int(base) {
				break
			}
			if item.Tag() == response.Object {
				entity = next
			}
			next++
		}
		if entity >= 0 && used[entity] {
			present[ordinal] = true
		}
	}
	return true
}
