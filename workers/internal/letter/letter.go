package letter

import (
	"errors"
	"fmt"
	"time"
)

// Letter is what is said, and not yet how: its exported fields are all that a job
// has to know. The letters are the structs of this package.
type Letter interface {
	// Name is the letter's name, the same for everything that it says: "welcome",
	// "security-alert".
	Name() string
	// source is the name of the file with its words. It differs from Name if a
	// letter has several sorts of words.
	source() string
	// values are what the placeholders of the source stand for.
	values(w wording) (values, error)
}

// Reader is the person who will read a letter.
type Reader struct {
	// Name is what the reader is called. People choose it themselves.
	Name string
	// TimeZone is the IANA name of the zone in which times are told; UTC if there
	// is no such zone.
	TimeZone string
	// Unsubscribe is the link with which the reader ends letters of this sort. It
	// is "" in those that have to be sent.
	Unsubscribe string
}

// Content is a letter in words, ready to be sent.
type Content struct {
	// Subject is one line without control characters.
	Subject string
	// Text and HTML say the same.
	Text, HTML string
	// RightToLeft is the direction in which the language is written.
	RightToLeft bool
}

// ErrUnknown says that there are no words for what a letter wants to say, such as
// an event that this program does not know: it will not help to try again.
var ErrUnknown = errors.New("letter: there are no words for it")

// Render puts a letter into the words of a locale, a BCP 47 tag such as "he" or
// "he-IL"; locales without words of their own are English. It fails with ErrUnknown,
// and if a field without which the letter makes no sense is empty or a link is none.
func Render(locale string, reader Reader, l Letter) (Content, error) {
	books, err := library()
	if err != nil {
		return Content{}, err
	}
	book := books[languageOf(locale).Tag]
	page, ok := book.pages[l.source()]
	if !ok {
		return Content{}, fmt.Errorf("%w: letter %q", ErrUnknown, l.source())
	}
	w := wording{language: book.language, terms: book.terms, zone: zoneOf(reader.TimeZone)}
	known, err := l.values(w)
	if err != nil {
		return Content{}, fmt.Errorf("letter: %s: %w", l.Name(), err)
	}
	known["reader"] = quoted(reader.Name, longText)
	filled, err := page.fill(w, known)
	if err != nil {
		return Content{}, fmt.Errorf("letter: %s: %w", l.Name(), err)
	}
	if filled.Unsubscribe, err = checkedLink(reader.Unsubscribe); err != nil {
		return Content{}, fmt.Errorf("letter: %s: unsubscribe: %w", l.Name(), err)
	}
	html, err := filled.html()
	if err != nil {
		return Content{}, fmt.Errorf("letter: %s: %w", l.Name(), err)
	}
	return Content{Subject: filled.Subject, Text: filled.text(), HTML: html, RightToLeft: book.language.RightToLeft}, nil
}

// zoneOf returns the zone of an IANA name, or UTC.
func zoneOf(name string) *time.Location {
	// "Local" would be the zone of this machine, which is nobody's.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC
	}
	return zone
}
