package response

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// Layout is what one subgraph request asks for. It is immutable and may be used
// by any number of documents at the same time.
type Layout struct {
	// Root is the shape of "data".
	Root *Shape
	// Nodes is the number of shapes; Shape.Node is below it.
	Nodes int
}

// Text describes the layout in full: documents that are parsed by layouts with
// equal texts are the same.
func (l *Layout) Text() string {
	var out strings.Builder
	l.Root.describe(&out, make([]bool, l.Nodes))
	return out.String()
}

// describe writes what a shape is, once; then its node is enough.
func (s *Shape) describe(out *strings.Builder, known []bool) {
	out.WriteString(strconv.Itoa(s.Node))
	if known[s.Node] {
		return
	}
	known[s.Node] = true
	out.WriteString("/" + strconv.Itoa(s.Size))
	if s.Typed {
		out.WriteString("!")
	}
	for i := range s.Variants {
		out.WriteString("|" + s.Variants[i].Type)
		for k := range s.Variants[i].Fields {
			f := &s.Variants[i].Fields[k]
			out.WriteString(" " + f.Name + ":" + strconv.Itoa(f.Slot) + "," + strconv.Itoa(f.Depth) + "," + strconv.Itoa(int(f.Kind)))
			if f.Shape != nil {
				out.WriteString("(")
				f.Shape.describe(out, known)
				out.WriteString(")")
			}
		}
	}
}

// Shape describes the objects at one place of a response.
type Shape struct {
	// Node identifies the shape in its layout.
	Node int
	// Size is how many slots an object takes, with its header.
	Size int
	// Typed says that "__typename" decides which variant an object has. An object
	// without it, or of a type that is no variant, is invalid.
	Typed bool
	// Variants are the object types that may stand here, sorted by name; just one
	// if the shape is not typed.
	Variants []Variant
}

// Variant is the fields that objects of one type have.
type Variant struct {
	// Type is the type's name.
	Type string
	// Fields are in the order in which the subgraph was asked for them.
	Fields []ShapeField
}

// ShapeField is one field of an object.
type ShapeField struct {
	words word16 // key, if it is not longer
	key   string // as a compact serialiser writes it: `"id":`
	text  bool   // a string is a value that fits, whatever it says
	Name  string
	Slot  int // at least 1: slot 0 is the header
	Depth int // levels of lists
	Kind  Kind
	Shape *Shape // of a composite field's objects, nil for a leaf
}

// NewShapeField returns a field with the response key name.
func NewShapeField(name string, slot, depth int, kind Kind, shape *Shape) ShapeField {
	key := `"` + name + `":`
	return ShapeField{
		words: newWord16(key), key: key,
		text: shape == nil && depth == 0 && (kind == String || kind == ID || kind == Enum || kind == Any),
		Name: name, Slot: slot, Depth: depth, Kind: kind, Shape: shape,
	}
}

// word16 is a text of at most 16 bytes, to be compared with a text of any length
// in a few instructions.
type word16 struct {
	low, high         uint64
	lowMask, highMask uint64 // 0 if the text is longer
}

func newWord16(text string) word16 {
	var bytes, mask [16]byte
	if len(text) > len(bytes) {
		return word16{}
	}
	for i := range len(text) {
		bytes[i], mask[i] = text[i], 0xFF
	}
	return word16{
		low: binary.LittleEndian.Uint64(bytes[:]), high: binary.LittleEndian.Uint64(bytes[8:]),
		lowMask: binary.LittleEndian.Uint64(mask[:]), highMask: binary.LittleEndian.Uint64(mask[8:]),
	}
}

// stands tells whether the field's key stands at at in b, behind which there is
// padding.
func (f *ShapeField) stands(b []byte, at int) bool {
	if w := &f.words; w.lowMask != 0 {
		text := (*[16]byte)(b[at:])
		return binary.LittleEndian.Uint64(text[:8])&w.lowMask == w.low && binary.LittleEndian.Uint64(text[8:])&w.highMask == w.high
	}
	return string(b[at:min(at+len(f.key), len(b))]) == f.key
}

// Kind is what the schema says about a leaf.
type Kind uint8

const (
	// Any is a custom scalar: any JSON value.
	Any Kind = iota
	// String is a string.
	String
	// Int is a whole number of 32 bits.
	Int
	// Float is a number.
	Float
	// Boolean is true or false.
	Boolean
	// ID is a string or a whole number.
	ID
	// Enum is a string; which values there are is the emitter's business.
	Enum
	// Typename is the "__typename" of an object.
	Typename
)

// variant returns the index of the variant whose type has the name in raw, a
// JSON string, or -1.
func (s *Shape) variant(raw []byte) int {
	name, ok := unquoted(raw)
	if !ok {
		return -1
	}
	low, high := 0, len(s.Variants)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if s.Variants[middle].Type < string(name) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(s.Variants) && s.Variants[low].Type == string(name) {
		return low
	}
	return -1
}
