package letter

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Language is a language in which letters are written.
type Language struct {
	// Tag is its BCP 47 tag and the name of the directory with its words.
	Tag string
	// RightToLeft is the direction in which it is written.
	RightToLeft bool
}

// Languages returns all of them. The first is that of people whose own is not among
// them.
func Languages() []Language {
	return []Language{{Tag: "en"}, {Tag: "he", RightToLeft: true}}
}

// languageOf returns the language of a locale.
func languageOf(locale string) Language {
	primary, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	if primary == "iw" { // Hebrew's tag until 1989; Java and Android still say it
		primary = "he"
	}
	all := Languages()
	for _, language := range all {
		if language.Tag == primary {
			return language
		}
	}
	return all[0]
}

// direction is the value of HTML's dir.
func (l Language) direction() string {
	if l.RightToLeft {
		return "rtl"
	}
	return "ltr"
}

// mark is an invisible character that runs in the language's direction.
func (l Language) mark() string {
	if l.RightToLeft {
		return "\u200f"
	}
	return "\u200e"
}

// wording is what values are put into words with: a language's terms, and the zone
// of the reader.
type wording struct {
	language Language
	terms    map[string]string
	zone     *time.Location
}

// term returns the words for a key of terms.txt.
func (w wording) term(key string) (string, error) {
	words, ok := w.terms[key]
	if !ok {
		return "", fmt.Errorf("%w: term %q", ErrUnknown, key)
	}
	return words, nil
}

// named returns the value that a term is.
func (w wording) named(key string) (value, error) {
	words, err := w.term(key)
	return plain(words), err
}

// day tells the day of t.
func (w wording) day(t time.Time) value { return w.date("day", t) }

// minute tells day and minute of t.
func (w wording) minute(t time.Time) value { return w.date("minute", t) }

// instant tells t so that it is understood in other zones, too.
func (w wording) instant(t time.Time) value { return w.date("instant", t) }

// date tells a time in one of the forms of terms.txt; the zero time is nothing.
func (w wording) date(form string, t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	t = t.In(w.zone)
	return plain(strings.NewReplacer(
		"{weekday}", w.terms["weekday."+strconv.Itoa(int(t.Weekday()))],
		"{day}", strconv.Itoa(t.Day()),
		"{month}", w.terms["month."+strconv.Itoa(int(t.Month()))],
		"{year}", strconv.Itoa(t.Year()),
		"{clock}", t.Format("15:04"),
		"{offset}", offset(t),
	).Replace(w.terms[form]))
}

// offset is what t's zone is ahead of UTC: "UTC+5:30".
func offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 {
		return "UTC"
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "\u2212", -seconds
	}
	text := "UTC" + sign + strconv.Itoa(seconds/3600)
	if minutes := seconds % 3600 / 60; minutes != 0 {
		text += fmt.Sprintf(":%02d", minutes)
	}
	return text
}
