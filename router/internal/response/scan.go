package response

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/weftql/weft/router/internal/response/scan"
)

// padding is how many zero bytes stand behind the text in a document's buffer.
// A zero byte is no part of any token, so that scanning stops at the end without
// asking for it, and looking at 32 bytes at once does not end before the text.
const padding = 64

// maxDepth is how deeply values that the shape does not know may nest: custom
// scalars, unknown keys, errors.
const maxDepth = 512

// skipSpace returns the position of the first byte that is no white space.
func skipSpace(b []byte, at int) int {
	for {
		switch b[at] {
		case ' ', '\n', '\r', '\t':
			at++
		default:
			return at
		}
	}
}

// scanString returns the position behind a string's closing quote, or -1 if the
// string is none. at is the position behind the opening quote.
func scanString(b []byte, at int) int {
	for {
		n, ascii := scan.Plain(b[at:])
		if !ascii && !utf8.Valid(b[at:at+n]) {
			return -1
		}
		at += n
		switch b[at] {
		case '"':
			return at + 1
		case '\\':
			if at = scanEscape(b, at); at < 0 {
				return -1
			}
		default:
			return -1
		}
	}
}

// scanEscape returns the position behind the escape sequence at at, or -1.
func scanEscape(b []byte, at int) int {
	switch b[at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return at + 2
	case 'u':
		for _, c := range b[at+2 : at+6] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return -1
			}
		}
		return at + 6
	}
	return -1
}

// scanNumber returns the position behind a number and whether it is written as
// a whole one, or -1.
func scanNumber(b []byte, at int) (end int, whole bool) {
	if b[at] == '-' {
		at++
	}
	switch {
	case b[at] == '0':
		at++
	case b[at] >= '1' && b[at] <= '9':
		at = scanDigits(b, at)
	default:
		return -1, false
	}
	whole = true
	if b[at] == '.' {
		whole = false
		if end := scanDigits(b, at+1); end > at+1 {
			at = end
		} else {
			return -1, false
		}
	}
	if b[at] == 'e' || b[at] == 'E' {
		whole = false
		at++
		if b[at] == '+' || b[at] == '-' {
			at++
		}
		end := scanDigits(b, at)
		if end == at {
			return -1, false
		}
		at = end
	}
	return at, whole
}

func scanDigits(b []byte, at int) int {
	for b[at]-'0' < 10 {
		at++
	}
	return at
}

// scanScalar returns the position behind a value that is neither object nor
// list, or -1.
func scanScalar(b []byte, at int) int {
	switch b[at] {
	case '"':
		return scanString(b, at+1)
	case 't':
		return scanWord(b, at, "true")
	case 'f':
		return scanWord(b, at, "false")
	case 'n':
		return scanWord(b, at, "null")
	}
	end, _ := scanNumber(b, at)
	return end
}

func scanWord(b []byte, at int, word string) int {
	if string(b[at:at+len(word)]) == word {
		return at + len(word)
	}
	return -1
}

// scanValue returns the position behind any value, or -1. It checks the whole
// grammar and does not recurse.
func scanValue(b []byte, at int) int {
	var objects [maxDepth / 64]uint64 // one bit for each open object or list
	depth := 0
	for {
		// at is where a value begins.
		switch c := b[at]; c {
		case '{', '[':
			if depth == maxDepth {
				return -1
			}
			closing := byte(']')
			objects[depth/64] &^= 1 << (depth % 64)
			if c == '{' {
				closing = '}'
				objects[depth/64] |= 1 << (depth % 64)
			}
			at = skipSpace(b, at+1)
			if b[at] == closing {
				at++
				break
			}
			depth++
			if c == '{' {
				if at = scanKey(b, at); at < 0 {
					return -1
				}
			}
			continue
		default:
			if at = scanScalar(b, at); at < 0 {
				return -1
			}
		}
		// at is behind a value: close what ends here, or go on to the next.
		for {
			if depth == 0 {
				return at
			}
			at = skipSpace(b, at)
			object := objects[(depth-1)/64]>>((depth-1)%64)&1 == 1
			if b[at] == ',' {
				at = skipSpace(b, at+1)
				if object {
					if at = scanKey(b, at); at < 0 {
						return -1
					}
				}
				break
			}
			if object && b[at] != '}' || !object && b[at] != ']' {
				return -1
			}
			at++
			depth--
		}
	}
}

// scanKey returns the position of the value that belongs to the key at at, or
// -1.
func scanKey(b []byte, at int) int {
	if b[at] != '"' {
		return -1
	}
	if at = scanString(b, at+1); at < 0 {
		return -1
	}
	if at = skipSpace(b, at); b[at] != ':' {
		return -1
	}
	return skipSpace(b, at+1)
}

// unquoted returns the text of a valid JSON string. It allocates only if the
// string has escapes.
func unquoted(raw []byte) ([]byte, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, false
	}
	for _, c := range raw {
		if c == '\\' {
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return nil, false
			}
			return []byte(text), true
		}
	}
	return raw[1 : len(raw)-1], true
}
