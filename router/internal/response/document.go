package response

// Document is a parsed response. Once Parse has returned, any number of
// goroutines may read it; Reset takes it back. The zero value is ready for
// Parse.
type Document struct {
	buf       []byte     // the text and its padding
	size      int        // of the text
	slots     []Slot     // 0 from its length on, but for stale
	stale     int        // slots from the first that may be what they were before Reset
	instances [][]uint32 // per node, where each object's slots begin, by ordinal
	items     []Slot     // of the lists that are being read
	data      Slot
	errors    Slot
}

// header of an object: variant in the upper half, ordinal in the lower.
func makeHeader(variant, ordinal int) Slot {
	return Slot(uint64(variant)<<32 | uint64(uint32(ordinal)))
}

// Data is the value of "data": an Object, Null, or Missing.
func (d *Document) Data() Slot { return d.data }

// Errors is the text of "errors", a JSON array, or nil.
func (d *Document) Errors() []byte {
	if d.errors.Tag() != Raw {
		return nil
	}
	return d.Bytes(d.errors)
}

// Bytes returns the text of a Raw or Invalid slot. It is not to be changed and
// lives until Reset.
func (d *Document) Bytes(s Slot) []byte {
	offset := s.Offset()
	return d.buf[offset : offset+s.Len()]
}

// Field returns the slot of a field of the object at base.
func (d *Document) Field(base, slot int) Slot { return d.slots[base+slot] }

// Item returns an item of an Array.
func (d *Document) Item(array Slot, index int) Slot { return d.slots[array.Offset()+index] }

// Instances are the bases of a node's objects, by ordinal.
func (d *Document) Instances(node int) []uint32 {
	if node >= len(d.instances) {
		return nil
	}
	return d.instances[node]
}

// Ordinal returns the number of the object at base among those of its node.
func (d *Document) Ordinal(base int) int { return int(uint32(d.slots[base])) }

// Variant returns which variant of its shape the object at base has.
func (d *Document) Variant(base int) int { return int(d.slots[base] >> 32) }

// Reset forgets the response and keeps the memory. It returns the document's
// buffer, empty, for the next body; the document has none until the next Parse.
func (d *Document) Reset() []byte {
	buf := d.buf
	d.stale, d.slots = max(d.stale, len(d.slots)), d.slots[:0]
	d.forget()
	d.buf, d.size, d.data, d.errors = nil, 0, 0, 0
	if buf == nil {
		return nil
	}
	return buf[:0]
}

// clear forgets the objects, and makes slots for others ready.
func (d *Document) clear() {
	clear(d.slots[:max(d.stale, len(d.slots))])
	d.stale, d.slots = 0, d.slots[:0]
	d.forget()
}

// forget forgets where objects stand.
func (d *Document) forget() {
	for i := range d.instances {
		d.instances[i] = d.instances[i][:0]
	}
	d.items = d.items[:0]
}

// Memory is how many bytes the document holds on to, so that a pool can let go
// of one that grew too large.
func (d *Document) Memory() int {
	n := cap(d.buf) + 8*cap(d.slots) + 8*cap(d.items)
	for i := range d.instances {
		n += 4 * cap(d.instances[i])
	}
	return n
}

// Filled is how many bytes of memory the response takes.
func (d *Document) Filled() int { return len(d.buf) + 8*len(d.slots) }

// Poison overwrites everything that the document holds. Tests do it before a
// document goes back to its pool, so that whoever still reads it is found out.
func (d *Document) Poison() {
	fill(d.buf[:cap(d.buf)], 0xDB)
	d.stale = cap(d.slots)
	fill(d.slots[:d.stale], ^Slot(0))
	for _, bases := range d.instances {
		fill(bases[:cap(bases)], ^uint32(0))
	}
}

func fill[T any](values []T, value T) {
	for i := range values {
		values[i] = value
	}
}
