package execute

import "hash/maphash"

// table finds texts of a body that are equal: representations, or what differs
// between them. It compares bytes; hashes only say where to look.
type table struct {
	seed   maphash.Seed
	slots  []int32 // number of a text and one, or 0
	hashes []uint64
	spans  []span // of the body
	// Of the text that was looked for last: its hash and where it would be.
	hash, at uint64
}

type span struct{ start, end int }

const minSlots = 64

// memory is how many bytes the table holds.
func (t *table) memory() int { return 4*cap(t.slots) + 8*cap(t.hashes) + 16*cap(t.spans) }

func (t *table) reset() {
	if t.slots == nil {
		t.seed = maphash.MakeSeed()
		t.slots = make([]int32, minSlots)
	}
	clear(t.slots)
	t.hashes, t.spans = t.hashes[:0], t.spans[:0]
}

// find returns the number of a text that is among the spans of body.
func (t *table) find(body, text []byte) (number int32, known bool) {
	t.hash = maphash.Bytes(t.seed, text)
	mask := uint64(len(t.slots) - 1)
	t.at = t.hash & mask
	for t.slots[t.at] != 0 {
		number = t.slots[t.at] - 1
		if s := t.spans[number]; t.hashes[number] == t.hash && string(body[s.start:s.end]) == string(text) {
			return number, true
		}
		t.at = (t.at + 1) & mask
	}
	return 0, false
}

// add adds the text that find was called for just now, and returns its number.
func (t *table) add(s span) int32 {
	number := int32(len(t.spans))
	t.hashes = append(t.hashes, t.hash)
	t.spans = append(t.spans, s)
	t.slots[t.at] = number + 1
	if 2*len(t.spans) > len(t.slots) {
		t.grow()
	}
	return number
}

// number returns the number of the text that body ends with from start on, and
// whether it is a new one.
func (t *table) number(body []byte, start int) (number int32, isNew bool) {
	if number, known := t.find(body, body[start:]); known {
		return number, false
	}
	return t.add(span{start, len(body)}), true
}

func (t *table) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for number, hash := range t.hashes {
		at := hash & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(number) + 1
	}
}
