package response

import "github.com/weftql/weft/router/internal/response/scan"

// object reads the object at at.
func (p *parser) object(shape *Shape, at int) (Slot, int) {
	b, start, variant := p.b, at, 0
	if at++; b[at] <= ' ' {
		at = skipSpace(b, at)
	}
	if shape.Typed {
		if variant = p.variant(shape, at); variant < 0 {
			return p.invalid(start)
		}
	}
	base := p.reserve(shape, variant)
	if base < 0 {
		return 0, p.fail(at, "more objects than the size of the response explains")
	}
	if b[at] == '}' {
		return makeSlot(Object, base, 0), at + 1
	}
	fields := shape.Variants[variant].Fields
	tag := Object
	for next := 0; ; {
		var f *ShapeField
		if next < len(fields) && fields[next].stands(b, at) {
			f = &fields[next]
			at += len(f.key)
			next++
		} else {
			var index int
			if index, at = p.otherKey(fields, next, at); at < 0 {
				return 0, -1
			}
			if index >= 0 {
				f, next = &fields[index], index+1
			}
		}
		if b[at] <= ' ' {
			at = skipSpace(b, at)
		}
		switch {
		case f == nil:
			at = p.skip(at)
		case f.text && b[at] == '"':
			begin := at
			at++
			if at += scan.Short(b[at:]); b[at] == '"' {
				at++
			} else if at = scanString(b, begin+1); at < 0 {
				return 0, p.fail(begin, "invalid JSON in the value that begins")
			}
			p.d.slots[base+f.Slot] = makeSlot(Raw, begin, at-begin)
		default:
			var value Slot
			value, at = p.value(f, f.Depth, at)
			if at >= 0 && f.Kind == Typename && shape.Typed && !p.isType(value, &shape.Variants[variant]) {
				tag = Invalid // two different __typename in one object
			}
			p.d.slots[base+f.Slot] = value // of equal keys the last one counts
		}
		if at < 0 {
			return 0, -1
		}
		if b[at] <= ' ' {
			at = skipSpace(b, at)
		}
		if b[at] == '}' {
			break
		}
		if b[at] != ',' {
			return 0, p.fail(at, "expected a comma or the end of an object")
		}
		if at++; b[at] <= ' ' {
			at = skipSpace(b, at)
		}
	}
	if tag == Invalid {
		return makeSlot(Invalid, start, 1), at + 1
	}
	return makeSlot(Object, base, 0), at + 1
}

// reserve makes room for an object and returns its base, or -1. All of its slots
// are Missing.
func (p *parser) reserve(shape *Shape, variant int) int {
	d := p.d
	base := len(d.slots)
	end := base + shape.Size
	if end > p.room && !p.grow(end) {
		return -1
	}
	instances := &d.instances[shape.Node]
	d.slots = d.slots[:end]
	d.slots[base] = makeHeader(variant, len(*instances))
	*instances = append(*instances, uint32(base))
	return base
}

// otherKey reads a key that is not the expected one, and returns the index of
// the field that it names, or -1, and where its value begins.
func (p *parser) otherKey(fields []ShapeField, next, at int) (index, end int) {
	end = -1
	if p.b[at] == '"' {
		end = scanString(p.b, at+1)
	}
	if end < 0 {
		return -1, p.fail(at, "expected a key")
	}
	name, ok := unquoted(p.b[at:end])
	if at = skipSpace(p.b, end); p.b[at] != ':' {
		return -1, p.fail(at, "expected a colon")
	}
	at++
	if !ok {
		return -1, at
	}
	for i := range fields {
		// What was left out is found before what was there already.
		if k := (next + i) % len(fields); fields[k].Name == string(name) {
			return k, at
		}
	}
	return -1, at
}

// variant finds the __typename of the object whose first key is at at, and
// returns the variant, or -1. Subgraphs are asked for it first, so that looking
// ahead is rare. It leaves errors of the grammar to others.
func (p *parser) variant(shape *Shape, at int) int {
	for p.b[at] == '"' {
		end := scanString(p.b, at+1)
		if end < 0 {
			return -1
		}
		name, ok := unquoted(p.b[at:end])
		if at = skipSpace(p.b, end); p.b[at] != ':' {
			return -1
		}
		at = skipSpace(p.b, at+1)
		if end = scanValue(p.b, at); end < 0 {
			return -1
		}
		if ok && string(name) == "__typename" {
			return shape.variant(p.b[at:end])
		}
		if at = skipSpace(p.b, end); p.b[at] != ',' {
			return -1
		}
		at = skipSpace(p.b, at+1)
	}
	return -1
}

func (p *parser) isType(value Slot, variant *Variant) bool {
	if value.Tag() != Raw {
		return false
	}
	name, ok := unquoted(p.d.Bytes(value))
	return ok && string(name) == variant.Type
}
