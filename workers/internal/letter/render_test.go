package letter

import (
	"errors"
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

func TestRenderRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		letter  Letter
		unknown bool
		want    string
	}{
		{SecurityAlert{Event: "EARTHQUAKE", At: at}, true, `letter "security-alert-earthquake"`},
		{SecurityAlert{Event: "../welcome", At: at}, true, `letter "security-alert-../welcome"`},
		{SecurityAlert{Event: "NEW_DEVICE"}, false, "security-alert: the field At is required"},
		{Share{ListName: "x", ActorName: "y", Role: "KING"}, true, `term "role.KING"`},
		{Share{ActorName: "y", Role: "OWNER"}, false, "share: the field ListName is required"},
		{Assignment{ListName: "x", ActorName: "y"}, false, "assignment: the field Title is required"},
		{Reminder{Title: "x"}, false, "reminder: the field ListName is required"},
		{Verification{Expires: at}, false, "verification: the field Token is required"},
		{PasswordReset{Token: "x"}, false, "password-reset: the field Expires is required"},
		{PasswordReset{Token: "x", Expires: at, Link: "javascript:alert(1)"}, false, "password-reset: a link must begin with https://"},
		{Farewell{}, false, "farewell: the field At is required"},
		{Digest{Frequency: "NEVER", Day: at}, true, `letter "digest-never"`},
		{Digest{Frequency: "DAILY"}, false, "digest: the field Day is required"},
		{Digest{Frequency: "DAILY", Day: at, Unread: []DigestNotice{{Kind: "KISSED"}}}, true, `term "notice.KISSED"`},
	} {
		_, err := Render("en", Reader{Name: "x"}, c.letter)
		if err == nil || errors.Is(err, ErrUnknown) != c.unknown || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%#v: got %v, want %q", c.letter, err, c.want)
		}
	}
}

func TestRenderWithoutAName(t *testing.T) {
	t.Parallel()
	got, err := Render("en", Reader{}, Welcome{})
	if err != nil || !strings.HasPrefix(got.Text, "your account is ready.") {
		t.Errorf("%q, %v", got.Text, err)
	}
}

func BenchmarkRender(b *testing.B) {
	b.ReportAllocs()
	l := Assignment{Title: "Buy milk", ListName: "Home", ActorName: "Ann", Due: time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)}
	for b.Loop() {
		if _, err := Render("he", Reader{Name: "Dan", TimeZone: "Asia/Jerusalem"}, l); err != nil {
			b.Fatal(err)
		}
	}
}
