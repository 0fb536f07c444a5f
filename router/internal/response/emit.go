package response

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Emitter writes one response. It belongs to one goroutine, and keeps its memory
// for the next response.
type Emitter struct {
	// Overlays are what projections refer to.
	Overlays []Overlay
	// Conditions tell which of the operation's conditions hold.
	Conditions []bool
	// MaxBytes is how long the text may get. Entities that stand at many places
	// make it longer than the documents are. 0 means that there is no bound.
	MaxBytes int

	dst      []byte
	views    []view
	reports  []report
	tooLarge bool // give up

	// shown is where objects were written that others are shown like, by
	// Projection.Alike and by entity; shownTo is where the last of them ends.
	shown   [][]part
	shownTo int
}

// view is an object as one document has it; base is less than 0 if the document
// has none.
type view struct {
	doc   *Document
	base  int
	cause Cause
}

// Reset forgets the last response. Text is written to the end of dst.
func (e *Emitter) Reset(dst []byte) {
	clear(e.views)
	clear(e.reports)
	e.dst, e.views, e.reports, e.tooLarge = dst, e.views[:0], e.reports[:0], false
	e.forget()
}

// AddRoot adds a view of the root: the data of a document, or nothing for cause.
func (e *Emitter) AddRoot(doc *Document, cause Cause) {
	v := view{doc: doc, base: -1, cause: cause}
	if doc != nil && doc.Data().Tag() == Object {
		v.base = doc.Data().Offset()
	}
	e.views = append(e.views, v)
}

// BlameRoot changes why a view of the root has nothing to show.
func (e *Emitter) BlameRoot(index int, cause Cause) { e.views[index].cause = cause }

// Report adds an error with a complete path, or without one.
func (e *Emitter) Report(err gqlerror.Error, path []PathElement) {
	if len(e.reports) < MaxErrors {
		e.reports = append(e.reports, report{err: err, path: path})
	}
}

// ReportFailure adds a failure without a path if no place has reported it.
func (e *Emitter) ReportFailure(f *Failure) {
	if f.Reported == 0 {
		f.Reported++
		e.Report(f.Error, nil)
	}
}

// Data writes what root shows: an object, or null if a null has spread so far.
// The views of the root have been added.
func (e *Emitter) Data(root *Projection) {
	before := len(e.reports)
	// A root without views has constants alone.
	first := view{base: -1}
	if len(e.views) > 0 {
		first = e.views[0]
	}
	if !e.fields(root, first, 1) {
		e.dst = append(e.dst, "null"...)
	}
	for i := before; i < len(e.reports); i++ {
		slices.Reverse(e.reports[i].path)
	}
	if e.tooLarge {
		e.reports = append(e.reports, report{err: gqlerror.Error{
			Message:    fmt.Sprintf("the response is larger than %d bytes", e.MaxBytes),
			Extensions: map[string]any{"code": CodeTooLarge},
		}})
	}
}

// Finish returns the text and the errors.
func (e *Emitter) Finish() ([]byte, gqlerror.List) {
	dst := e.dst
	e.dst = nil
	return dst, settle(e.reports)
}

// object writes the object at base in doc. If it returns false, it has written
// nothing: the object is null.
func (e *Emitter) object(pr *Projection, doc *Document, base int) bool {
	frame := len(e.views)
	start, before, entity := len(e.dst), len(e.reports), -1
	if len(pr.Overlays) > 0 {
		ordinal := doc.Ordinal(base)
		if pr.Alike > 0 {
			if entity = e.Overlays[pr.Same].entity(ordinal); e.repeat(pr, entity) {
				return true
			}
		}
		for _, index := range pr.Overlays {
			overlay := &e.Overlays[index]
			e.views = append(e.views, view{doc: overlay.Document, base: overlay.At(ordinal), cause: overlay.cause(ordinal)})
			if overlay.Marks != nil && ordinal < len(overlay.Index) {
				e.mark(pr, overlay.Marks[overlay.Index[ordinal]])
			}
		}
	}
	ok := e.fields(pr, view{doc: doc, base: base}, frame)
	e.views = e.views[:frame]
	if ok && entity >= 0 && len(e.reports) == before {
		e.remember(pr, entity, start)
	}
	return ok
}

// mark reports errors inside of an object where it is shown.
func (e *Emitter) mark(pr *Projection, marks []Mark) {
	for _, m := range marks {
		if m.Projection == pr && e.mayReport(m.Failure) {
			path := slices.Clone(m.Path)
			slices.Reverse(path)
			e.reports = append(e.reports, report{err: m.Failure.Error, path: path})
		}
	}
}

func (e *Emitter) mayReport(f *Failure) bool {
	if f.Reported == MaxLocations || len(e.reports) >= MaxErrors {
		return false
	}
	f.Reported++
	return true
}

// fields writes an object: first is its first view, the others stand at frame.
func (e *Emitter) fields(pr *Projection, first view, frame int) bool {
	start, variant := len(e.dst), 0
	if e.MaxBytes > 0 && start > e.MaxBytes {
		e.tooLarge = true
		return false
	}
	if pr.TypeView >= 0 {
		typed := first
		if pr.TypeView > 0 {
			typed = e.views[frame+pr.TypeView-1]
		}
		if typed.base < 0 {
			return e.untyped(pr, typed.cause)
		}
		variant = typed.doc.Variant(typed.base)
		if !pr.Known[variant] {
			e.violate("a type that the schema does not have was found for an object of type " + pr.Type)
			return false
		}
	}
	for i := range pr.Fields {
		f := &pr.Fields[i]
		if f.Types != nil && !f.Types[variant] || f.Condition >= 0 && !e.Conditions[f.Condition] {
			continue
		}
		v := &first
		if f.View > 0 {
			v = &e.views[frame+f.View-1]
		}
		if f.Constant == nil && f.Kind != Enum && v.base >= 0 {
			if s := v.doc.slots[v.base+f.Slot]; s.Tag() == Raw && (f.Kind != ID || v.doc.buf[s.Offset()] == '"') {
				e.leafField(f, v.doc.buf, s)
				continue
			}
		}
		before := len(e.reports)
		e.dst = append(e.dst, f.key...)
		ok := e.field(f, v)
		if len(e.reports) > before {
			e.extend(before, ast.PathName(f.Key))
		}
		if !ok {
			e.cut(start)
			return false
		}
	}
	if len(e.dst) == start {
		e.dst = append(e.dst, "{}"...)
		return true
	}
	e.dst[start] = '{' // in place of the first field's comma
	e.dst = append(e.dst, '}')
	return true
}

