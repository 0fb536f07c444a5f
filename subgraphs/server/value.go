package server

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// values reads JSON into the values that encoding/json makes of it when numbers
// are to stay text: map[string]any, []any, string, json.Number, bool and nil. It
// gives up where encoding/json would complain, and where it is rarely needed; then
// failed is set, which says nothing about whether the text is right. It takes half
// of encoding/json's time or less (BenchmarkDecode).
type values struct {
	text   []byte
	at     int
	failed bool
	// names are the last different ones, by length: those of one object are those
	// of the next, and need not be allocated again.
	names [16]string
}

// maxNesting is how deep values stand in each other; encoding/json goes deeper.
const maxNesting = 64

// space passes over white space and returns what comes next, 0 at the end.
func (v *values) space() byte {
	for ; v.at < len(v.text); v.at++ {
		switch c := v.text[v.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// is tells whether c comes next, and passes over it.
func (v *values) is(c byte) bool {
	if v.failed || v.space() != c {
		return false
	}
	v.at++
	return true
}

// want passes over c, which has to come next.
func (v *values) want(c byte) { v.failed = !v.is(c) }

// more tells whether a comma comes next, behind which there is another member or
// element, and passes over it, or over the end, which has to come otherwise.
func (v *values) more(end byte) bool {
	if v.is(',') {
		return true
	}
	v.want(end)
	return false
}

// value reads any value.
func (v *values) value(depth int) any {
	switch c := v.space(); {
	case v.failed || depth > maxNesting:
		v.failed = true
		return nil
	case c == '"':
		return v.string()
	case c == '{':
		return v.object(depth)
	case c == '[':
		return v.list(depth)
	case c == 't':
		v.word("true")
		return true
	case c == 'f':
		v.word("false")
		return false
	case c == 'n':
		v.word("null")
		return nil
	default:
		return v.number()
	}
}

func (v *values) object(depth int) map[string]any {
	v.want('{')
	object := map[string]any{}
	for more := !v.is('}'); more && !v.failed; more = v.more('}') {
		name := v.name()
		v.want(':')
		object[name] = v.value(depth + 1)
	}
	return object
}

func (v *values) list(depth int) []any {
	v.want('[')
	list := []any{}
	for more := !v.is(']'); more && !v.failed; more = v.more(']') {
		list = append(list, v.value(depth+1))
	}
	return list
}

// name reads the name of a member.
func (v *values) name() string {
	token, plain := v.token()
	if !plain {
		return v.unquote(token)
	}
	token = token[1 : len(token)-1]
	last := &v.names[len(token)%len(v.names)]
	if *last != string(token) {
		*last = string(token)
	}
	return *last
}

func (v *values) string() string {
	token, plain := v.token()
	if !plain {
		return v.unquote(token)
	}
	return string(token[1 : len(token)-1])
}

// token reads a string with its quotes; it is plain if it stands for itself.
func (v *values) token() (token []byte, plain bool) {
	if v.failed || v.space() != '"' {
		v.failed = true
		return nil, false
	}
	plain = true
	ascii := true
	for i := v.at + 1; i < len(v.text); i++ {
		switch c := v.text[i]; {
		case c == '"':
			token = v.text[v.at : i+1]
			v.at = i + 1
			return token, plain && (ascii || utf8.Valid(token))
		case c == '\\':
			plain = false
			i++ // what is escaped may be a quote
		case c < ' ':
			v.failed = true
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	v.failed = true
	return nil, false
}

// unquote reads a string that is not plain.
func (v *values) unquote(token []byte) (text string) {
	if v.failed || json.Unmarshal(token, &text) != nil {
		v.failed = true
	}
	return text
}

// word passes over one of the three words.
func (v *values) word(word string) {
	if !bytes.HasPrefix(v.text[v.at:], []byte(word)) {
		v.failed = true
		return
	}
	v.at += len(word)
}

// number reads a number.
func (v *values) number() any {
	begin := v.at
	v.skip('-')
	if !v.skip('0') {
		v.digits()
	}
	if v.skip('.') {
		v.digits()
	}
	if v.skip('e') || v.skip('E') {
		_ = v.skip('+') || v.skip('-')
		v.digits()
	}
	return json.Number(v.text[begin:v.at])
}

// skip tells whether c comes next, without white space before it, and passes over
// it.
func (v *values) skip(c byte) bool {
	if v.at < len(v.text) && v.text[v.at] == c {
		v.at++
		return true
	}
	return false
}

// digits passes over one digit at least.
func (v *values) digits() {
	begin := v.at
	for v.at < len(v.text) && '0' <= v.text[v.at] && v.text[v.at] <= '9' {
		v.at++
	}
	if v.at == begin {
		v.failed = true
	}
}
