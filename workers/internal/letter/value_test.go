package letter

import (
	"strings"
	"testing"
)

func TestQuoted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"as it is", "Buy milk (2 l), 12:30!", "Buy milk (2 l), 12:30!"},
		{"lines and tabs", " a\r\nb\tc\u2028d\u00a0 e ", "a b c d e"},
		{"control characters", "a\x00\x1b[31mb\x7f", "a [31mb"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"directions", "\u202eabc\u202c\u2066\u2069\u200f", "abc"},
		{"nothing to see", "\u202e\u200b", "…"},
		{"nothing", "", ""},
		{"a family", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"Persian", "می\u200cخواهم", "می\u200cخواهم"},
		{"an address", "see https://evil.example/x", "see https:\u200b//evil.\u200bexample/x"},
		{"a domain", "www.evil.example", "www.\u200bevil.\u200bexample"},
		{"a domain with other dots", "evil。example", "evil。\u200bexample"},
		{"mail", "a@b.example", "a@\u200bb.\u200bexample"},
		{"the end of a sentence", "Done. Really.", "Done. Really."},
		{"a number", "1.5", "1.5"},
	} {
		if got := quoted(c.in, longText).text; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"ab cd", 4, "ab…"},
		{"abe\u0301d", 4, "ab…"},
		{"a👩\u200d👧b", 4, "a…"},
		{strings.Repeat("ש", 5), 3, "שש…"},
	} {
		if got := clip(c.in, c.n); got != c.want {
			t.Errorf("clip(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestForeignTextIsIsolatedWhereItMatters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language Language
		v        value
		want     string
	}{
		{Language{}, value{text: "Ann", foreign: true}, "Ann"},
		{Language{}, value{text: "דן", foreign: true}, "\u2068דן\u2069"},
		{Language{}, value{text: "Ann دن", foreign: true}, "\u2068Ann دن\u2069"},
		{Language{}, value{text: "𐤀", foreign: true}, "\u2068𐤀\u2069"},
		{Language{RightToLeft: true}, value{text: "Ann", foreign: true}, "\u2068Ann\u2069"},
		{Language{RightToLeft: true}, value{text: "12", foreign: true}, "\u206812\u2069"},
		{Language{RightToLeft: true}, value{text: "12"}, "12"},
		{Language{RightToLeft: true}, value{foreign: true}, ""},
	} {
		if got := c.v.isolated(c.language); got != c.want {
			t.Errorf("%q: %q, want %q", c.v.text, got, c.want)
		}
	}
}