// untyped reports an object whose type nobody knows.
func (e *Emitter) untyped(pr *Projection, cause Cause) bool {
	switch {
	case cause.Failure != nil:
		e.fail(cause.Failure)
	case !cause.Explained:
		e.violate("no type was found for an object of type " + pr.Type)
	}
	return false
}

// extend adds the next element, seen from the end, to the paths of the reports
// that were made since before.
func (e *Emitter) extend(before int, element PathElement) {
	for i := before; i < len(e.reports); i++ {
		e.reports[i].path = append(e.reports[i].path, element)
	}
}

func (e *Emitter) fail(f *Failure) {
	if e.mayReport(f) {
		e.reports = append(e.reports, report{err: f.Error})
	}
}

func (e *Emitter) violate(message string) {
	if len(e.reports) < MaxErrors {
		e.reports = append(e.reports, report{violation: true, err: gqlerror.Error{
			Message: message, Extensions: map[string]any{"code": CodeValidation},
		}})
	}
}

// short is how many bytes are copied at once, in a few instructions, where that is
// enough: more than the text has are overwritten by what comes next. Keys and
// documents have as many behind them (padding).
const short = 32

// leafField writes a field whose value is copied as it is.
func (e *Emitter) leafField(f *ProjectionField, text []byte, s Slot) {
	at, from, n := len(e.dst), s.Offset(), s.Len()
	end := at + len(f.key) + n
	if end+2*short > cap(e.dst) {
		e.dst = slices.Grow(e.dst, end+2*short-at)
	}
	dst := e.dst[:end+2*short]
	if len(f.key) <= short {
		copyShort((*[short]byte)(dst[at:]), &f.padded)
	} else {
		copy(dst[at:], f.key)
	}
	at += len(f.key)
	if n <= short {
		copyShort((*[short]byte)(dst[at:]), (*[short]byte)(text[from:]))
	} else {
		copy(dst[at:], text[from:from+n])
	}
	e.dst = dst[:end]
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

// field writes a field's value. If it returns false, the object around it has to
// be null.
func (e *Emitter) field(f *ProjectionField, v *view) bool {
	if f.Constant != nil {
		e.dst = append(e.dst, f.Constant...)
		return true
	}
	if v.base >= 0 {
		return e.value(f, 0, v.doc, v.doc.Field(v.base, f.Slot))
	}
	switch {
	case v.cause.Failure != nil:
		e.fail(v.cause.Failure)
	case !v.cause.Explained && f.NonNull&1 != 0:
		e.violateNull(f)
	}
	return e.null(f, 0)
}

// null writes null at a level of a field's type, if the type allows it there. A
// response that is too large becomes null as a whole.
func (e *Emitter) null(f *ProjectionField, level int) bool {
	if f.NonNull>>level&1 != 0 || e.tooLarge {
		return false
	}
	e.dst = append(e.dst, "null"...)
	return true
}

func (e *Emitter) violateNull(f *ProjectionField) {
	e.violate("Cannot return null for non-nullable field " + f.Coordinate + ".")
}

// value writes a value at a level of a field's type.
func (e *Emitter) value(f *ProjectionField, level int, doc *Document, s Slot) bool {
	switch s.Tag() {
	case Raw:
		return e.leaf(f, level, doc.Bytes(s))
	case Object:
		return e.object(f.Object, doc, s.Offset()) || e.null(f, level)
	case Array:
		return e.list(f, level, doc, s) || e.null(f, level)
	case Invalid:
		e.violate("Invalid value found for field " + f.Coordinate + ".")
	default:
		if f.NonNull>>level&1 != 0 {
			e.violateNull(f)
		}
	}
	return e.null(f, level)
}

func (e *Emitter) list(f *ProjectionField, level int, doc *Document, s Slot) bool {
	start := len(e.dst)
	e.dst = append(e.dst, '[')
	for i, n := 0, s.Len(); i < n; i++ {
		if i > 0 {
			e.dst = append(e.dst, ',')
		}
		before := len(e.reports)
		ok := e.value(f, level+1, doc, doc.Item(s, i))
		if len(e.reports) > before {
			e.extend(before, ast.PathIndex(i))
		}
		if !ok {
			e.cut(start)
			return false
		}
	}
	e.dst = append(e.dst, ']')
	return true
}

func (e *Emitter) leaf(f *ProjectionField, level int, raw []byte) bool {
	switch f.Kind {
	case Enum:
		name, ok := unquoted(raw)
		if _, known := f.Values[string(name)]; !ok || !known {
			e.violate("Invalid value found for field " + f.Coordinate + ".")
			return e.null(f, level)
		}
	case ID:
		if raw[0] != '"' {
			// The client gets the string that the specification promises (section
			// 3.5.5 "ID").
			e.dst = append(e.dst, '"')
			e.dst = append(e.dst, raw...)
			e.dst = append(e.dst, '"')
			return true
		}
	}
	e.dst = append(e.dst, raw...)
	return true
}
