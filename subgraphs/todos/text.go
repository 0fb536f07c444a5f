package todos

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// refuse returns an error about a field of the argument input, none without a
// message.
func refuse(field, message string) UserErrors {
	if message == "" {
		return nil
	}
	return Fail(CodeBadInput, field, message)
}

// checkLine returns what is wrong with a line of 1 to limit characters, "" if
// nothing.
func checkLine(text string, limit int) string {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "must not be empty"
	case n > limit:
		return "must not be longer than " + strconv.Itoa(limit) + " characters"
	case strings.ContainsFunc(text, unprintable):
		return "must not contain control characters"
	}
	return ""
}

// checkText returns what is wrong with a text of at most limit characters that
// may have several lines, "" if nothing.
func checkText(text string, limit int) string {
	if utf8.RuneCountInString(text) > limit {
		return "must not be longer than " + strconv.Itoa(limit) + " characters"
	}
	inLine := func(r rune) bool { return unprintable(r) && r != '\n' && r != '\r' && r != '\t' }
	if strings.ContainsFunc(text, inLine) {
		return "must not contain control characters"
	}
	return ""
}

// checkDescription returns what is wrong with a description, "" if nothing.
func checkDescription(text *string) string {
	if text == nil {
		return ""
	}
	return checkText(*text, MaxDescriptionChars)
}

// unprintable also refuses invalid UTF-8 and what PostgreSQL cannot store (NUL).
func unprintable(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }

// checkMoment returns what is wrong with a moment, "" if nothing.
func checkMoment(at *time.Time) string {
	if at != nil && (at.UTC().Year() < 1970 || at.UTC().Year() > 9999) {
		return "must lie between the years 1970 and 9999"
	}
	return ""
}

// checkCount returns what is wrong with a list of count things, "" if nothing.
func checkCount(count, limit int, things string) string {
	if count > limit {
		return "must not name more than " + strconv.Itoa(limit) + " " + things
	}
	return ""
}

// unique returns the texts in their order, each once.
func unique(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	kept := make([]string, 0, len(texts))
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}
