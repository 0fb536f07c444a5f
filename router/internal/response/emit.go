package response

import (
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
	var ok bool
	if e.dst, ok = e.fields(e.dst, root, first, 1); !ok {
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

// object writes the object at base in doc behind dst. If it returns false, it has
// written nothing: the object is null.
func (e *Emitter) object(dst []byte, pr *Projection, doc *Document, base int) ([]byte, bool) {
	frame := len(e.views)
	if len(pr.Overlays) == 0 {
		return e.fields(dst, pr, view{doc: doc, base: base}, frame)
	}
	start, before, entity := len(dst), len(e.reports), -1
	ordinal := doc.Ordinal(base)
	if pr.Alike > 0 {
		entity = e.Overlays[pr.Same].entity(ordinal)
		if p := e.like(pr, entity); p.end > 0 && (e.MaxBytes == 0 || start <= e.MaxBytes) {
			return append(dst, dst[p.start:p.end]...), true
		}
	}
	for _, index := range pr.Overlays {
		overlay := &e.Overlays[index]
		e.views = append(e.views, view{doc: overlay.Document, base: overlay.At(ordinal), cause: overlay.cause(ordinal)})
		if overlay.Marks != nil && ordinal < len(overlay.Index) {
			e.mark(pr, overlay.Marks[overlay.Index[ordinal]])
		}
	}
	dst, ok := e.fields(dst, pr, view{doc: doc, base: base}, frame)
	e.views = e.views[:frame]
	if ok && entity >= 0 && len(e.reports) == before {
		e.remember(pr, entity, part{start, len(dst)})
	}
	return dst, ok
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

// fields writes an object behind dst: first is its first view, the others stand at
// frame. If it returns false, it has written nothing.
func (e *Emitter) fields(dst []byte, pr *Projection, first view, frame int) ([]byte, bool) {
	start, variant := len(dst), 0
	if e.MaxBytes > 0 && start > e.MaxBytes {
		e.tooLarge = true
		return dst, false
	}
	if pr.TypeView >= 0 {
		var ok bool
		if variant, ok = e.variant(pr, &first, frame); !ok {
			return dst, false
		}
	}
	for i := 0; i < len(pr.Fields); i++ {
		f := &pr.Fields[i]
		if !f.always && (f.Types != nil && !f.Types[variant] || f.Condition >= 0 && !e.Conditions[f.Condition]) {
			continue
		}
		v := &first
		if f.View > 0 {
			v = &e.views[frame+f.View-1]
		}
		if f.plain && v.base >= 0 {
			if from, end, n := plain(pr.Fields[i:], v.doc, v.base); n > 0 {
				dst = appendText(f.appendKey(dst), v.doc.buf, from, end)
				i += n - 1
				continue
			}
		}
		before, ok := len(e.reports), false
		if dst, ok = e.field(f.appendKey(dst), f, v); len(e.reports) > before {
			e.extend(before, ast.PathName(f.Key))
		}
		if !ok {
			return e.cut(dst, start), false
		}
	}
	if len(dst) == start {
		return append(dst, "{}"...), true
	}
	dst[start] = '{' // in place of the first field's comma
	return append(dst, '}'), true
}

// variant finds out which variant an object is of. It returns false if that is not
// known, or one that the client may not see.
func (e *Emitter) variant(pr *Projection, first *view, frame int) (int, bool) {
	typed := first
	if pr.TypeView > 0 {
		typed = &e.views[frame+pr.TypeView-1]
	}
	if typed.base < 0 {
		return 0, e.untyped(pr, typed.cause)
	}
	variant := typed.doc.Variant(typed.base)
	if !pr.Known[variant] {
		e.violate("a type that the schema does not have was found for an object of type " + pr.Type)
		return 0, false
	}
	return variant, true
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

// field writes a field's value behind dst. If it returns false, the object around
// it has to be null.
func (e *Emitter) field(dst []byte, f *ProjectionField, v *view) ([]byte, bool) {
	if f.Constant != nil {
		return append(dst, f.Constant...), true
	}
	if v.base >= 0 {
		return e.value(dst, f, 0, v.doc, v.doc.Field(v.base, f.Slot))
	}
	switch {
	case v.cause.Failure != nil:
		e.fail(v.cause.Failure)
	case !v.cause.Explained && f.NonNull&1 != 0:
		e.violateNull(f)
	}
	return e.null(dst, f, 0)
}

// null writes null at a level of a field's type, if the type allows it there. A
// response that is too large becomes null as a whole.
func (e *Emitter) null(dst []byte, f *ProjectionField, level int) ([]byte, bool) {
	if f.NonNull>>level&1 != 0 || e.tooLarge {
		return dst, false
	}
	return append(dst, "null"...), true
}

func (e *Emitter) violateNull(f *ProjectionField) {
	e.violate("Cannot return null for non-nullable field " + f.Coordinate + ".")
}

// value writes a value at a level of a field's type behind dst. If it returns
// false, it has written nothing: what is around the value has to be null.
func (e *Emitter) value(dst []byte, f *ProjectionField, level int, doc *Document, s Slot) (_ []byte, ok bool) {
	switch s.Tag() {
	case Object:
		if dst, ok = e.object(dst, f.Object, doc, s.Offset()); ok {
			return dst, true
		}
	case Array:
		if dst, ok = e.list(dst, f, level, doc, s); ok {
			return dst, true
		}
	case Raw:
		return e.leaf(dst, f, level, doc.Bytes(s))
	case Invalid:
		e.violate("Invalid value found for field " + f.Coordinate + ".")
	default:
		if f.NonNull>>level&1 != 0 {
			e.violateNull(f)
		}
	}
	return e.null(dst, f, level)
}

func (e *Emitter) list(dst []byte, f *ProjectionField, level int, doc *Document, s Slot) ([]byte, bool) {
	start := len(dst)
	dst = append(dst, '[')
	for i, n := 0, s.Len(); i < n; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		before, ok := len(e.reports), false
		item := doc.Item(s, i)
		if item.Tag() != Object {
			dst, ok = e.value(dst, f, level+1, doc, item)
		} else if dst, ok = e.object(dst, f.Object, doc, item.Offset()); !ok {
			dst, ok = e.null(dst, f, level+1)
		}
		if len(e.reports) > before {
			e.extend(before, ast.PathIndex(i))
		}
		if !ok {
			return e.cut(dst, start), false
		}
	}
	return append(dst, ']'), true
}

func (e *Emitter) leaf(dst []byte, f *ProjectionField, level int, raw []byte) ([]byte, bool) {
	switch f.Kind {
	case Enum:
		name, ok := unquoted(raw)
		if _, known := f.Values[string(name)]; !ok || !known {
			e.violate("Invalid value found for field " + f.Coordinate + ".")
			return e.null(dst, f, level)
		}
	case ID:
		if raw[0] != '"' {
			// The client gets the string that the specification promises (section
			// 3.5.5 "ID").
			dst = append(dst, '"')
			dst = append(dst, raw...)
			return append(dst, '"'), true
		}
	}
	return append(dst, raw...), true
}
