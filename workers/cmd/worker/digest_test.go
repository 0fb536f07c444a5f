package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/postgres"
)

// noonZone is a time zone where it is between eleven and one: no day ends there while
// a test runs.
func noonZone(now time.Time) string {
	ahead := 12 - now.UTC().Hour()
	if ahead == 0 {
		return "UTC"
	}
	return fmt.Sprintf("Etc/GMT%+d", -ahead) // POSIX counts them the other way round
}

// TestServeSendsDigestsOnce gives one user something to do today and another nothing,
// and starts two workers after they have not been seen to for a day.
func TestServeSendsDigestsOnce(t *testing.T) {
	t.Parallel()
	usersURL, todosURL := usersDatabases.Database(t), todosDatabases.Database(t)
	open := func(url string) *pgxpool.Pool {
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		return pool
	}
	accounts, lists := open(usersURL), open(todosURL)
	now := time.Now()
	ann, bob := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for name, key := range map[string]uuid.UUID{"ann": ann, "bob": bob} {
		if _, err := accounts.Exec(t.Context(), `with u as (
				insert into users (id, email, email_key, password_hash, display_name, time_zone, locale)
				values ($1, $2 || '@example.test', $2 || '@example.test', 'x', $2, $3, 'he') returning id)
			insert into notification_settings (user_id, email_assignments, email_reminders, email_shares, email_digest, digest_hour, digest_from)
				select id, true, true, true, 'DAILY', 9, $4 from u`, key, name, noonZone(now), now.Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lists.Exec(t.Context(), `with l as (insert into todo_lists (id, name, owner_id) values ($1, 'Home', $1) returning id),
			m as (insert into list_members (list_id, user_id, role) select id, $1, 'OWNER' from l)
		insert into todos (id, list_id, title, creator_id, due_at) select $1, id, 'Buy milk', $1, $2 from l`, ann, now); err != nil {
		t.Fatal(err)
	}
	smtpURL, received := serveInbox(t)
	for range 2 {
		startWorker(t, "USERS_DATABASE_URL="+usersURL, "TODOS_DATABASE_URL="+todosURL, "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>")
	}
	select {
	case text := <-received:
		if !strings.Contains(text, "ann@example.test") || !strings.Contains(text, "Buy milk") || !strings.Contains(text, `dir=3D"rtl"`) {
			t.Errorf("the mail is\n%s", text)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("nobody received a mail")
	}
	for ticker := time.NewTicker(50 * time.Millisecond); ; <-ticker.C {
		var all, done int
		if err := accounts.QueryRow(t.Context(), `select count(*), count(*) filter (where state = 'completed') from river.river_job where kind = 'users.digest'`).Scan(&all, &done); err != nil {
			t.Fatal(err)
		}
		if all != 2 {
			t.Fatalf("there are %d jobs", all)
		}
		if done == all {
			break
		}
	}
	var mails, waiting int
	if err := accounts.QueryRow(t.Context(), `select (select count(*) from email_deliveries where state = 'SENT'), (select count(*) from notification_settings where digest_from <= now())`).Scan(&mails, &waiting); err != nil {
		t.Fatal(err)
	}
	if mails != 1 || waiting != 0 || len(received) != 0 {
		t.Errorf("%d mails are noted, %d more received, %d users wait", mails, len(received), waiting)
	}
}
