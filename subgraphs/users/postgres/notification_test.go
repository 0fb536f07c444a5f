package postgres_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// signUp makes an account and returns its id.
func (b *bundle) signUp(t *testing.T, in users.RegisterInput) string {
	t.Helper()
	in.Password = "correct horse battery"
	login, err := b.Register(t.Context(), users.Viewer{}, in)
	if err != nil {
		t.Fatal(err)
	}
	return login.User.ID
}

func TestContactSaysHowToWrite(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "Europe/Berlin", Locale: "he"})
	want := users.Contact{
		UserID: ada, Email: "ada@example.com", DisplayName: "Ada", TimeZone: "Europe/Berlin", Locale: "he",
		Settings: users.DefaultNotificationSettings(),
	}
	got, err := postgres.Contact(t.Context(), b.pool, ada)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, contact (-want +got):\n%s", err, diff)
	}
	from, to, never := int32(22), int32(7), false
	change := users.NotificationSettingsChange{EmailShares: &never, Quiet: &users.QuietHours{From: &from, To: &to}}
	if _, err := b.UpdateNotificationSettings(t.Context(), users.Viewer{ID: ada}, change); err != nil {
		t.Fatal(err)
	}
	want.Settings.EmailShares, want.Settings.QuietFrom, want.Settings.QuietTo = false, &from, &to
	contact, token, err := postgres.VerificationToken(t.Context(), b.pool, ada, time.Now())
	if diff := cmp.Diff(want, contact); diff != "" || err != nil || token == "" {
		t.Errorf("error %v, token %q, contact of the verification (-want +got):\n%s", err, token, diff)
	}
	contact, token, err = postgres.ResetToken(t.Context(), b.pool, ada, time.Now())
	if diff := cmp.Diff(want, contact); diff != "" || err != nil || token == "" {
		t.Errorf("error %v, token %q, contact of the reset (-want +got):\n%s", err, token, diff)
	}
	for where, email := range map[string]string{`status = 'SUSPENDED'`: "eve@example.com", `deleted_at = now()`: "bob@example.com"} {
		gone := b.signUp(t, users.RegisterInput{Email: email, DisplayName: "N. N.", TimeZone: "UTC"})
		if _, err := b.pool.Exec(t.Context(), `update users set `+where+` where email = $1`, email); err != nil {
			t.Fatal(err)
		}
		if got, err := postgres.Contact(t.Context(), b.pool, gone); !errors.Is(err, users.ErrNoContact) {
			t.Errorf("contact of somebody who is gone: %+v, %v", got, err)
		}
	}
	for _, nobody := range []string{"", "usr_", "tdo_x", id.Format(id.User, id.New())} {
		if _, err := postgres.Contact(t.Context(), b.pool, nobody); !errors.Is(err, users.ErrNoContact) {
			t.Errorf("%q: %v", nobody, err)
		}
	}
}

func TestAddNotificationTellsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "UTC"})
	n := users.NewNotification{
		Key: "assignment/tdo_1/" + ada + "/1", UserID: ada, Kind: users.NotifyAssigned, At: time.Now(),
		TodoID: id.Format(id.Todo, id.New()), ListID: id.Format(id.TodoList, id.New()), ActorID: id.Format(id.User, id.New()),
	}
	for _, want := range []bool{true, false, false} {
		if added, err := postgres.AddNotification(t.Context(), b.pool, n); added != want || err != nil {
			t.Errorf("added %t, %v; want %t", added, err, want)
		}
	}
	var rows int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from notifications`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
	security := users.NewNotification{Key: "security-alert/aud_1", UserID: ada, Kind: users.NotifySecurity, At: time.Now()}
	if added, err := postgres.AddNotification(t.Context(), b.pool, security); !added || err != nil {
		t.Errorf("about nothing: added %t, %v", added, err)
	}
}

func TestAddNotificationRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "UTC"})
	good := users.NewNotification{Key: "k", UserID: ada, Kind: users.NotifyReminder, TodoID: id.Format(id.Todo, id.New()), At: time.Now()}
	for name, change := range map[string]func(*users.NewNotification){
		"no key":          func(n *users.NewNotification) { n.Key = "" },
		"a long key":      func(n *users.NewNotification) { n.Key = strings.Repeat("x", users.MaxNotificationKeyBytes+1) },
		"an unknown kind": func(n *users.NewNotification) { n.Kind = "GOSSIP" },
		"another's id":    func(n *users.NewNotification) { n.TodoID = ada },
	} {
		n := good
		change(&n)
		if added, err := postgres.AddNotification(t.Context(), b.pool, n); added || err == nil || errors.Is(err, users.ErrNoContact) {
			t.Errorf("%s: added %t, %v", name, added, err)
		}
	}
	good.UserID = id.Format(id.User, id.New())
	if added, err := postgres.AddNotification(t.Context(), b.pool, good); added || !errors.Is(err, users.ErrNoContact) {
		t.Errorf("nobody: added %t, %v", added, err)
	}
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED'`); err != nil {
		t.Fatal(err)
	}
	good.UserID = ada
	if added, err := postgres.AddNotification(t.Context(), b.pool, good); added || !errors.Is(err, users.ErrNoContact) {
		t.Errorf("somebody who is locked out: added %t, %v", added, err)
	}
}
