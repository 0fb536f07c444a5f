package letter_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/workers/internal/letter"
)

// tags returns the tags of HTML, which the layout writes without > in attributes.
func tags(html string) []string { return regexp.MustCompile(`<[^>]*>`).FindAllString(html, -1) }

// linkable is what mail programs make links of.
var linkable = regexp.MustCompile(`://|[\pL\pN][.。．｡]\pL|[@＠][\pL\pN]`)

// FuzzForeignText puts text that people choose into letters: whatever it is, it stays
// a piece of a line.
func FuzzForeignText(f *testing.F) {
	for _, seed := range []string{
		"Ada", "עדה", "a\r\nBcc: all@example.com", "</p><a href=https://evil.example>x</a>", "https://evil.example", "www.evil.example",
		"\u202e\u2066abc", "\u2069\u2069 x", "\u0000\u0007", "\xff\xfe", "👩‍👩‍👧 e\u0301", "{reader} {{.Subject}}", "[x](https://evil.example)", "\u2028x\u2029y", "\u200b", " ", strings.Repeat("ש", 400),
	} {
		f.Add(seed, "x", "y")
		f.Add("x", seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, title, actor string) {
		if name == "" || title == "" || actor == "" {
			t.Skip("an empty name leaves the greeting out, and the others are refused")
		}
		for _, locale := range []string{"en", "he"} {
			plain := render(t, locale, "x", letter.Assignment{Title: "x", ListName: "x", ActorName: "x"})
			got := render(t, locale, name, letter.Assignment{Title: title, ListName: title, ActorName: actor})
			if diff := cmp.Diff(tags(plain.HTML), tags(got.HTML)); diff != "" {
				t.Errorf("%s: other tags than with harmless text (-want +got):\n%s", locale, diff)
			}
			if want, have := strings.Count(plain.Text, "\n"), strings.Count(got.Text, "\n"); want != have {
				t.Errorf("%s: %d lines instead of %d:\n%s", locale, have, want, got.Text)
			}
			for what, text := range map[string]string{"subject": got.Subject, "text": got.Text, "html": got.HTML} {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
					t.Errorf("%s: the %s has control characters: %q", locale, what, text)
				}
				if what != "html" && linkable.MatchString(text) {
					t.Errorf("%s: the %s has a link: %q", locale, what, text)
				}
				for line := range strings.Lines(text) {
					if !balanced(line) {
						t.Errorf("%s: the %s is not isolated: %q", locale, what, line)
					}
				}
			}
			if strings.Contains(got.Subject, "\n") || utf8.RuneCountInString(got.Subject) > 400 {
				t.Errorf("%s: subject %q", locale, got.Subject)
			}
		}
	})
}

func render(t *testing.T, locale, name string, l letter.Letter) letter.Content {
	t.Helper()
	content, err := letter.Render(locale, letter.Reader{Name: name, TimeZone: "UTC"}, l)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// balanced tells whether everything that is isolated in line ends there, and whether
// nothing else changes its direction.
func balanced(line string) bool {
	open := false
	for _, r := range line {
		switch {
		case r == '\u2068' && !open:
			open = true
		case r == '\u2069' && open:
			open = false
		case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			return false
		}
	}
	return !open
}

func TestOnlyAddressesOfPagesAreLinks(t *testing.T) {
	t.Parallel()
	good := "https://weft.example/unsubscribe?token=a-b_c.d%20"
	for _, address := range []string{"javascript:alert(1)", "//evil.example", "weft.example", "https://", "https://u:p@weft.example", "https://weft.example/\r\nx", "https://weft.example/ x", "https://עברית.example", `https://weft.example/"x`, "mailto:a@b.example"} {
		if _, err := letter.Render("en", letter.Reader{Name: "x", Unsubscribe: address}, letter.Welcome{}); err == nil {
			t.Errorf("%q is accepted", address)
		}
	}
	content, err := letter.Render("en", letter.Reader{Name: "x", Unsubscribe: good}, letter.Welcome{})
	if err != nil || !strings.Contains(content.HTML, `href="`+good+`"`) || !strings.Contains(content.Text, "\n"+good+"\n") {
		t.Errorf("%s is not there: %v\n%s", good, err, content.HTML)
	}
}
