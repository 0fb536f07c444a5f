package response

// Slot is one value of a document: a tag, and for most tags a range.
//
//	bits 63-61  tag
//	bits 60-32  length: bytes of a Raw or Invalid value, items of an Array
//	bits 31-0   offset: in the text for Raw and Invalid, in the slots otherwise
type Slot uint64

// Tag says what a Slot holds.
type Tag uint8

const (
	// Missing is the tag of a field that the response did not have.
	Missing Tag = iota
	// Null is an explicit null.
	Null
	// Raw is a leaf: a range of the text, strings with their quotes.
	Raw
	// Object is an object; its offset is where its slots begin.
	Object
	// Array is a list; its offset is where the slots of its items begin.
	Array
	// Invalid is a value of another kind than the schema promises: a range of
	// the text.
	Invalid
)

// maxLength is the largest length that a slot can hold, and with it the size of
// the largest body.
const maxLength = 1<<29 - 1

func makeSlot(tag Tag, offset, length int) Slot {
	return Slot(uint64(tag)<<61 | uint64(length)<<32 | uint64(uint32(offset)))
}

// Tag returns what s holds.
func (s Slot) Tag() Tag { return Tag(s >> 61) }

// Offset returns where the value of s begins.
func (s Slot) Offset() int { return int(uint32(s)) }

// Len returns the number of bytes or items of s.
func (s Slot) Len() int { return int(s>>32) & maxLength }
