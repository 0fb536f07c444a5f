package letter

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestEveryLanguageSaysEverything compares the languages with the first: the same
// letters, with the same parts and values in the same order, and the same terms.
func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	books, err := library()
	if err != nil {
		t.Fatal(err)
	}
	all := Languages()
	for _, language := range all[1:] {
		for _, difference := range differences(books[all[0].Tag], books[language.Tag]) {
			t.Error(difference)
		}
	}
}

func TestDifferencesOfLanguagesAreFound(t *testing.T) {
	t.Parallel()
	complete := fstest.MapFS{
		"source/en/a.txt":     {Data: []byte("Subject: A\n\nHi {reader},\n\n| B | {b} |\n\n* c: {d}\n")},
		"source/en/terms.txt": {Data: []byte("e = E\nf = {f}\n")},
		"source/xx/a.txt":     {Data: []byte("Subject: α\n\nγ {reader},\n\n| β | {b} |\n\n* c: {d}\n")},
		"source/xx/terms.txt": {Data: []byte("e = ε\nf = {f}\n")},
	}
	for _, c := range []struct{ name, file, text, want string }{
		{"nothing", "source/xx/a.txt", string(complete["source/xx/a.txt"].Data), ""},
		{"a term", "source/xx/terms.txt", "f = {f}\n", `xx lacks the term "e"`},
		{"a term more", "source/xx/terms.txt", "e = ε\nf = {f}\ng = γ", `xx alone has the term "g"`},
		{"a term in English", "source/xx/terms.txt", "e = E\nf = {f}\n", `xx: term "e" is not translated`},
		{"values of a term", "source/xx/terms.txt", "e = ε\nf = φ\n", `xx: term "f" has other values`},
		{"a value", "source/xx/a.txt", "Subject: α\n\nγ,\n\n| β | {b} |\n\n* c: {d}\n", `xx: a: part 1 is {} with [], want {} with [reader]`},
		{"a part", "source/xx/a.txt", "Subject: α\n\nγ {reader},\n\n* c: {d}\n", `xx: a: 2 parts, want 3`},
		{"words in English", "source/xx/a.txt", "Subject: A\n\nγ {reader},\n\n| β | {b} |\n\n* c: {d}\n", `xx: a: "A" is not translated`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(complete)
			files[c.file] = &fstest.MapFile{Data: []byte(c.text)}
			var books []book
			for _, tag := range []string{"en", "xx"} {
				b, err := readBook(files, Language{Tag: tag})
				if err != nil {
					t.Fatal(err)
				}
				books = append(books, b)
			}
			if got := strings.Join(differences(books[0], books[1]), "\n"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	lacking := maps.Clone(complete)
	delete(lacking, "source/xx/a.txt")
	first, errFirst := readBook(lacking, Language{Tag: "en"})
	second, errSecond := readBook(lacking, Language{Tag: "xx"})
	if got := differences(first, second); errFirst != nil || errSecond != nil || !slices.Equal(got, []string{`xx lacks the letter "a"`}) {
		t.Errorf("a letter: %q, %v, %v", got, errFirst, errSecond)
	}
}

// differences tells what b lacks or says otherwise than reference.
func differences(reference, b book) []string {
	tag := b.language.Tag
	out := missing(tag, "letter", reference.pages, b.pages)
	out = append(out, missing(tag, "term", reference.terms, b.terms)...)
	for _, name := range slices.Sorted(maps.Keys(b.terms)) {
		want, have := reference.terms[name], b.terms[name]
		if want != "" && !slices.Equal(placeholders(want), placeholders(have)) {
			out = append(out, fmt.Sprintf("%s: term %q has other values", tag, name))
		}
		if want == have && hasWords(have) {
			out = append(out, fmt.Sprintf("%s: term %q is not translated", tag, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.pages)) {
		if want, ok := reference.pages[name]; ok {
			for _, difference := range want.differences(b.pages[name]) {
				out = append(out, tag+": "+name+": "+difference)
			}
		}
	}
	return out
}

func missing[T any](tag, what string, reference, b map[string]T) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(reference)) {
		if _, ok := b[name]; !ok {
			out = append(out, fmt.Sprintf("%s lacks the %s %q", tag, what, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := reference[name]; !ok {
			out = append(out, fmt.Sprintf("%s alone has the %s %q", tag, what, name))
		}
	}
	return out
}

func (p page) differences(other page) (out []string) {
	if len(p.parts) != len(other.parts) {
		return []string{fmt.Sprintf("%d parts, want %d", len(other.parts), len(p.parts))}
	}
	if want, have := p.subject.keys(), other.subject.keys(); !slices.Equal(want, have) {
		out = append(out, fmt.Sprintf("the subject has %v, want %v", have, want))
	}
	for i, part := range p.parts {
		if want, have := part.shape(), other.parts[i].shape(); want != have {
			out = append(out, fmt.Sprintf("part %d is %s, want %s", i+1, have, want))
		}
	}
	english := p.words()
	for _, text := range other.words() {
		if hasWords(text) && slices.Contains(english, text) {
			out = append(out, fmt.Sprintf("%q is not translated", text))
		}
	}
	return out
}

// shape is what has to be the same in each language.
func (p part) shape() string {
	var keys []string
	for _, phrase := range p.phrases() {
		keys = append(keys, phrase.keys()...)
	}
	return fmt.Sprintf("{%s%s%s%s} with %v", p.kind, p.when, p.unless, p.of, keys)
}

func (p part) phrases() []phrase {
	all := append([]phrase{p.words}, p.items...)
	for _, row := range p.rows {
		all = append(all, row.words)
	}
	return all
}

// keys are a phrase's placeholders. Each language has them in an order of its own.
func (p phrase) keys() (keys []string) {
	for _, piece := range p {
		if piece.key != "" {
			keys = append(keys, piece.key)
		}
	}
	slices.Sort(keys)
	return keys
}

// words are all texts of a page.
func (p page) words() (out []string) {
	all := []phrase{p.subject}
	for _, part := range p.parts {
		all = append(all, part.phrases()...)
		for _, row := range part.rows {
			out = append(out, row.label)
		}
	}
	for _, phrase := range all {
		for _, piece := range phrase {
			out = append(out, strings.TrimSpace(piece.text))
		}
	}
	return out
}

func placeholders(text string) []string {
	found := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
	slices.Sort(found)
	return found
}

// hasWords tells whether there is something to translate in text.
func hasWords(text string) bool {
	return regexp.MustCompile(`\pL`).MatchString(regexp.MustCompile(`\{\w+\}`).ReplaceAllString(text, ""))
}
