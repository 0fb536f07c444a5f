package page

import (
	"context"
	"net/http"
)

// verification is the page with which people show that an address is theirs.
type verification struct{ *Pages }

func (p verification) ask(ctx context.Context, v visit, token string) (answer, error) {
	locale, err := p.accounts.VerificationLocale(ctx, token)
	if err != nil {
		return answer{}, err
	}
	v = v.in(locale)
	shown := v.say(http.StatusOK, asks, v.words.verifyTitle, v.words.verify)
	shown.Form = &form{Action: "verify", Token: token, Button: v.words.verifyButton}
	return shown, nil
}

func (p verification) act(ctx context.Context, v visit, sent map[string][]string) (answer, error) {
	user, err := p.accounts.VerifyEmail(ctx, v.viewer, first(sent, "token"))
	if err != nil {
		return answer{}, err
	}
	if user.Locale != nil {
		v = v.in(*user.Locale)
	}
	return v.say(http.StatusOK, done, v.words.verifiedTitle, v.words.verified, v.words.closeIt), nil
}

func (p verification) spent(v visit) answer {
	return v.say(http.StatusGone, sad, v.words.spentTitle, v.words.spent, v.words.verifyAgain)
}
