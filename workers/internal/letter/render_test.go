package letter

import (
	"strings"
	"testing"
	"time"
)

func TestRenderTellsTheSameInBothForms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		locale  string
		subject string
		pieces  []string
	}{
		{"en-GB", "Ann assigned you: Buy milk", []string{"Ann", "Buy milk", "Home", "Monday, 23 November 2026, 09:30", "Hi ", "Dan"}},
		{"he_IL", "משימה חדשה עבורך מאת \u2068Ann\u2069: \u2068Buy milk\u2069", []string{"Ann", "Buy milk", "Home", "יום שני, 23 בנובמבר 2026, 09:30", "שלום ", "Dan"}},
		{"xx", "Ann assigned you: Buy milk", nil},
	} {
		got, err := Render(c.locale, Reader{Name: "Dan", TimeZone: "Asia/Jerusalem", Unsubscribe: "https://example.com/unsubscribe?token=T"},
			Assignment{Title: "Buy milk", ListName: "Home", ActorName: "Ann", Due: at})
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != c.subject || got.RightToLeft != (c.locale == "he_IL") {
			t.Errorf("%s: subject %q, right to left %t", c.locale, got.Subject, got.RightToLeft)
		}
		for _, piece := range append(c.pieces, "https://example.com/unsubscribe?token=T") {
			if !strings.Contains(got.Text, piece) || !strings.Contains(got.HTML, piece) {
				t.Errorf("%s: %q is not in text or not in HTML:\n%s", c.locale, piece, got.Text)
			}
		}
	}
}
