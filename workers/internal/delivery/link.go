package delivery

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
)

// unsubscribeLife is how long a mail's link ends the mails of its topic: longer than
// anybody asks for, and not for ever.
const unsubscribeLife = 180 * 24 * time.Hour

// Pages are the public pages of the users service that mails lead to. The zero value
// has none: its links are "".
type Pages struct {
	base string
	keys link.Keys
}

// ParsePages reads the address below which the pages are, "" for none. The keys sign
// the links that end mails; without keys there are no such links.
func ParsePages(text string, keys link.Keys) (Pages, error) {
	if text == "" {
		return Pages{}, nil
	}
	address, err := url.Parse(text)
	if err != nil {
		return Pages{}, fmt.Errorf("the pages' address: %w", err)
	}
	if address.Scheme != "https" && address.Scheme != "http" || address.Host == "" || address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return Pages{}, errors.New("the pages' address must begin with https:// or http:// and have neither login nor ? nor #")
	}
	return Pages{base: strings.TrimSuffix(text, "/"), keys: keys}, nil
}

// Verify is the link with which a user shows that the address is theirs.
func (p Pages) Verify(token string) string { return p.link("/verify", token) }

// Reset is the link with which a user chooses a new password.
func (p Pages) Reset(token string) string { return p.link("/reset", token) }

// Unsubscribe is the link that ends a user's mails of a topic, for half a year. It
// takes a POST with List-Unsubscribe=One-Click as well (RFC 8058 §3.1).
func (p Pages) Unsubscribe(userID string, topic users.Topic) string {
	if p.keys.Empty() {
		return ""
	}
	return p.link("/unsubscribe", p.keys.Sign(link.Unsubscribe{UserID: userID, Topic: topic, Expires: time.Now().Add(unsubscribeLife)}))
}

func (p Pages) link(page, token string) string {
	if p.base == "" {
		return ""
	}
	return p.base + page + "?token=" + url.QueryEscape(token)
}
