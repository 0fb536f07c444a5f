package delivery

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Pages are the pages of the web client that mails lead to. The zero value has
// none: mails hold the token alone.
type Pages struct{ base string }

// ParsePages reads the address below which the pages are, "" for none.
func ParsePages(text string) (Pages, error) {
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
	return Pages{base: strings.TrimSuffix(text, "/")}, nil
}

// Token is the paragraph that gives a token to its reader: the page where it is
// used, if there is one, and the token itself. In the link it stands behind #, where
// neither servers nor other pages get to see it.
func (p Pages) Token(page, token string) string {
	if p.base == "" {
		return "Your token:\n\n    " + token + "\n"
	}
	return "Open this page:\n\n    " + p.base + "/" + page + "#token=" + token + "\n\nor enter the token yourself:\n\n    " + token + "\n"
}
