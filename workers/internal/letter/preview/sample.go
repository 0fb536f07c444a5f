package preview

import (
	"time"

	"github.com/weftql/weft/workers/internal/letter"
)

// Sample is a letter as somebody might get it.
type Sample struct {
	// Name tells the samples apart: "assignment", "assignment-other-script".
	Name   string
	Reader letter.Reader
	Letter letter.Letter
}

// made-up values that several samples share.
const (
	token       = "K7QW2M4XNDPBR3ZTYHJC5VGAEU"
	unsubscribe = "https://weft.example/unsubscribe?token=eyJzYW1wbGUiOnRydWV9"
	zone        = "Asia/Jerusalem"
)

// Samples returns samples of every letter, some of them with what is rare: names in
// another script than the letter's, text that tries to be a link, nothing optional.
func Samples() []Sample {
	must := letter.Reader{Name: "Ada Lovelace", TimeZone: zone}
	may := must
	may.Unsubscribe = unsubscribe
	hebrew := may
	hebrew.Name = "עדה לבלייס"
	at := time.Date(2026, time.November, 23, 7, 30, 0, 0, time.UTC)
	all := []Sample{
		{"welcome", must, letter.Welcome{}},
		{"welcome-other-script", hebrew, letter.Welcome{}},
		{"verification", must, letter.Verification{Link: "https://weft.example/verify?token=" + token, Token: token, Expires: at.AddDate(0, 0, 3)}},
		{"verification-without-page", must, letter.Verification{Token: token, Expires: at.AddDate(0, 0, 3)}},
		{"password-reset", must, letter.PasswordReset{Link: "https://weft.example/reset?token=" + token, Token: token, Expires: at.Add(time.Hour)}},
		{"password-reset-without-page", must, letter.PasswordReset{Token: token, Expires: at.Add(time.Hour)}},
	}
	for _, event := range []struct{ name, event string }{
		{"password-changed", "PASSWORD_CHANGED"},
		{"password-reset", "PASSWORD_RESET"},
		{"new-device", "NEW_DEVICE"},
		{"token-reused", "TOKEN_REUSED"},
		{"deletion-failed", "DELETION_FAILED"},
	} {
		all = append(all, Sample{"security-alert-" + event.name, must, letter.SecurityAlert{Event: event.event, At: at, Address: "2001:db8::17", Device: "Firefox on Linux"}})
	}
	return append(all,
		Sample{"security-alert-from-nowhere", must, letter.SecurityAlert{Event: "NEW_DEVICE", At: at}},
		Sample{"assignment", may, letter.Assignment{Title: "Write the first program", ListName: "Analytical engine", ActorName: "Charles Babbage", Due: at}},
		Sample{"assignment-other-script", hebrew, letter.Assignment{Title: "לקנות חלב (2 ליטר), לחם, 12:30!", ListName: "קניות", ActorName: "דניאל", Due: at}},
		Sample{"assignment-hostile", may, letter.Assignment{
			Title:     "Win $1000 at https://evil.example/<b>now</b>\r\nBcc: all@example.com \u202egnihtemos\u2066",
			ListName:  `"><script>alert(1)</script>`,
			ActorName: "www.your-bank.example {reader} [x](https://evil.example)",
		}},
		Sample{"share", may, letter.Share{ListName: "Analytical engine", ActorName: "Charles Babbage", Role: "EDITOR"}},
		Sample{"share-read-only", may, letter.Share{ListName: "קניות", ActorName: "دنيا", Role: "VIEWER"}},
		Sample{"share-owner", may, letter.Share{ListName: "Analytical engine", ActorName: "Charles Babbage", Role: "OWNER"}},
		Sample{"reminder", may, letter.Reminder{Title: "Write the first program", ListName: "Analytical engine", Due: at.Add(2 * time.Hour)}},
		Sample{"reminder-without-due", may, letter.Reminder{
			Title:    "A title as long as any can be goes on and on, over the end of the line, and the line after that one, until there is nothing left to say about what has to be done, and then some more, since whoever wrote it was paid by the word and not by the todo, or so it",
			ListName: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
		}},
		Sample{"digest-daily", may, digest("DAILY", at)},
		Sample{"digest-weekly", hebrew, digest("WEEKLY", at)},
		Sample{"digest-due-only", may, letter.Digest{Frequency: "DAILY", Day: at, Due: []letter.DigestTodo{{Title: "Write the first program", ListName: "Analytical engine", Due: at}}}},
		Sample{"farewell", must, letter.Farewell{At: at}},
	)
}

// digest is one with everything.
func digest(frequency string, at time.Time) letter.Digest {
	return letter.Digest{
		Frequency: frequency, Day: at,
		Overdue: []letter.DigestTodo{
			{Title: "Answer Mr Babbage", ListName: "Letters", Due: at.AddDate(0, 0, -12)},
			{Title: "לקנות חלב (2 ליטר)", ListName: "קניות", Due: at.Add(-20 * time.Hour)},
		},
		MoreOverdue: 3,
		Due: []letter.DigestTodo{
			{Title: "Write the first program", ListName: "Analytical engine", Due: at.Add(2 * time.Hour)},
			{Title: "Order punched cards, 1,000 of them", ListName: "קניות", Due: at.Add(9 * time.Hour)},
		},
		MoreDue: 1,
		Unread: []letter.DigestNotice{
			{Kind: "ASSIGNED", Subject: "Write the first program", At: at.Add(-30 * time.Hour)},
			{Kind: "SHARED", Subject: "קניות", At: at.Add(-40 * time.Hour)},
			{Kind: "REMINDER", Subject: "Answer Mr Babbage", At: at.Add(-41 * time.Hour)},
			{Kind: "SECURITY", At: at.Add(-50 * time.Hour)},
		},
		MoreUnread: 12,
	}
}
