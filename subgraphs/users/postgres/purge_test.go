package postgres_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// TestPurgeRemovesWhatIsOver makes one row just before the end of its time, one just
// behind it, and one that has no end yet.
func TestPurgeRemovesWhatIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.register(t, "ada@example.com")
	const day = 24 * time.Hour
	at := func(age time.Duration) []time.Time {
		return []time.Time{b.now().Add(time.Minute - age), b.now().Add(-time.Minute - age), b.now().Add(time.Hour)}
	}
	for statement, moments := range map[string][]time.Time{
		`insert into one_time_tokens (hash, kind, user_id, created_at, expires_at) select sha256(m::text::bytea), 'RESET', id, m, m from (select id from users where email = 'ada@example.com') u, unnest($1::timestamptz[]) m`: at(0),
		`insert into notifications (id, user_id, key, kind, created_at) select gen_random_uuid(), id, m, 'SECURITY', m from (select id from users where email = 'ada@example.com') u, unnest($1::timestamptz[]) m`:              at(90 * day),
		`insert into email_deliveries (key, template, user_id, job_id, job_kind, state, attempts, updated_at)
			select m, 'welcome', id, 1, 'users.welcome', 'REFUSED', 1, m from (select id from users where email = 'ada@example.com') u, unnest($1::timestamptz[]) m`: at(90 * day),
		`with u as (insert into users (id, email, email_key, password_hash, display_name, time_zone)
			select gen_random_uuid(), m, m, 'x', m, 'UTC' from unnest($1::timestamptz[]) m returning id, email)
			insert into account_deletions (user_id, step, status_before, asked_at, updated_at)
			select id, case when email::timestamptz > now() then 'ERASING' else 'DONE' end, 'ACTIVE', email::timestamptz, email::timestamptz from u`: at(90 * day),
	} {
		if _, err := b.pool.Exec(t.Context(), statement, moments); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	purged, err := postgres.Purge(t.Context(), b.pool, b.now())
	if err != nil {
		t.Fatal(err)
	}
	want := users.Purged{"one_time_tokens": 1, "refresh_tokens": 0, "sessions": 0, "notifications": 1, "email_deliveries": 1, "account_deletions": 1}
	if diff := cmp.Diff(want, purged); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}

// TestReviveDeletionsWhoseJobIsGone cancels and removes the job of a deletion, and
// leaves another one alone.
func TestReviveDeletionsWhoseJobIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	deletions, err := postgres.NewDeletions(b.pool, b.now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"ada@example.com", "eve@example.com"} {
		user := b.register(t, email).User
		if err := b.DeleteAccount(t.Context(), users.Viewer{ID: user.ID}, secret); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		statement string
		want      int
	}{
		{`select`, 0},
		{`update river.river_job set state = 'cancelled', finalized_at = now() where id = (select max(id) from river.river_job where kind = 'users.deletion')`, 1},
		{`delete from river.river_job where id = (select max(id) from river.river_job where kind = 'users.deletion')`, 1},
		{`update account_deletions set step = 'DONE'; delete from river.river_job`, 0},
	} {
		if _, err := b.pool.Exec(t.Context(), c.statement); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{c.want, 0} {
			if got, err := deletions.Revive(t.Context()); err != nil || got != want {
				t.Errorf("%s: %d are revived, %v, want %d", c.statement, got, err, want)
			}
		}
	}
}
