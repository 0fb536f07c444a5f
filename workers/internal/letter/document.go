package letter

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// blockKind is a sort of block.
type blockKind string

// The sorts of blocks.
const (
	paragraph  blockKind = ""
	heading    blockKind = "heading"
	smallPrint blockKind = "small print"
	code       blockKind = "code"
	facts      blockKind = "facts"
	button     blockKind = "button"
	list       blockKind = "list"
)

// document is a letter in words: all that there is to be shown, in either form.
type document struct {
	Language    Language
	Subject     string
	Blocks      []block
	Unsubscribe string // link, or ""
	// UnsubscribeWords are those of the link.
	UnsubscribeWords string
}

// Direction is the value of HTML's dir.
func (d *document) Direction() string { return d.Language.direction() }

// block is a part of a document. Which fields there are depends on its kind.
type block struct {
	Kind  blockKind
	Words []span   // of all but facts and lists
	Link  string   // of buttons
	Facts []fact   // of facts
	Items [][]span // of lists
}

// fact is a line of a table.
type fact struct {
	Label string
	Words []span
}

// span is a piece of a line.
type span struct {
	Text string
	// Foreign text may run in another direction.
	Foreign bool
}

// fill puts values in the place of placeholders. What speaks of a value that is
// empty is left out.
func (p page) fill(w wording, known values) (*document, error) {
	d := &document{Language: w.language, UnsubscribeWords: w.terms["unsubscribe"]}
	subject, missing, err := p.subject.fill(known)
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return nil, fmt.Errorf("the subject needs {%s}, which is empty", missing)
	}
	d.Subject = line(subject, w.language)
	for _, part := range p.parts {
		one, there, err := part.fill(known)
		if err != nil {
			return nil, err
		}
		if there {
			d.Blocks = append(d.Blocks, one)
		}
	}
	return d, nil
}

// fill returns the block that a part becomes, and whether there is one.
func (p part) fill(known values) (b block, there bool, err error) {
	for _, key := range []string{p.when, p.unless, p.of} {
		if _, exists := known[key]; !exists && key != "" {
			return b, false, fmt.Errorf("there is no value {%s}", key)
		}
	}
	if p.when != "" && known[p.when].empty() || p.unless != "" && !known[p.unless].empty() || p.of != "" && known[p.of].empty() {
		return b, false, nil
	}
	b.Kind = p.kind
	switch p.kind {
	case facts:
		for _, row := range p.rows {
			words, missing, err := row.words.fill(known)
			if err != nil {
				return b, false, err
			}
			if missing == "" {
				b.Facts = append(b.Facts, fact{Label: row.label, Words: words})
			}
		}
		return b, len(b.Facts) > 0, nil
	case list:
		for _, item := range known[p.of].items {
			words, err := firstWhole(p.items, item)
			if err != nil {
				return b, false, err
			}
			b.Items = append(b.Items, words)
		}
		return b, len(b.Items) > 0, nil
	case button:
		b.Link = known[p.of].text
	}
	words, missing, err := p.words.fill(known)
	b.Words = words
	return b, missing == "", err
}

// firstWhole fills the first phrase in which nothing is missing.
func firstWhole(phrases []phrase, known values) ([]span, error) {
	for _, p := range phrases {
		words, missing, err := p.fill(known)
		if err != nil || missing == "" {
			return words, err
		}
	}
	return nil, errors.New("an item of a list lacks what it is about")
}

// fill returns the phrase with values, and the first that is empty.
func (p phrase) fill(known values) (spans []span, missing string, err error) {
	for _, piece := range p {
		if piece.key == "" {
			spans = append(spans, span{Text: piece.text})
			continue
		}
		v, exists := known[piece.key]
		if !exists {
			return nil, "", fmt.Errorf("there is no value {%s}", piece.key)
		}
		if v.empty() && missing == "" {
			missing = piece.key
		}
		spans = append(spans, span{Text: v.text, Foreign: v.foreign})
	}
	return spans, missing, nil
}

//go:embed layout.html
var layout string

// layoutTemplate is the layout, parsed once.
var layoutTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("layout.html").Parse(layout)
})

// html returns the document as an HTML page.
func (d *document) html() (string, error) {
	t, err := layoutTemplate()
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = t.Execute(&out, d)
	return out.String(), err
}

// text returns the document as plain text. Its lines are as long as its paragraphs:
// mail programs break them to their window, and in the middle of a line would end
// what is isolated in it.
func (d *document) text() string {
	var out strings.Builder
	for i, b := range d.Blocks {
		if i > 0 {
			out.WriteString("\n")
		}
		b.text(&out, d.Language)
	}
	if d.Unsubscribe != "" {
		fmt.Fprintf(&out, "\n-- \n%s:\n%s\n", d.UnsubscribeWords, d.Unsubscribe)
	}
	return out.String()
}

func (b block) text(out *strings.Builder, language Language) {
	switch b.Kind {
	case facts:
		for _, f := range b.Facts {
			fmt.Fprintf(out, "%s: %s\n", f.Label, line(f.Words, language))
		}
	case list:
		for _, item := range b.Items {
			fmt.Fprintf(out, "- %s\n", line(item, language))
		}
	case button:
		// Alone on its line: whatever stood beside it could be taken for a part of it.
		fmt.Fprintf(out, "%s:\n%s\n", line(b.Words, language), b.Link)
	case heading:
		words := line(b.Words, language)
		fmt.Fprintf(out, "%s\n%s\n", words, strings.Repeat("-", len([]rune(words))))
	case code:
		fmt.Fprintf(out, "    %s\n", line(b.Words, language))
	default:
		fmt.Fprintf(out, "%s\n", line(b.Words, language))
	}
}

// line returns spans as plain text. Who shows it takes its direction from its first
// letter that is not isolated (UAX #9 §3.3.1, P2): where there is none, a mark says it.
func line(spans []span, language Language) string {
	var out strings.Builder
	if !slices.ContainsFunc(spans, func(s span) bool { return !s.Foreign && strings.ContainsFunc(s.Text, unicode.IsLetter) }) &&
		slices.ContainsFunc(spans, func(s span) bool { return value{text: s.Text, foreign: s.Foreign}.isolated(language) != s.Text }) {
		out.WriteString(language.mark())
	}
	for _, s := range spans {
		out.WriteString(value{text: s.Text, foreign: s.Foreign}.isolated(language))
	}
	return out.String()
}
