package letter

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// values are what placeholders stand for, by their names.
type values map[string]value

// value is what one placeholder stands for. The zero value is nothing: what speaks
// of it is left out.
type value struct {
	// text is a piece of a line.
	text string
	// foreign text is not ours: its direction may be another than the language's.
	foreign bool
	// items are a list of further values.
	items []values
}

func (v value) empty() bool { return v.text == "" && len(v.items) == 0 }

// plain is text of ours.
func plain(text string) value { return value{text: text} }

// number is a number, or nothing for 0.
func number(n int) value {
	if n == 0 {
		return value{}
	}
	return plain(strconv.Itoa(n))
}

// link is the address of a page.
func link(address string) (value, error) {
	address, err := checkedLink(address)
	return plain(address), err
}

// checkedLink refuses what is not the address of a page. Addresses are made by us,
// but a wrong one must not be sent to thousands.
func checkedLink(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the link is not an address") // the error has the token in it
	}
	if parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || parsed.User != nil ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"<>\^{|}`+"`", r) }) {
		return "", errors.New("a link must begin with https:// or http://, have no login and be written in ASCII")
	}
	return address, nil
}

const (
	// longText is as long as anything that people write is quoted, in characters:
	// as long as a title can be.
	longText = 255
	// shortText is as much as is quoted in a subject.
	shortText = 60
)

// quoted is text that a person chose, of at most the given number of characters.
func quoted(text string, most int) value {
	cleaned := clip(clean(text), most)
	if cleaned == "" && text != "" {
		cleaned = "…"
	}
	return value{text: unlinked(cleaned), foreign: true}
}

// clean returns text as a piece of one line: without control characters, and without
// invisible ones that could change what stands around it. The joiners stay, without
// which Persian and many emoji are not what they are.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.IsSpace(r):
			return ' '
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.Is(unicode.Cf, r) || r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.Join(strings.Fields(text), " ")
}

// clip returns at most n characters of text, and a mark if that is not all. A
// letter keeps its accents.
func clip(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	end := n - 1
	for end > 0 && (unicode.Is(unicode.M, runes[end]) || runes[end] == '\u200d' || runes[end-1] == '\u200d') {
		end--
	}
	return strings.TrimSpace(string(runes[:end])) + "…"
}

// unlinked returns text in which mail programs do not find addresses to make links
// of: whoever could put some into our mails, under a name such as "your.bank.example",
// would have us send them to strangers. What separates the parts stays to be seen,
// with a space of no width behind it.
func unlinked(text string) string {
	var out strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		out.WriteRune(r)
		last := i == len(runes)-1
		switch {
		case last:
		case strings.ContainsRune(".。．｡", r) && unicode.IsLetter(runes[i+1]), r == '@' || r == '＠', r == ':' && runes[i+1] == '/':
			out.WriteRune('\u200b')
		}
	}
	return out.String()
}

// isolated returns a value as a piece of plain text. What is not ours is isolated
// (UAX #9 §2.4.2), unless it obviously runs as the text around it: then nobody has to
// carry invisible characters, which make a subject unreadable in its encoded form.
func (v value) isolated(language Language) string {
	if !v.foreign || v.text == "" || !language.RightToLeft && !strings.ContainsFunc(v.text, rightToLeft) {
		return v.text
	}
	return "\u2068" + v.text + "\u2069"
}

// rightToLeft tells whether a character may run from right to left: the blocks that
// Unicode gave to such scripts.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff ||
		r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff
}
