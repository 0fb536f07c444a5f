package execute

import "github.com/weftql/weft/router/internal/response"

// representations say how the objects at a target are sent.
type representations struct {
	typed  bool
	typing int // the overlay whose object tells the type, if typed
	// byVariant is the index in of, or -1 for objects that are not sent.
	byVariant []int
	of        []representation
}

// representation is how objects of one type are sent.
type representation struct {
	head  string // `{"__typename":"User"`
	parts []part
}

// part is one field of a representation.
type part struct {
	text     string // `,"id":`
	constant bool   // text is all there is
	ref      ref
	types    []bool // by variant: whether it is sent; nil means always
	nonNull  uint64 // as in response.ProjectionField
	object   *objectPart
}

// objectPart is what is sent of a composite field's objects.
type objectPart struct {
	typed  bool
	typing int
	parts  []part
}

// represent appends the representations of a lookup's objects, without
// repetition, and notes in the targets' overlays which one each object has. It
// returns how many there are.
func (r *run) represent(s *fetchState, l *lookup, body []byte) ([]byte, int) {
	if l.apart != nil {
		return r.representApart(s, l, body)
	}
	s.table.reset()
	for _, t := range l.targets {
		s.heirs = s.heirs[:0]
		if t.inherits != primary {
			s.heirs = heirs(s.heirs, &r.emitter.Overlays[t.inherits])
		}
		if l.prefix != "" {
			body = r.representKeys(s, l, t, body)
		} else {
			body = r.representTarget(s, t, body)
		}
	}
	return body, len(s.table.spans)
}

func (r *run) representTarget(s *fetchState, t *target, body []byte) []byte {
	overlay := &r.emitter.Overlays[t.overlay]
	index := overlay.Index[:0]
	site := &r.states[t.site.fetch]
	present := r.present(t)
	var inherited []int32
	if t.inherits != primary {
		inherited = r.emitter.Overlays[t.inherits].Index
	}
	for ordinal, base := range site.instances(t.site.shape) {
		if present != nil && !present[ordinal] {
			index = append(index, nobody)
			continue
		}
		entity := nobody
		if ordinal < len(inherited) {
			if entity = inherited[ordinal]; int(entity) >= len(s.heirs) {
				entity = nobody
			}
			if entity >= 0 && s.heirs[entity] != unknown {
				index = append(index, s.heirs[entity])
				continue
			}
		}
		var number int32
		body, number = r.representObject(s, t, body, site.doc, int(base))
		if index = append(index, number); entity >= 0 {
			s.heirs[entity] = number
		}
	}
	overlay.Index = index
	return body
}

// representObject appends the representation of the object at base, unless it is
// there already, and returns its number, or nobody.
func (r *run) representObject(s *fetchState, t *target, body []byte, doc *response.Document, base int) ([]byte, int32) {
	mark := len(body)
	if len(s.table.spans) > 0 {
		body = append(body, ',')
	}
	start := len(body)
	body, ok := r.representation(body, t.program, doc, base)
	if !ok {
		return body[:mark], nobody
	}
	number, known := s.table.find(body, body[start:])
	if known {
		return body[:mark], number
	}
	return body, s.table.add(span{start, len(body)})
}

// representation appends what is sent of one object, if it is to be sent and
// everything that it needs is there.
func (r *run) representation(body []byte, p *representations, doc *response.Document, base int) ([]byte, bool) {
	variant, ok := 0, true
	if p.typed {
		if variant, ok = r.variant(p.typing, doc, base); !ok {
			return body, false
		}
	}
	which := p.byVariant[variant]
	if which < 0 {
		return body, false
	}
	body = append(body, p.of[which].head...)
	if body, ok = r.parts(body, p.of[which].parts, doc, base, variant); !ok {
		return body, false
	}
	return append(body, '}'), true
}

// view finds the object that an overlay has for the object at base in doc.
func (r *run) view(overlay int, doc *response.Document, base int) (*response.Document, int) {
	if overlay == primary {
		return doc, base
	}
	o := &r.emitter.Overlays[overlay]
	return o.Document, o.At(doc.Ordinal(base))
}

func (r *run) variant(overlay int, doc *response.Document, base int) (int, bool) {
	doc, base = r.view(overlay, doc, base)
	if base < 0 {
		return 0, false
	}
	return doc.Variant(base), true
}

func (r *run) parts(body []byte, parts []part, doc *response.Document, base, variant int) ([]byte, bool) {
	for i := range parts {
		p := &parts[i]
		if p.types != nil && !p.types[variant] {
			continue
		}
		body = append(body, p.text...)
		if p.constant {
			continue
		}
		from, object := r.view(p.ref.overlay, doc, base)
		if object < 0 {
			return body, false
		}
		var ok bool
		if body, ok = r.value(body, p, 0, from, from.Field(object, p.ref.slot)); !ok {
			return body, false
		}
	}
	return body, true
}

// value appends a value of a representation. It returns false if the value is
// not there, or null where the type forbids it.
func (r *run) value(body []byte, p *part, level int, doc *response.Document, s response.Slot) ([]byte, bool) {
	switch s.Tag() {
	case response.Raw:
		return append(body, doc.Bytes(s)...), true
	case response.Null:
		return append(body, "null"...), p.nonNull>>level&1 == 0
	case response.Array:
		body = append(body, '[')
		for i := range s.Len() {
			if i > 0 {
				body = append(body, ',')
			}
			var ok bool
			if body, ok = r.value(body, p, level+1, doc, doc.Item(s, i)); !ok {
				return body, false
			}
		}
		return append(body, ']'), true
	case response.Object:
		return r.object(body, p.object, doc, s.Offset())
	}
	return body, false
}

func (r *run) object(body []byte, p *objectPart, doc *response.Document, base int) ([]byte, bool) {
	variant, ok := 0, true
	if p.typed {
		if variant, ok = r.variant(p.typing, doc, base); !ok {
			return body, false
		}
	}
	start := len(body)
	if body, ok = r.parts(body, p.parts, doc, base, variant); !ok {
		return body, false
	}
	if len(body) == start {
		return append(body, "{}"...), true
	}
	body[start] = '{' // in place of the first part's comma
	return append(body, '}'), true
}
