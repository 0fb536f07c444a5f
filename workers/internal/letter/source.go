package letter

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed source/*/*.txt
var sources embed.FS

// book is a language's letters.
type book struct {
	language Language
	pages    map[string]page
	terms    map[string]string
}

// page is a letter's words: what is written in its source.
type page struct {
	subject phrase
	parts   []part
}

// part is a block of a page.
type part struct {
	kind blockKind
	// when and unless are the values that decide whether the part is there.
	when, unless string
	words        phrase
	rows         []row    // of facts
	items        []phrase // of a list: an item is the first in which nothing is missing
	of           string   // value of a link, or that which a list has its items from
}

// row is a line of a table of facts.
type row struct {
	label string
	words phrase
}

// phrase is text with placeholders.
type phrase []piece

// piece is either text or a placeholder.
type piece struct{ text, key string }

// library reads all sources, once.
var library = sync.OnceValues(func() (map[string]book, error) {
	books := map[string]book{}
	for _, language := range Languages() {
		b, err := readBook(sources, language)
		if err != nil {
			return nil, err
		}
		books[language.Tag] = b
	}
	return books, nil
})

func readBook(files fs.FS, language Language) (book, error) {
	b := book{language: language, pages: map[string]page{}}
	names, err := fs.Glob(files, "source/"+language.Tag+"/*.txt")
	if err != nil {
		return b, fmt.Errorf("letter: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return b, fmt.Errorf("letter: %w", err)
		}
		base := strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".txt")
		if base == "terms" {
			b.terms, err = parseTerms(string(text))
		} else {
			b.pages[base], err = parsePage(string(text))
		}
		if err != nil {
			return b, fmt.Errorf("letter: %s: %w", name, err)
		}
	}
	return b, nil
}

// parseTerms reads lines of the form "key = words".
func parseTerms(text string) (map[string]string, error) {
	terms := map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, words, found := strings.Cut(line, " = ")
		if _, twice := terms[key]; !found || twice {
			return nil, fmt.Errorf("line %d: want \"key = words\", each key once", i+1)
		}
		terms[key] = words
	}
	return terms, nil
}

// parsePage reads the source of a letter; doc.go describes its form.
func parsePage(text string) (page, error) {
	head, body, _ := strings.Cut(text, "\n")
	subject, found := strings.CutPrefix(head, "Subject: ")
	if !found {
		return page{}, fmt.Errorf("line 1: want \"Subject: …\"")
	}
	var p page
	var err error
	if p.subject, err = parsePhrase(subject); err != nil {
		return page{}, err
	}
	for _, block := range strings.Split(body, "\n\n") {
		if block = strings.Trim(block, "\n"); block == "" {
			continue
		}
		one, err := parsePart(block)
		if err != nil {
			return page{}, fmt.Errorf("block %q: %w", block, err)
		}
		p.parts = append(p.parts, one)
	}
	return p, nil
}

func parsePart(text string) (p part, err error) {
	if rest, found := strings.CutPrefix(text, "{?"); found {
		p.when, text, _ = strings.Cut(rest, "}")
	} else if rest, found := strings.CutPrefix(text, "{!"); found {
		p.unless, text, _ = strings.Cut(rest, "}")
	}
	switch {
	case strings.HasPrefix(text, "# "):
		p.kind, text = heading, text[2:]
	case strings.HasPrefix(text, "~ "):
		p.kind, text = smallPrint, text[2:]
	case strings.HasPrefix(text, "    "):
		p.kind, text = code, text[4:]
	case strings.HasPrefix(text, "| "):
		p.kind = facts
		p.rows, err = parseRows(text)
		return p, err
	case strings.HasPrefix(text, "["):
		label, target, found := strings.Cut(text[1:], "]({")
		target, closed := strings.CutSuffix(target, "})")
		if !found || !closed {
			return p, fmt.Errorf("want \"[words]({value})\"")
		}
		p.kind, p.of, text = button, target, label
	case strings.HasPrefix(text, "* "):
		p.kind = list
		p.of, p.items, err = parseItems(text)
		return p, err
	}
	p.words, err = parsePhrase(strings.Join(strings.Fields(text), " "))
	return p, err
}

// parseRows reads lines of the form "| label | words |".
func parseRows(text string) ([]row, error) {
	var rows []row
	for line := range strings.Lines(text) {
		label, words, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "| "), " | ")
		if !found {
			return nil, fmt.Errorf("want \"| label | words |\"")
		}
		parsed, err := parsePhrase(strings.TrimSuffix(words, " |"))
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{label: label, words: parsed})
	}
	return rows, nil
}

// parseItems reads lines of the form "* value: words", all with the same value.
func parseItems(text string) (of string, items []phrase, err error) {
	for line := range strings.Lines(text) {
		name, words, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "* "), ": ")
		if !found || of != "" && of != name {
			return "", nil, fmt.Errorf("want \"* value: words\", and the same value in each line")
		}
		parsed, err := parsePhrase(words)
		if err != nil {
			return "", nil, err
		}
		of, items = name, append(items, parsed)
	}
	return of, items, nil
}

// parsePhrase reads text with placeholders in braces.
func parsePhrase(text string) (phrase, error) {
	var out phrase
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			break
		}
		key, after, closed := strings.Cut(rest, "}")
		if !closed || key == "" {
			return nil, fmt.Errorf("a { without its }")
		}
		out, text = append(out, piece{key: key}), after
	}
	return out, nil
}
