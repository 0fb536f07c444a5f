package page

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weftql/weft/subgraphs/users"
)

// reset is the page where people choose a new password.
type reset struct{ *Pages }

func (p reset) ask(ctx context.Context, v visit, token string) (answer, error) {
	locale, err := p.accounts.ResetLocale(ctx, token)
	if err != nil {
		return answer{}, err
	}
	return p.form(v.in(locale), http.StatusOK, token, ""), nil
}

// form asks for a password, and says what was wrong with the last one, if there was
// one.
func (p reset) form(v visit, status int, token, wrong string) answer {
	shown := v.say(status, asks, v.words.resetTitle, v.words.reset)
	shown.Form = &form{
		Action: "reset", Token: token, Hint: v.words.passwordHint, Wrong: wrong, Button: v.words.resetButton,
		Fields: []field{{"password", v.words.password}, {"again", v.words.passwordAgain}},
	}
	return shown
}

func (p reset) act(ctx context.Context, v visit, sent map[string][]string) (answer, error) {
	token, password := first(sent, "token"), first(sent, "password")
	locale, err := p.accounts.ResetLocale(ctx, token)
	if err != nil {
		return answer{}, err
	}
	v = v.in(locale)
	if password != first(sent, "again") {
		return p.form(v, http.StatusUnprocessableEntity, token, v.words.passwordsDiffer), nil
	}
	err = p.accounts.ResetPassword(ctx, v.viewer, token, password)
	var refused users.UserErrors
	if errors.As(err, &refused) {
		switch refused[0].Code {
		case users.CodeBadInput:
			return p.form(v, http.StatusUnprocessableEntity, token, v.words.ofPassword(refused[0].Message)), nil
		case users.CodeRateLimited: // too many are being hashed
			shown := p.form(v, http.StatusServiceUnavailable, token, v.words.tooMany)
			shown.retryAfter = max(refused[0].RetryAfter, time.Second)
			return shown, nil
		}
	}
	if err != nil {
		return answer{}, err
	}
	return v.say(http.StatusOK, done, v.words.resetDoneTitle, v.words.resetDone, v.words.closeIt), nil
}

func (p reset) spent(v visit) answer {
	return v.say(http.StatusGone, sad, v.words.spentTitle, v.words.spent, v.words.resetAgain)
}
