package page

import (
	"context"
	"net/http"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
)

// unsubscription is the page that ends mails.
type unsubscription struct{ *Pages }

// open returns what a token gives leave to, or users.UserErrors.
func (p unsubscription) open(token string) (link.Unsubscribe, error) {
	leave, err := p.config.LinkKeys.Open(token, p.config.Now())
	if err != nil {
		return leave, users.TokenInvalid()
	}
	return leave, nil
}

func (p unsubscription) ask(ctx context.Context, v visit, token string) (answer, error) {
	leave, err := p.open(token)
	if err != nil {
		return answer{}, err
	}
	locale, err := p.accounts.SubscriberLocale(ctx, leave.UserID)
	if err != nil {
		return answer{}, err
	}
	v = v.in(locale)
	topic, known := v.words.topics[leave.Topic]
	if !known { // of an older version, or a newer one
		return answer{}, users.TokenInvalid()
	}
	shown := v.say(http.StatusOK, asks, v.words.unsubscribeTitle, topic, v.words.stillGets)
	shown.Form = &form{Action: "unsubscribe", Token: token, Button: v.words.unsubscribeButton}
	return shown, nil
}

// act takes the token from the form of the page, or from the address if a mail
// program sends what RFC 8058 §3.1 has it send.
func (p unsubscription) act(ctx context.Context, v visit, sent map[string][]string) (answer, error) {
	token := first(sent, "token")
	if token == "" && first(sent, "List-Unsubscribe") == "One-Click" {
		token = v.query
	}
	leave, err := p.open(token)
	if err != nil {
		return answer{}, err
	}
	locale, err := p.accounts.SubscriberLocale(ctx, leave.UserID)
	if err != nil {
		return answer{}, err
	}
	if err := p.accounts.Unsubscribe(ctx, leave.UserID, leave.Topic); err != nil {
		return answer{}, err
	}
	v = v.in(locale)
	return v.say(http.StatusOK, done, v.words.unsubscribedTitle, v.words.unsubscribed, v.words.stillGets), nil
}

func (p unsubscription) spent(v visit) answer {
	return v.say(http.StatusGone, sad, v.words.spentTitle, v.words.unsubscribeAgain)
}
