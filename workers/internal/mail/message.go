package mail

import (
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Message is one e-mail to one person.
type Message struct {
	// ID makes the Message-ID, together with the sender's domain. The same
	// message sent again has the same ID.
	ID string
	// To is the receiver's address, ToName the name shown with it.
	To, ToName string
	// Subject is the subject line in plain text.
	Subject string
	// Text is the body in plain text.
	Text string
	// HTML is the same in HTML, "" for none.
	HTML string
	// Unsubscribe is the address where a reader says that such mails are not wanted,
	// by POST and without a question (RFC 8058), "" for mails that have to be sent.
	Unsubscribe string
}

// compose writes the message as it is sent (RFC 5322), and returns to whom, in angle
// brackets.
func (s *Sender) compose(message Message) (m *gomail.Msg, to string, err error) {
	receiver, err := netmail.ParseAddress(message.To)
	if err != nil || receiver.Name != "" {
		return nil, "", &Error{Kind: Refused, Step: "compose", Err: errAddress}
	}
	to = receiver.String()
	receiver.Name = message.ToName // encoded, whatever is in it
	m = gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	m.AddToMailAddress(receiver)
	m.Subject(message.Subject)
	m.SetMessageIDWithValue(messageID(message.ID) + "@" + s.domain)
	m.SetDate()
	// Whoever is away does not answer (RFC 3834 §5).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if message.Unsubscribe != "" {
		m.SetListUnsubscribe(message.Unsubscribe)
		m.SetListUnsubscribePost()
	}
	m.SetBodyString(gomail.TypeTextPlain, message.Text)
	if message.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, message.HTML)
	}
	return m, to, nil
}

// messageID is what is left of the @ in a Message-ID: words and dots (RFC 5322
// §3.6.4, dot-atom-text).
func messageID(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r == '/':
			return '.'
		}
		return '-'
	}, id)
}
