package transport

import (
	"encoding/binary"
	"unicode/utf8"
)

// maxScanDepth is how deep values may nest for scan to read them. The few bodies
// that nest deeper are left to encoding/json.
const maxScanDepth = 100

// scan finds the parts of a body without allocating. It reads what encoding/json
// would read, or returns false: then parse reads the body, and says what is wrong
// with it if something is. It leaves to parse
//
//   - whatever is not a request, such as malformed JSON;
//   - parameters of the wrong type, and queries that are not there;
//   - keys with escapes, and parameters that are there twice.
func scan(body []byte) (r Request, ok bool) {
	if !utf8.Valid(body) {
		return Request{}, false
	}
	s := scanner{text: body}
	if s.next() != '{' {
		return Request{}, false
	}
	s.at++
	var seen [len(parameterNames)]bool
	for more := s.next() != '}'; more; {
		begin := s.at
		if s.next() != '"' || !s.plainString() {
			return Request{}, false
		}
		key := body[begin+1 : s.at-1]
		if s.next() != ':' {
			return Request{}, false
		}
		s.at++
		s.next()
		begin = s.at
		if !s.value(maxScanDepth) {
			return Request{}, false
		}
		if i := parameterIndex(key); i >= 0 {
			if seen[i] || !r.set(i, body[begin:s.at]) {
				return Request{}, false
			}
			seen[i] = true
		}
		switch s.next() {
		case ',':
			s.at++
			s.next()
		case '}':
			more = false
		default:
			return Request{}, false
		}
	}
	s.at++
	s.next()
	return r, s.at == len(body) && len(r.Query) > len(`""`)
}

// scanner reads JSON (RFC 8259) from the position at on.
type scanner struct {
	text []byte
	at   int
}

// next skips white space and returns the byte behind it, or 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\n', '\r', '\t':
		default:
			return c
		}
	}
	return 0
}

// value skips a value that begins here. It returns false if there is none, or one
// that nests deeper than depth.
func (s *scanner) value(depth int) bool {
	if s.at == len(s.text) || depth == 0 {
		return false
	}
	switch c := s.text[s.at]; c {
	case '"':
		return s.string()
	case '{':
		return s.list('}', depth-1)
	case '[':
		return s.list(']', depth-1)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.number()
	}
}

// list skips an object or an array, which ends with the byte closing.
func (s *scanner) list(closing byte, depth int) bool {
	s.at++
	if s.next() == closing {
		s.at++
		return true
	}
	for {
		if closing == '}' {
			if s.next() != '"' || !s.string() || s.next() != ':' {
				return false
			}
			s.at++
			s.next()
		}
		if !s.value(depth) {
			return false
		}
		switch s.next() {
		case ',':
			s.at++
			s.next()
		case closing:
			s.at++
			return true
		default:
			return false
		}
	}
}

func (s *scanner) word(word string) bool {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// string skips a string, whose opening quote is here.
func (s *scanner) string() bool {
	s.at++
	for {
		s.run()
		if s.at >= len(s.text) {
			return false
		}
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return true
		case c != '\\' || !s.escape():
			return false
		}
	}
}

// plainString skips a string as long as it has no escapes.
func (s *scanner) plainString() bool {
	s.at++
	s.run()
	if s.at >= len(s.text) || s.text[s.at] != '"' {
		return false
	}
	s.at++
	return true
}

// run skips the bytes that stand for themselves in a string, eight at a time.
func (s *scanner) run() {
	for s.at+8 <= len(s.text) {
		// In each mask the lowest set bit is exact, which is the only one that
		// counts.
		word := binary.LittleEndian.Uint64(s.text[s.at:])
		quote, escape := word^'"'*lows, word^'\\'*lows
		found := ((quote - lows) &^ quote) | ((escape - lows) &^ escape) | ((word - 0x20*lows) &^ word)
		if found&highs != 0 {
			break
		}
		s.at += 8
	}
	for s.at < len(s.text) {
		if c := s.text[s.at]; c < 0x20 || c == '"' || c == '\\' {
			return
		}
		s.at++
	}
}

// escape skips an escape sequence, whose backslash is here.
func (s *scanner) escape() bool {
	if s.at+1 >= len(s.text) {
		return false
	}
	switch s.text[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return true
	case 'u':
		if s.at+6 > len(s.text) {
			return false
		}
		for _, c := range s.text[s.at+2 : s.at+6] {
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return false
			}
		}
		s.at += 6
		return true
	}
	return false
}

// number skips a number.
func (s *scanner) number() bool {
	s.skip('-')
	switch {
	case s.skip('0'):
	case !s.digits():
		return false
	}
	if s.skip('.') && !s.digits() {
		return false
	}
	if s.skip('e') || s.skip('E') {
		if !s.skip('+') {
			s.skip('-')
		}
		return s.digits()
	}
	return true
}

// skip skips one byte if it is here.
func (s *scanner) skip(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

// digits skips digits and tells whether there is one.
func (s *scanner) digits() bool {
	begin := s.at
	for s.at < len(s.text) && s.text[s.at]-'0' < 10 {
		s.at++
	}
	return s.at > begin
}
