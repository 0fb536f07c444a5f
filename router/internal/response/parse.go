package response

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError says that a body is no GraphQL response.
type SyntaxError struct {
	// Offset is the position in the body, in bytes, near which reading ended.
	Offset int
	// Reason says what was found or expected there.
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset)
}

// The number of slots is bounded by the size of the body: an object's fields
// take more bytes of text than slots, unless the subgraph left fields out or the
// object is one of many types, whose fields all have slots.
const (
	slotsPerByte = 64
	freeSlots    = 1 << 16
	maxSlots     = 1 << 26
	leastSlots   = 64 // for which there is memory at first
)

// Parse reads body, which becomes the document's: it may be moved to make room
// for the padding, and Reset returns it. The document must be new or Reset.
// Errors are *SyntaxError; the document holds no data then.
func (d *Document) Parse(layout *Layout, body []byte) error {
	d.clear()
	d.data, d.errors = 0, 0
	d.size = len(body)
	if cap(d.instances) < layout.Nodes {
		instances := make([][]uint32, layout.Nodes)
		copy(instances, d.instances[:cap(d.instances)])
		d.instances = instances
	}
	d.instances = d.instances[:layout.Nodes]
	d.buf = append(body, make([]byte, padding)...)[:len(body)] // compiles to growth and clearing, no temporary slice
	d.buf = d.buf[:len(body)+padding]
	p := parser{b: d.buf, d: d, limit: min(maxSlots, freeSlots+slotsPerByte*len(body))}
	p.room = min(p.limit, cap(d.slots))
	var err error
	switch {
	case len(body) > maxLength:
		err = &SyntaxError{Offset: maxLength, Reason: "the body is larger than 512 MiB"}
	default:
		err = p.response(layout.Root)
	}
	if err != nil && !utf8.Valid(body) {
		err = &SyntaxError{Reason: "the body is not UTF-8"} // strings were checked one by one
	}
	if err != nil {
		d.clear()
		d.data, d.errors = 0, 0
	}
	return err
}

// parser is one call of Parse. Its methods take the position of a value and
// return the position behind it, or -1 once err is set.
type parser struct {
	b     []byte
	d     *Document
	limit int // of slots
	room  int // slots that there is memory for, and that the limit allows
	err   *SyntaxError
}

// grow makes room for n slots in all, if there may be as many. Those that nobody
// has written are Missing.
func (p *parser) grow(n int) bool {
	if n > p.limit {
		return false
	}
	d := p.d
	slots := make([]Slot, len(d.slots), max(n, 2*cap(d.slots), leastSlots))
	copy(slots, d.slots)
	d.slots = slots
	p.room = min(p.limit, cap(slots))
	return true
}

func (p *parser) fail(at int, reason string) int {
	if p.err == nil {
		p.err = &SyntaxError{Offset: min(at, p.d.size), Reason: reason}
	}
	return -1
}

// response reads the outermost object. Of equal keys the last one counts.
func (p *parser) response(root *Shape) error {
	at := skipSpace(p.b, 0)
	if p.b[at] != '{' {
		p.fail(at, "the body is no JSON object")
		return p.err
	}
	if at = skipSpace(p.b, at+1); p.b[at] == '}' {
		at++
	} else if at = p.members(root, at); at < 0 {
		return p.err
	}
	if at = skipSpace(p.b, at); at != p.d.size {
		p.fail(at, "more text behind the response")
		return p.err
	}
	if p.d.data.Tag() != Object && !p.hasErrors() {
		p.fail(at, `the response has neither "data" nor "errors"`)
		return p.err
	}
	return nil
}

func (p *parser) hasErrors() bool {
	errors := p.d.errors
	return errors.Tag() == Raw && p.b[skipSpace(p.b, errors.Offset()+1)] != ']'
}

func (p *parser) members(root *Shape, at int) int {
	for {
		start := at
		if at = scanKey(p.b, at); at < 0 {
			return p.fail(start, "expected a key")
		}
		name, _ := unquoted(p.b[start:scanString(p.b, start+1)])
		switch string(name) {
		case "data":
			p.d.clear()
			at = p.data(root, at)
		case "errors":
			at = p.errors(at)
		default:
			at = p.skip(at)
		}
		if at < 0 {
			return -1
		}
		at = skipSpace(p.b, at)
		switch p.b[at] {
		case ',':
			at = skipSpace(p.b, at+1)
		case '}':
			return at + 1
		default:
			return p.fail(at, "expected a comma or the end of the response")
		}
	}
}

func (p *parser) data(root *Shape, at int) (end int) {
	switch p.b[at] {
	case '{':
		p.d.data, end = p.object(root, at)
		return end
	case 'n':
		p.d.data = makeSlot(Null, at, 4)
		return p.skip(at)
	}
	return p.fail(at, `"data" is no object`)
}

