//go:build !amd64 || purego

package scan

// Plain returns how many bytes at the beginning of b stand for themselves in a
// JSON string: no quote, no backslash, no control character (RFC 8259 §7). ascii
// tells whether they are all ASCII; if not, that they are UTF-8 is for the caller
// to check.
func Plain(b []byte) (n int, ascii bool) { return portable(b) }
