package scan_test

import (
	"bytes"
	"testing"

	"github.com/weftql/weft/router/internal/response/scan"
)

// plain is Plain, byte by byte.
func plain(b []byte) (n int, ascii bool) {
	ascii = true
	for _, c := range b {
		if c < 0x20 || c == '"' || c == '\\' {
			break
		}
		ascii = ascii && c < 0x80
		n++
	}
	return n, ascii
}

func TestPlainEndsAtEveryKindOfByteInEveryPosition(t *testing.T) {
	t.Parallel()
	for length := range 140 {
		for _, filler := range []byte{'a', 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xC3, 0xFF} {
			text := bytes.Repeat([]byte{filler}, length)
			check(t, text)
			for i := range text {
				for _, c := range []byte{'"', '\\', 0, 0x1F, 0x80} {
					text[i] = c
					check(t, text)
				}
				text[i] = filler
			}
		}
	}
}

func TestPlainDoesNotReadBehindTheSlice(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("é"), 100)
	for length := range whole {
		clear(whole)
		copy(whole, bytes.Repeat([]byte("a"), length))
		for i := length; i < len(whole); i++ {
			whole[i] = 0xC3
		}
		check(t, whole[:length])
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`Lorem ipsum dolor sit amet, consectetur adipiscing elit." `), 0)
	f.Add(bytes.Repeat([]byte("é"), 40), 3)
	f.Fuzz(func(t *testing.T, b []byte, from int) {
		if from >= 0 && from <= len(b) {
			check(t, b[from:])
		}
	})
}

func check(t *testing.T, b []byte) {
	t.Helper()
	for name, f := range scan.Implementations {
		n, ascii := f(b)
		if want, wantASCII := plain(b); n != want || ascii != wantASCII {
			t.Fatalf("%s: %q: %d, %v; want %d, %v", name, b, n, ascii, want, wantASCII)
		}
	}
}

func BenchmarkPlain(b *testing.B) {
	text := append(bytes.Repeat([]byte("Lorem ipsum dolor sit amet. "), 12), '"')
	for name, f := range scan.Implementations {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				f(text)
			}
		})
	}
}
