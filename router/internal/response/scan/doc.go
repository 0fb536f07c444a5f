// Package scan finds where the plain text of a JSON string ends, which is most of
// what reading a response is.
//
//	"Lorem ipsum dolor \"sit\" amet"
//	 ^─────────────────^
//	      Plain = 18
//
// On amd64 with AVX2 32 bytes are looked at at once, in assembly; elsewhere, and
// with the build tag purego, eight. Both give the same results, which a fuzz test
// compares. Neither reads outside of the slice that it is given, and neither
// needs package unsafe.
package scan
