package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// invalid tells whether an error says that a token is not good.
func invalid(err error) bool {
	var refused users.UserErrors
	return errors.As(err, &refused) && refused[0].Code == users.CodeTokenInvalid
}

func TestLookingAtATokenLeavesItGood(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "UTC", Locale: "he"})
	_, verification, err := postgres.VerificationToken(t.Context(), b.pool, ada, b.now())
	if err != nil {
		t.Fatal(err)
	}
	_, reset, err := postgres.ResetToken(t.Context(), b.pool, ada, b.now())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if locale, err := b.VerificationLocale(t.Context(), verification); locale != "he" || err != nil {
			t.Errorf("verification: %q, %v", locale, err)
		}
		if locale, err := b.ResetLocale(t.Context(), reset); locale != "he" || err != nil {
			t.Errorf("reset: %q, %v", locale, err)
		}
	}
	for name, look := range map[string]func() (string, error){
		"one for the other":  func() (string, error) { return b.VerificationLocale(t.Context(), reset) },
		"the other for one":  func() (string, error) { return b.ResetLocale(t.Context(), verification) },
		"a made-up one":      func() (string, error) { return b.ResetLocale(t.Context(), "AAAAAAAAAAAAAAAAAAAAAAAAAA") },
		"what cannot be one": func() (string, error) { return b.ResetLocale(t.Context(), "\x00") },
		"nobody":             func() (string, error) { return b.SubscriberLocale(t.Context(), id.Format(id.User, id.New())) },
		"no id":              func() (string, error) { return b.SubscriberLocale(t.Context(), "x") },
	} {
		if locale, err := look(); !invalid(err) {
			t.Errorf("%s: %q, %v", name, locale, err)
		}
	}
	if _, err := b.VerifyEmail(t.Context(), users.Viewer{}, verification); err != nil {
		t.Errorf("the token was used up: %v", err)
	}
	if _, err := b.VerificationLocale(t.Context(), verification); !invalid(err) {
		t.Errorf("a used one: %v", err)
	}
	b.advance(users.ResetLife)
	if _, err := b.ResetLocale(t.Context(), reset); !invalid(err) {
		t.Errorf("an expired one: %v", err)
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "UTC"})
	for range 2 {
		if err := b.Unsubscribe(t.Context(), ada, users.TopicShares); err != nil {
			t.Error(err)
		}
	}
	contact, err := postgres.Contact(t.Context(), b.pool, ada)
	if err != nil || contact.Settings.EmailShares || !contact.Settings.EmailAssignments {
		t.Errorf("settings %+v, %v", contact.Settings, err)
	}
	for name, err := range map[string]error{
		"no topic": b.Unsubscribe(t.Context(), ada, "security"), "nobody": b.Unsubscribe(t.Context(), id.Format(id.User, id.New()), users.TopicShares),
		"no id": b.Unsubscribe(t.Context(), "x", users.TopicShares),
	} {
		if !invalid(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTriesOfLinksAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t, func(deps *postgres.Deps) { deps.Limits.PerAddress = 3 })
	try := func(address string) (func(context.Context), error) {
		return b.TryLink(t.Context(), users.Viewer{Address: address})
	}
	for range 10 {
		takeBack, err := try("192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		takeBack(t.Context())
	}
	for range 3 {
		if _, err := try("192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	var refused users.UserErrors
	if _, err := try("192.0.2.1"); !errors.As(err, &refused) || refused[0].Code != users.CodeRateLimited || refused[0].RetryAfter <= 0 {
		t.Errorf("the fourth: %v", err)
	}
	for _, address := range []string{"192.0.2.2", ""} {
		if _, err := try(address); err != nil {
			t.Errorf("from %q: %v", address, err)
		}
	}
	b.advance(time.Hour)
	if _, err := try("192.0.2.1"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}
