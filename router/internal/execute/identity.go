package execute

import (
	"slices"

	"github.com/weftql/weft/router/internal/response"
)

// Most objects of a lookup are told apart without writing their representations,
// in one of two ways.
//
// The representations of a lookup differ in one value, a key: then it is the value
// that is compared, where it stands (lookup.prefix).
//
// An object has an entity of an earlier lookup, and its representation follows
// from that: objects with the same entity have the same one (target.inherits).

const (
	nobody  int32 = -1 // the object is not sent
	unknown int32 = -2 // the entity has had no object yet
)

// heirs returns an unknown for each entity that an overlay has.
func heirs(memory []int32, o *response.Overlay) []int32 {
	for range o.Entities.Len() {
		memory = append(memory, unknown)
	}
	return memory
}

// representKeys does for a target what representTarget does, if the lookup's
// representations differ in one value.
func (r *run) representKeys(s *fetchState, l *lookup, t *target, body []byte) []byte {
	overlay := &r.emitter.Overlays[t.overlay]
	index := overlay.Index[:0]
	site := &r.states[t.site.fetch]
	present := r.present(t)
	// Neighbors often have the same key.
	var last []byte
	number := nobody
	for ordinal, base := range site.instances(t.site.shape) {
		if present != nil && !present[ordinal] {
			index = append(index, nobody)
			continue
		}
		doc, object := r.view(t.key.ref.overlay, site.doc, int(base))
		if object < 0 {
			index = append(index, nobody)
			continue
		}
		slot := doc.Field(object, t.key.ref.slot)
		if slot.Tag() != response.Raw {
			var other int32
			body, other = r.representValue(s, l, t, body, doc, slot)
			index = append(index, other)
			continue
		}
		if value := doc.Bytes(slot); last == nil || string(value) != string(last) {
			last = value
			var known bool
			if number, known = s.table.find(body, value); !known {
				body = l.begin(s, body)
				start := len(body)
				body = append(body, value...)
				number = s.table.add(span{start, len(body)})
				body = append(body, l.suffix...)
			}
		}
		index = append(index, number)
	}
	overlay.Index = index
	return body
}

// representValue appends the representation of an object whose key is no leaf.
func (r *run) representValue(s *fetchState, l *lookup, t *target, body []byte, doc *response.Document, slot response.Slot) ([]byte, int32) {
	mark := len(body)
	body = l.begin(s, body)
	start := len(body)
	body, ok := r.value(body, t.key, 0, doc, slot)
	if !ok {
		return body[:mark], nobody
	}
	number, known := s.table.find(body, body[start:])
	if known {
		return body[:mark], number
	}
	number = s.table.add(span{start, len(body)})
	return append(body, l.suffix...), number
}

// begin appends what stands before the value of a representation.
func (l *lookup) begin(s *fetchState, body []byte) []byte {
	if len(s.table.spans) > 0 {
		body = append(body, ',')
	}
	return append(body, l.prefix...)
}

// sole returns what is sent of the objects, if that does not depend on their
// types.
func (p *representations) sole() *representation {
	if p.typed || len(p.of) != 1 || p.byVariant[0] != 0 ||
		slices.ContainsFunc(p.of[0].parts, func(p part) bool { return p.types != nil || p.object != nil }) {
		return nil
	}
	return &p.of[0]
}

// keyed returns the one value in which the representations differ, and what
// stands around it; nil if there is no such value.
func (r *representation) keyed() (key *part, prefix, suffix string) {
	prefix, suffix = r.head, "}"
	for i := range r.parts {
		p := &r.parts[i]
		switch {
		case p.constant && key == nil:
			prefix += p.text
		case p.constant:
			suffix = suffix[:len(suffix)-1] + p.text + "}"
		case key != nil:
			return nil, "", ""
		default:
			key = p
			prefix += p.text
		}
	}
	return key, prefix, suffix
}

// identities compiles how the objects of a lookup are told apart.
func (c *compiler) identities(l *lookup) {
	differ := false
	for i, t := range l.targets {
		t.inherits = primary
		if len(l.plan.Contexts)+len(l.plan.Apart) == 0 { // else the objects above tell them apart too
			t.inherits = c.heritage(t)
		}
		sole := t.program.sole()
		if sole == nil {
			differ = true
			continue
		}
		var prefix, suffix string
		t.key, prefix, suffix = sole.keyed()
		differ = differ || t.key == nil || i > 0 && (prefix != l.prefix || suffix != l.suffix)
		l.prefix, l.suffix = prefix, suffix
	}
	if differ {
		l.prefix, l.suffix = "", ""
	}
}

// heritage returns the overlay of a lookup whose entity tells the representation
// of a target's object: all of its values are the entity's, or went into the
// representation that the entity was found by. It is primary if there is none.
func (c *compiler) heritage(t *target) int {
	sole := t.program.sole()
	if sole == nil {
		return primary
	}
	for i, o := range c.program.overlays {
		if o.target == nil || o.target == t || o.target.site != t.site || o.target.program.sole() == nil {
			continue
		}
		known, refers := o.target.program.sole().parts, false
		follows := !slices.ContainsFunc(sole.parts, func(p part) bool {
			refers = refers || !p.constant && p.ref.overlay == i
			return !p.constant && p.ref.overlay != i &&
				!slices.ContainsFunc(known, func(q part) bool { return !q.constant && q.ref == p.ref })
		})
		if follows && refers {
			return i
		}
	}
	return primary
}

// likenesses tells projections by whose entity their objects are shown alike.
func (c *compiler) likenesses() {
	alike := 0
	for i := range c.positions {
		pr := c.positions[i].projection
		if i == 0 || pr == nil || pr.TypeView >= 0 {
			continue
		}
		for _, overlay := range pr.Overlays {
			if c.follows(pr, overlay) {
				alike++
				pr.Same, pr.Alike = overlay, alike
				break
			}
		}
	}
}

// follows tells whether all that is shown of an object follows from the entity
// that an overlay has for it: it is the entity's, that of an entity which was
// found by this one, or went into the representation that it was found by.
func (c *compiler) follows(pr *response.Projection, overlay int) bool {
	same := c.program.overlays[overlay].target
	if same == nil || same.apart || same.program.sole() == nil {
		return false
	}
	known := same.program.sole().parts
	return !slices.ContainsFunc(pr.Fields, func(f response.ProjectionField) bool {
		switch {
		case f.Constant != nil:
			return false
		case f.Object != nil || f.Types != nil:
			return true
		case f.View == 0:
			return !slices.ContainsFunc(known, func(p part) bool { return !p.constant && p.ref == ref{primary, f.Slot} })
		}
		other := pr.Overlays[f.View-1]
		heir := c.program.overlays[other].target
		return other != overlay && (heir == nil || heir.apart || heir.inherits != overlay || heir.presence != nil)
	})
}
