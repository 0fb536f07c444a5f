package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxPlainDepth is how deep plain values nest.
const maxPlainDepth = 32

// fitsPlainly tells of most values that fit that they do, from their bytes, without
// decoding them: those that are written as they mostly are. Of others checkVariable
// knows. The text may be no JSON; then it does not fit.
func (o *Head) fitsPlainly(t *ast.Type, raw []byte) bool {
	r := plainReader{schema: o.schema, text: raw}
	return r.fits(t, maxPlainDepth) && r.at == len(raw)
}

// plainReader reads values whose strings have no escapes and whose numbers are
// short and whole. It stops at all others.
type plainReader struct {
	schema *ast.Schema
	text   []byte
	at     int
}

// fits reads a value and tells whether it is a plain one that fits a type.
func (r *plainReader) fits(t *ast.Type, depth int) bool {
	if depth == 0 || r.at == len(r.text) {
		return false
	}
	c := r.text[r.at]
	switch {
	case c == 'n':
		return !t.NonNull && r.word("null")
	case c == '[':
		return t.Elem != nil && r.list(t.Elem, depth-1)
	case t.Elem != nil: // a single value may stand for a list of one
		return false
	}
	def := r.schema.Types[t.NamedType]
	switch {
	case def.Kind == ast.InputObject:
		return c == '{' && def.Directives.ForName("oneOf") == nil && r.object(def, depth-1)
	case c == '"':
		text, ok := r.string()
		if def.Kind == ast.Enum {
			return ok && slices.ContainsFunc(def.EnumValues, func(v *ast.EnumValueDefinition) bool { return v.Name == string(text) })
		}
		return ok && fitsScalar(def.Name, "")
	case def.Kind == ast.Enum:
		return false
	case c == 't':
		return r.word("true") && fitsScalar(def.Name, true)
	case c == 'f':
		return r.word("false") && fitsScalar(def.Name, false)
	}
	return def.Name != "String" && def.Name != "Boolean" && r.shortInt()
}

func (r *plainReader) list(item *ast.Type, depth int) bool {
	r.at++
	if r.next() == ']' {
		r.at++
		return true
	}
	for {
		if !r.fits(item, depth) {
			return false
		}
		switch r.next() {
		case ',':
			r.at++
			r.next()
		case ']':
			r.at++
			return true
		default:
			return false
		}
	}
}

// object reads an object of an input type.
func (r *plainReader) object(def *ast.Definition, depth int) bool {
	var seen uint64 // by field
	if len(def.Fields) > 64 {
		return false
	}
	r.at++
	for more := r.next() != '}'; more; {
		if r.next() != '"' {
			return false
		}
		name, ok := r.string()
		i := slices.IndexFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Name == string(name) })
		if !ok || i < 0 || seen&(1<<i) != 0 || r.next() != ':' {
			return false
		}
		seen |= 1 << i
		r.at++
		r.next()
		if !r.fits(def.Fields[i].Type, depth) {
			return false
		}
		switch r.next() {
		case ',':
			r.at++
			if r.next() == '}' {
				return false
			}
		case '}':
			more = false
		default:
			return false
		}
	}
	r.at++
	for i, f := range def.Fields {
		if seen&(1<<i) == 0 && f.Type.NonNull && f.DefaultValue == nil {
			return false
		}
	}
	return true
}

// next skips white space and returns the byte behind it, or 0 at the end.
func (r *plainReader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\n', '\r', '\t':
		default:
			return c
		}
	}
	return 0
}

func (r *plainReader) word(word string) bool {
	if len(r.text)-r.at < len(word) || string(r.text[r.at:r.at+len(word)]) != word {
		return false
	}
	r.at += len(word)
	return true
}

// string reads a string without escapes.
func (r *plainReader) string() (text []byte, ok bool) {
	begin := r.at + 1
	for i := begin; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			return r.text[begin:i], true
		case c < ' ' || c == '\\':
			return nil, false
		}
	}
	return nil, false
}

// shortInt reads a whole number that certainly has 32 bits.
func (r *plainReader) shortInt() bool {
	const digits = 9
	if r.text[r.at] == '-' {
		r.at++
	}
	begin := r.at
	for r.at < len(r.text) && r.text[r.at]-'0' < 10 {
		r.at++
	}
	length := r.at - begin
	return length > 0 && length <= digits && (r.text[begin] != '0' || length == 1)
}
