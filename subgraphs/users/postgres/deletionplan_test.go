package postgres_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// deletionPlans are what erases accounts.
func (p *planned) deletionPlans(t *testing.T) []planCase {
	ctx := t.Context()
	_, ada, _ := p.signUp(t)
	_, eve, _ := p.signUp(t)
	deletions, err := postgres.NewDeletions(p.pool, p.now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, viewer := range []users.Viewer{ada, eve} {
		if err := p.DeleteAccount(ctx, viewer, secret); err != nil {
			t.Fatal(err)
		}
	}
	reach := func(from, to users.DeletionStep) func() error {
		return func() error { return deletions.Reach(ctx, ada.ID, from, to) }
	}
	deletion := []string{"account_deletions_pkey"}
	return []planCase{
		// As if it were long ago: a seeded database is to be there tomorrow.
		{name: "Purge", want: []string{
			"one_time_tokens_expires", "refresh_tokens_used", "sessions_ended", "sessions_expires", "notifications_created",
			"email_deliveries_updated", "account_deletions_ended",
		}, do: func() error {
			_, err := postgres.Purge(ctx, p.pool, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
			return err
		}},
		{name: "Deletion", want: deletion, do: func() error {
			_, err := deletions.Deletion(ctx, eve.ID)
			return err
		}},
		{name: "Revive", want: []string{"account_deletions_running"}, whole: []string{"account_deletions_running"}, do: func() error {
			_, err := deletions.Revive(ctx)
			return err
		}},
		{name: "Failed", want: deletion, do: func() error {
			_, err := deletions.Failed(ctx, eve.ID)
			return err
		}},
		{name: "Undo", want: append(deletion, "users_pkey"), do: func() error { return deletions.Undo(ctx, eve.ID) }},
		{name: "EndSessions", want: append(deletion, "users_pkey", "sessions_user", "one_time_tokens_user"), do: func() error { return deletions.EndSessions(ctx, ada.ID) }},
		{name: "Reach", want: deletion, do: reach(users.DeletionSessionsEnded, users.DeletionErasing)},
		{name: "Reach, another", want: deletion, do: reach(users.DeletionErasing, users.DeletionTodosErased)},
		{name: "Reach, the last", want: deletion, do: reach(users.DeletionTodosErased, users.DeletionFarewellSent)},
		{name: "Contact of an account that is deleted", want: []string{"users_pkey"}, do: func() error {
			_, err := deletions.Contact(ctx, ada.ID)
			return err
		}},
		{
			name: "Erase", do: func() error { return deletions.Erase(ctx, ada.ID) },
			want: append(deletion, "users_pkey", "sessions_devices", "refresh_tokens_session", "notifications_u*", "notification_settings_pkey", "one_time_tokens_user"),
		},
	}
}
