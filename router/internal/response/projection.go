package response

// Projection is what the response shows of the objects at one place. It is
// immutable and may be used by any number of emitters at the same time.
//
// The objects of a place are seen through views: the first is the object in the
// document that decides which objects there are, the others are the objects that
// the Overlays hold for it, in order. At the root the views are the documents'
// data.
type Projection struct {
	// Fields are in the order in which they are shown.
	Fields []ProjectionField
	// Overlays are indexes of Emitter.Overlays, for the views after the first.
	Overlays []int
	// TypeView is the view whose variant tells an object's type, or -1 if there
	// is just one type.
	TypeView int
	// Known tells by variant which types the client may see; it is nil if
	// TypeView is -1.
	Known []bool
	// Type is the name of the place's type.
	Type string
	// Same is the index of Emitter.Overlays by whose entity two objects are shown
	// alike, if Alike is not 0: all that is shown of them follows from it. Alike
	// numbers such projections from 1.
	Same, Alike int
}

// ProjectionField is one field of an object in the response.
type ProjectionField struct {
	// What every field needs stands first, close together.

	key    string      // `,"key":`
	padded [short]byte // that, if it is not longer

	// plain says that a value that is no list is copied as it is, if it is there.
	plain bool
	// behind says that the field can be copied together with the one before it.
	behind bool
	// always says that the field is shown whatever Types and Condition say.
	always bool

	// View and Slot say where the value stands.
	View, Slot int
	// Condition is an index of Emitter.Conditions, or -1.
	Condition int
	// Types tells by variant of the object's type whether the field is shown; nil
	// means always.
	Types []bool
	// Kind is what the value of a leaf is.
	Kind Kind
	// NonNull has a bit for each level of the field's type, from the outermost
	// list (bit 0) to the named type: set if null is forbidden there.
	NonNull uint64
	// Constant is the JSON text of a field that needs no source, or nil.
	Constant []byte
	// Object is what is shown of a composite field's objects, nil for a leaf.
	Object *Projection
	// Values are the names of an enum type that the client may see, if Kind is
	// Enum.
	Values map[string]struct{}
	// Key is the response key.
	Key string
	// SameKey says that Key is what the field is called in the document too.
	SameKey bool
	// Coordinate is "Type.field" of the API schema, for errors.
	Coordinate string
}

// MaxLevels is how many levels ProjectionField.NonNull has room for.
const MaxLevels = 64

// NewProjectionField returns a field with a response key and nothing else.
func NewProjectionField(key string) ProjectionField {
	f := ProjectionField{key: `,"` + key + `":`, Key: key, Condition: -1}
	copy(f.padded[:], f.key)
	return f
}

// Add adds a field, which is complete, behind the others.
func (p *Projection) Add(f ProjectionField) {
	f.always = f.Types == nil && f.Condition < 0
	f.plain = f.Constant == nil && f.Object == nil && f.Kind != Enum
	if f.plain && f.SameKey && f.always && len(p.Fields) > 0 {
		before := &p.Fields[len(p.Fields)-1]
		f.behind = before.plain && before.View == f.View
	}
	p.Fields = append(p.Fields, f)
}

// Overlay joins the objects of a place with those of another document.
type Overlay struct {
	// Document holds the objects; nil if there are none, because a fetch was not
	// made or brought nothing.
	Document *Document
	// Index says for each ordinal which object belongs to it, less than 0 for
	// none. It is the object's base, or an index of Entities.
	Index []int32
	// ByEntity says that Index holds indexes of Entities.
	ByEntity bool
	// Entities is the Array that Index refers to if ByEntity is set.
	Entities Slot
	// Cause explains missing objects.
	Cause Cause
	// Causes explain missing objects one by one, by what Index holds for them.
	Causes map[int32]Cause
	// Marks are errors that concern single objects: by what Index holds for them.
	Marks map[int32][]Mark
}

// cause explains why there is no object for an ordinal.
func (o *Overlay) cause(ordinal int) Cause {
	if o.Causes != nil && ordinal < len(o.Index) {
		if cause, ok := o.Causes[o.Index[ordinal]]; ok {
			return cause
		}
	}
	return o.Cause
}

// Mark adds an error of the objects for which Index holds index.
func (o *Overlay) Mark(index int32, m Mark) {
	if o.Marks == nil {
		o.Marks = map[int32][]Mark{}
	}
	o.Marks[index] = append(o.Marks[index], m)
}

// Mark is an error inside of an object.
type Mark struct {
	// Projection is the place that reports it: places that share an overlay may
	// show the same field under different keys.
	Projection *Projection
	Failure    *Failure
	// Path leads from the object to the error, in response keys of the client.
	Path []PathElement
}

// At returns the base of the object that belongs to ordinal, or -1.
func (o *Overlay) At(ordinal int) int {
	if ordinal >= len(o.Index) || o.Document == nil {
		return -1
	}
	index := int(o.Index[ordinal])
	if index < 0 || !o.ByEntity {
		return index
	}
	if index >= o.Entities.Len() {
		return -1
	}
	if item := o.Document.Item(o.Entities, index); item.Tag() == Object {
		return item.Offset()
	}
	return -1
}
