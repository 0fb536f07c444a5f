package response

import (
	"encoding/binary"
	"slices"
)

// short is how many bytes are copied at once, in a few instructions, where that is
// enough: more than the text has are overwritten by what comes next. Keys and
// documents have as many behind them (padding).
const short = 32

// plain finds the text of the first of fields, if its value is copied as it is, and
// with it that of the n-1 fields behind it which the document has behind it too.
func plain(fields []ProjectionField, doc *Document, base int) (from, end, n int) {
	f := &fields[0]
	s := doc.slots[base+f.Slot]
	if !f.isPlain(s, doc) {
		return 0, 0, 0
	}
	from, end = s.Offset(), s.Offset()+s.Len()
	for n = 1; n < len(fields) && fields[n].behind; n++ {
		f = &fields[n]
		s = doc.slots[base+f.Slot]
		// What is between two values of an object ends in a comma and the key of the
		// second. If it is not longer, it is nothing else.
		if s.Offset() != end+len(f.key) || !f.isPlain(s, doc) {
			break
		}
		end = s.Offset() + s.Len()
	}
	return from, end, n
}

// isPlain tells whether a value is copied as it is. The ID 1 is not: it becomes
// "1".
func (f *ProjectionField) isPlain(s Slot, doc *Document) bool {
	return s.Tag() == Raw && (f.Kind != ID || doc.buf[s.Offset()] == '"')
}

// appendKey appends the field's key with the comma in front of it.
func (f *ProjectionField) appendKey(dst []byte) []byte {
	if len(f.key) > short {
		return append(dst, f.key...)
	}
	at := len(dst)
	if at+short > cap(dst) {
		dst = slices.Grow(dst, short)
	}
	copyShort((*[short]byte)(dst[at:at+short]), &f.padded)
	return dst[:at+len(f.key)]
}

// appendText appends text[from:end], behind which text has padding.
func appendText(dst, text []byte, from, end int) []byte {
	if end-from > short {
		return append(dst, text[from:end]...)
	}
	at := len(dst)
	if at+short > cap(dst) {
		dst = slices.Grow(dst, short)
	}
	copyShort((*[short]byte)(dst[at:at+short]), (*[short]byte)(text[from:from+short]))
	return dst[:at+end-from]
}

// copyShort copies word by word: an assignment of arrays that might overlap is a
// call of memmove.
func copyShort(to, from *[short]byte) {
	a, b := binary.LittleEndian.Uint64(from[0:8]), binary.LittleEndian.Uint64(from[8:16])
	binary.LittleEndian.PutUint64(to[0:8], a)
	binary.LittleEndian.PutUint64(to[8:16], b)
	a, b = binary.LittleEndian.Uint64(from[16:24]), binary.LittleEndian.Uint64(from[24:32])
	binary.LittleEndian.PutUint64(to[16:24], a)
	binary.LittleEndian.PutUint64(to[24:32], b)
}