func (p *parser) errors(at int) int {
	end := p.skip(at)
	if end < 0 {
		return -1
	}
	switch p.b[at] {
	case '[':
		p.d.errors = makeSlot(Raw, at, end-at)
	case 'n':
		p.d.errors = 0
	default:
		return p.fail(at, `"errors" is no list`)
	}
	return end
}

func (p *parser) skip(at int) int {
	end := scanValue(p.b, at)
	if end < 0 {
		return p.fail(at, "invalid JSON in the value that begins")
	}
	return end
}

// invalid reads a value that is not of the kind that the schema promises.
func (p *parser) invalid(at int) (Slot, int) {
	end := p.skip(at)
	if end < 0 {
		return 0, -1
	}
	return makeSlot(Invalid, at, end-at), end
}

// value reads the value of a field, or of an item of its lists: depth is the
// number of list levels that are still to come.
func (p *parser) value(f *ShapeField, depth, at int) (Slot, int) {
	switch c := p.b[at]; {
	case c == 'n':
		if scanWord(p.b, at, "null") < 0 {
			return 0, p.fail(at, "expected a value")
		}
		return makeSlot(Null, at, 4), at + 4
	case depth > 0:
		if c == '[' {
			return p.array(f, depth, at)
		}
	case f.Shape != nil:
		if c == '{' {
			return p.object(f.Shape, at)
		}
	default:
		return p.leaf(f.Kind, at)
	}
	return p.invalid(at)
}

func (p *parser) array(f *ShapeField, depth, at int) (Slot, int) {
	mark := len(p.d.items)
	at = skipSpace(p.b, at+1)
	if p.b[at] == ']' {
		return makeSlot(Array, len(p.d.slots), 0), at + 1
	}
	for b := p.b; ; {
		var item Slot
		if depth == 1 && f.Shape != nil && b[at] == '{' {
			item, at = p.object(f.Shape, at)
		} else {
			item, at = p.value(f, depth-1, at)
		}
		if at < 0 {
			return 0, -1
		}
		p.d.items = append(p.d.items, item)
		if b[at] <= ' ' {
			at = skipSpace(b, at)
		}
		if b[at] == ']' {
			break
		}
		if b[at] != ',' {
			return 0, p.fail(at, "expected a comma or the end of a list")
		}
		if at++; b[at] <= ' ' {
			at = skipSpace(b, at)
		}
	}
	items := p.d.items[mark:]
	base := len(p.d.slots)
	if base+len(items) > p.room && !p.grow(base+len(items)) {
		return 0, p.fail(at, "more values than the size of the response explains")
	}
	p.d.slots = append(p.d.slots, items...)
	p.d.items = p.d.items[:mark]
	return makeSlot(Array, base, len(items)), at + 1
}

// leaf reads a value that is neither null nor, for a kind other than Any,
// allowed to be an object or a list.
func (p *parser) leaf(kind Kind, at int) (Slot, int) {
	end, valid := -1, true
	switch c := p.b[at]; kind {
	case Any:
		end = scanValue(p.b, at)
	case String, Enum, Typename:
		if c != '"' {
			return p.invalid(at)
		}
		end = scanString(p.b, at+1)
	case Boolean:
		if c != 't' && c != 'f' {
			return p.invalid(at)
		}
		end = scanScalar(p.b, at)
	case ID:
		if c == '"' {
			end = scanString(p.b, at+1)
			break
		}
		if c != '-' && c-'0' > 9 {
			return p.invalid(at)
		}
		end, valid = scanNumber(p.b, at)
	case Int, Float:
		if c != '-' && c-'0' > 9 {
			return p.invalid(at)
		}
		end, valid = scanNumber(p.b, at)
		valid = end >= 0 && (kind == Float || isInt(p.b[at:end], valid))
	}
	if end < 0 {
		return 0, p.fail(at, "invalid JSON in the value that begins")
	}
	if !valid {
		return makeSlot(Invalid, at, end-at), end
	}
	return makeSlot(Raw, at, end-at), end
}

// isInt tells whether a JSON number is a whole number of 32 bits. "1.0" and
// "1e2" are (GraphQL specification, section 3.5.1 "Int").
func isInt(number []byte, whole bool) bool {
	if whole {
		if len(number) <= 9 {
			return true
		}
		_, err := strconv.ParseInt(string(number), 10, 32)
		return err == nil
	}
	value, err := strconv.ParseFloat(string(number), 64)
	return err == nil && value >= math.MinInt32 && value <= math.MaxInt32 && isIntegral(string(number))
}

// isIntegral tells whether a number with a fraction or an exponent is a whole
// one, by its digits.
func isIntegral(number string) bool {
	mantissa, power := number, "0"
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		mantissa, power = number[:i], number[i+1:]
	}
	digits, fraction, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	zeros := 0
	if fraction == "" {
		zeros = len(digits) - len(strings.TrimRight(digits, "0"))
		if zeros == len(digits) {
			return true // zero
		}
	}
	exponent, err := strconv.Atoi(power)
	return err == nil && exponent >= len(fraction)-zeros
}
