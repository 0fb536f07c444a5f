//go:build !purego

package scan

import "golang.org/x/sys/cpu"

// block is how many bytes blocks looks at at once.
const block = 32

// Plain returns how many bytes at the beginning of b stand for themselves in a
// JSON string: no quote, no backslash, no control character (RFC 8259 §7). ascii
// tells whether they are all ASCII; if not, that they are UTF-8 is for the caller
// to check.
func Plain(b []byte) (n int, ascii bool) {
	if len(b) < block || !cpu.X86.HasAVX2 {
		return portable(b)
	}
	n, high := blocks(b)
	if len(b)-n >= block { // it ended before the last whole block
		return n, high == 0
	}
	rest, ascii := portable(b[n:])
	return n + rest, ascii && high == 0
}

// blocks is Plain for the whole blocks of b. It needs AVX2. high is not zero if
// one of the bytes is none of ASCII.
//
//go:noescape
func blocks(b []byte) (n int, high uint32)
