package scan

import (
	"encoding/binary"
	"math/bits"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// word finds the bytes that end plain text among eight: quote, backslash, and
// those below 0x20. The lowest bit that is set is the highest of the first such
// byte; what is above it means nothing.
func word(w uint64) uint64 {
	quote := w ^ 0x22*lows
	escape := w ^ 0x5C*lows
	return (((quote - lows) &^ quote) | ((escape - lows) &^ escape) | ((w - 0x20*lows) &^ w)) & highs
}

// Short returns how many bytes at the beginning of the first eight of b are ASCII
// and stand for themselves in a JSON string. b has eight bytes at least.
func Short(b []byte) int {
	w := binary.LittleEndian.Uint64(b)
	return bits.TrailingZeros64(word(w)|w&highs) / 8
}

// portable is Plain, eight bytes at a time.
func portable(b []byte) (n int, ascii bool) {
	var seen uint64
	for ; len(b)-n >= 8; n += 8 {
		w := binary.LittleEndian.Uint64(b[n:])
		if found := word(w); found != 0 {
			before := found&-found - 1
			return n + bits.TrailingZeros64(found)/8, (seen|w&before)&highs == 0
		}
		seen |= w
	}
	for ; n < len(b) && b[n] >= 0x20 && b[n] != '"' && b[n] != '\\'; n++ {
		seen |= uint64(b[n])
	}
	return n, seen&highs == 0
}
