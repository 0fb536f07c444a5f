package letter

import (
	"testing"
	"time"
)

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{
		"": "en", "en": "en", "en-GB": "en", "he": "he", "HE_il": "he", "he-Hebr-IL": "he", "iw": "he", "iw-IL": "he", "fr": "en", "hebrew": "en", "-": "en",
	} {
		if got := languageOf(locale).Tag; got != want {
			t.Errorf("%q: %s, want %s", locale, got, want)
		}
	}
}

func TestDatesAreThoseOfTheReader(t *testing.T) {
	t.Parallel()
	books, err := library()
	if err != nil {
		t.Fatal(err)
	}
	winter := time.Date(2026, time.January, 1, 3, 5, 0, 0, time.UTC)
	summer := time.Date(2026, time.July, 4, 21, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		language, zone, form string
		at                   time.Time
		want                 string
	}{
		{"en", "UTC", "instant", winter, "Thursday, 1 January 2026, 03:05 (UTC)"},
		{"en", "America/St_Johns", "instant", winter, "Wednesday, 31 December 2025, 23:35 (UTC\u22123:30)"},
		{"en", "Asia/Kathmandu", "instant", winter, "Thursday, 1 January 2026, 08:50 (UTC+5:45)"},
		{"en", "Europe/Berlin", "minute", summer, "Saturday, 4 July 2026, 23:30"},
		{"he", "Asia/Jerusalem", "instant", summer, "יום ראשון, 5 ביולי 2026, 00:30 (UTC+3)"},
		{"he", "Asia/Jerusalem", "instant", winter, "יום חמישי, 1 בינואר 2026, 05:05 (UTC+2)"},
		{"he", "Asia/Jerusalem", "day", summer, "יום ראשון, 5 ביולי 2026"},
		{"en", "Nowhere/Else", "instant", summer, "Saturday, 4 July 2026, 21:30 (UTC)"},
		{"en", "Local", "instant", summer, "Saturday, 4 July 2026, 21:30 (UTC)"},
		{"en", "", "clock", summer, "21:30"},
		{"en", "UTC", "minute", time.Time{}, ""},
	} {
		w := wording{language: books[c.language].language, terms: books[c.language].terms, zone: zoneOf(c.zone)}
		if got := w.date(c.form, c.at).text; got != c.want {
			t.Errorf("%s of %s in %s: %q, want %q", c.form, c.at, c.zone, got, c.want)
		}
	}
}
