package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/internal/id"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// inserter inserts jobs in the transactions of others.
func inserter(t *testing.T) *river.Client[pgx.Tx] {
	t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: servicepostgres.JobSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// wantsDigest makes an account that wants digests, which have been seen to until from.
func (b *bundle) wantsDigest(t *testing.T, name, zone string, frequency users.DigestFrequency, hour int32, from time.Time) string {
	t.Helper()
	userID := b.signUp(t, users.RegisterInput{Email: name + "@example.com", DisplayName: name, TimeZone: zone})
	change := users.NotificationSettingsChange{EmailDigest: &frequency, DigestHour: &hour}
	if _, err := b.UpdateNotificationSettings(t.Context(), users.Viewer{ID: userID}, change); err != nil {
		t.Fatal(err)
	}
	b.seenTo(t, userID, from)
	return userID
}

func (b *bundle) seenTo(t *testing.T, userID string, from time.Time) {
	t.Helper()
	key, err := id.Parse(id.User, userID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(t.Context(), `update notification_settings set digest_from = $2 where user_id = $1`, key, from); err != nil {
		t.Fatal(err)
	}
}

// sweepDigests inserts what is due and returns how many jobs that were.
func (b *bundle) sweepDigests(t *testing.T, now time.Time) int {
	t.Helper()
	jobs, all := inserter(t), 0
	for {
		n, more, err := postgres.InsertDigests(t.Context(), b.pool, jobs, now)
		if err != nil {
			t.Fatal(err)
		}
		if all += n; !more {
			return all
		}
	}
}

// digests are the jobs, "name period".
func (b *bundle) digests(t *testing.T, names map[string]string) []string {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `select args->>'userId', args->>'period' from river.river_job where kind = 'users.digest' and queue = 'bulk'`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var userID, period string
		err := row.Scan(&userID, &period)
		return names[userID] + " " + period, err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDigestsAreDueAtTheHourOfTheirReaders(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	yesterday := moment(t, "2026-11-22T12:00:00Z")
	names := map[string]string{}
	for _, u := range []struct {
		name, zone string
		frequency  users.DigestFrequency
		hour       int32
	}{
		{"berlin", "Europe/Berlin", users.DigestDaily, 8},      // 7:00 UTC
		{"weekly", "Europe/Berlin", users.DigestWeekly, 8},     // on Monday, which it is
		{"nepal", "Asia/Kathmandu", users.DigestDaily, 8},      // 2:15 UTC
		{"evening", "Europe/Berlin", users.DigestDaily, 20},    // 19:00 UTC
		{"auckland", "Pacific/Auckland", users.DigestDaily, 8}, // 19:00 UTC, the day after
		{"never", "Europe/Berlin", users.DigestNever, 8},
		{"gone", "Europe/Berlin", users.DigestDaily, 8},
	} {
		names[b.wantsDigest(t, u.name, u.zone, u.frequency, u.hour, yesterday)] = u.name
	}
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED' where display_name = 'gone'`); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		now  string
		want []string // further ones
	}{
		// On the 22nd it is after eight in Auckland already.
		{"2026-11-22T19:00:00Z", []string{"auckland 2026-11-23", "evening 2026-11-22"}},
		{"2026-11-23T02:00:00Z", nil},
		{"2026-11-23T02:15:00Z", []string{"nepal 2026-11-23"}},
		{"2026-11-23T06:59:59Z", nil},
		{"2026-11-23T07:00:00Z", []string{"berlin 2026-11-23", "weekly 2026-W48"}},
		{"2026-11-23T07:00:00Z", nil},
		{"2026-11-23T07:15:00Z", nil},
		// Nobody looks for some hours, and then two days.
		{"2026-11-24T01:00:00Z", []string{"auckland 2026-11-24"}},
		{"2026-11-26T12:00:00Z", []string{"berlin 2026-11-26", "nepal 2026-11-26"}},
		{"2026-11-30T07:30:00Z", []string{"auckland 2026-11-30", "berlin 2026-11-30", "nepal 2026-11-30", "weekly 2026-W49"}},
	} {
		before := b.digests(t, names)
		n := b.sweepDigests(t, moment(t, step.now))
		var further []string
		for _, digest := range b.digests(t, names) {
			if !slices.Contains(before, digest) {
				further = append(further, digest)
			}
		}
		if diff := cmp.Diff(step.want, further); diff != "" || n != len(step.want) {
			t.Errorf("at %s: %d are inserted (-want +got):\n%s", step.now, n, diff)
		}
	}
}

func TestWhoeverChangesTheHourGetsNoSecondDigest(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour) // noon tomorrow
	ada := b.wantsDigest(t, "ada", "UTC", users.DigestDaily, 11, now.Add(-2*time.Hour))
	if n := b.sweepDigests(t, now); n != 1 {
		t.Fatalf("%d are inserted", n)
	}
	if _, err := b.pool.Exec(t.Context(), `update river.river_job set state = 'completed', finalized_at = now() where kind = 'users.digest'`); err != nil {
		t.Fatal(err)
	}
	noon := int32(12)
	if _, err := b.UpdateNotificationSettings(t.Context(), users.Viewer{ID: ada}, users.NotificationSettingsChange{DigestHour: &noon}); err != nil {
		t.Fatal(err)
	}
	if n := b.sweepDigests(t, now.Add(time.Minute)); n != 0 {
		t.Errorf("%d are inserted for the same day", n)
	}
	if n := b.sweepDigests(t, now.Add(24*time.Hour)); n != 1 {
		t.Errorf("%d are inserted for the day after", n)
	}
}

// TestAClockThatWasWrongIsForgotten has somebody look by a clock that is a year ahead.
func TestAClockThatWasWrongIsForgotten(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	now := moment(t, "2026-11-22T12:00:00Z")
	names := map[string]string{b.wantsDigest(t, "ada", "UTC", users.DigestDaily, 8, now): "ada"}
	b.sweepDigests(t, now.AddDate(1, 0, 0))
	if n := b.sweepDigests(t, now.Add(time.Hour)); n != 0 {
		t.Errorf("%d are inserted of a day that was seen to", n)
	}
	b.sweepDigests(t, now.Add(20*time.Hour))
	want := []string{"ada 2026-11-23", "ada 2027-11-22"}
	if diff := cmp.Diff(want, b.digests(t, names)); diff != "" {
		t.Errorf("digests (-want +got):\n%s", diff)
	}
}

func TestTheTimeIsThatOfTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.wantsDigest(t, "ada", "UTC", users.DigestDaily, 8, time.Now().Add(-time.Hour))
	b.wantsDigest(t, "bob", "UTC", users.DigestDaily, 8, time.Now().Add(time.Hour))
	b.sweepDigests(t, time.Time{})
	var ahead int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from notification_settings
		where digest_from > now() and digest_from <= now() + interval '24 hours'`).Scan(&ahead); err != nil || ahead != 2 {
		t.Errorf("%d are seen to, %v", ahead, err)
	}
}

// TestChangesBeginAnew holds the triggers to what they are there for.
func TestChangesBeginAnew(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	later := time.Now().Add(1000 * time.Hour).UTC().Truncate(time.Microsecond)
	ada := b.wantsDigest(t, "ada", "UTC", users.DigestDaily, 8, later)
	hour, no, weekly, zone, same := int32(9), false, users.DigestWeekly, "Asia/Tokyo", "Ada"
	for _, c := range []struct {
		name    string
		change  func() error
		changes bool
	}{
		{"the hour", func() error { return b.settings(t, ada, users.NotificationSettingsChange{DigestHour: &hour}) }, true},
		{"the same hour", func() error { return b.settings(t, ada, users.NotificationSettingsChange{DigestHour: &hour}) }, false},
		{"the frequency", func() error { return b.settings(t, ada, users.NotificationSettingsChange{EmailDigest: &weekly}) }, true},
		{"other settings", func() error { return b.settings(t, ada, users.NotificationSettingsChange{EmailShares: &no}) }, false},
		{"the time zone", func() error {
			_, err := b.UpdateProfile(t.Context(), users.Viewer{ID: ada}, users.ProfileChange{TimeZone: &zone})
			return err
		}, true},
		{"the name", func() error {
			_, err := b.UpdateProfile(t.Context(), users.Viewer{ID: ada}, users.ProfileChange{DisplayName: &same})
			return err
		}, false},
	} {
		b.seenTo(t, ada, later)
		if err := c.change(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var from time.Time
		if err := b.pool.QueryRow(t.Context(), `select digest_from from notification_settings`).Scan(&from); err != nil {
			t.Fatal(err)
		}
		if from.Before(later) != c.changes {
			t.Errorf("%s: seen to until %s", c.name, from)
		}
	}
}

func (b *bundle) settings(t *testing.T, userID string, change users.NotificationSettingsChange) error {
	t.Helper()
	_, err := b.UpdateNotificationSettings(t.Context(), users.Viewer{ID: userID}, change)
	return err
}

// TestManyDigestsAtTheSameTime has several workers see to more users than one
// transaction does.
func TestManyDigestsAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	if _, err := b.pool.Exec(t.Context(), `
		insert into users (id, email, email_key, password_hash, display_name, time_zone)
			select gen_random_uuid(), n || '@example.com', n || '@example.com', '', 'N. N.', case n % 2 when 0 then 'UTC' else 'Europe/Berlin' end
			from generate_series(1, 2500) n;
		insert into notification_settings (user_id, email_assignments, email_reminders, email_shares, email_digest, digest_hour, digest_from)
			select id, true, true, true, 'DAILY', 8, '2026-11-22T12:00:00Z' from users`); err != nil {
		t.Fatal(err)
	}
	jobs, now := inserter(t), moment(t, "2026-11-23T07:30:00Z") // half of them: in UTC it is not eight yet
	var working sync.WaitGroup
	counts, errs := make([]int, 4), make([]error, 4)
	for i := range counts {
		working.Go(func() {
			for more := true; more && errs[i] == nil; {
				var n int
				n, more, errs[i] = postgres.InsertDigests(context.WithoutCancel(t.Context()), b.pool, jobs, now)
				counts[i] += n
			}
		})
	}
	working.Wait()
	total := 0
	for i := range counts {
		if total += counts[i]; errs[i] != nil {
			t.Error(errs[i])
		}
	}
	total += b.sweepDigests(t, now)
	var stored, people int
	if err := b.pool.QueryRow(t.Context(), `select count(*), count(distinct args->>'userId') from river.river_job where kind = 'users.digest'`).Scan(&stored, &people); err != nil {
		t.Fatal(err)
	}
	if total != 1250 || stored != 1250 || people != 1250 {
		t.Errorf("%d are inserted, %d stored, for %d people; want 1250", total, stored, people)
	}
}

func TestUnreadNotifications(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	ada := b.signUp(t, users.RegisterInput{Email: "ada@example.com", DisplayName: "Ada", TimeZone: "UTC"})
	bob := b.signUp(t, users.RegisterInput{Email: "bob@example.com", DisplayName: "Bob", TimeZone: "UTC"})
	at := moment(t, "2026-11-23T07:30:00Z")
	var all []users.NewNotification
	for i := range 4 {
		n := users.NewNotification{
			Key: fmt.Sprintf("assignment/%d", i), UserID: ada, Kind: users.NotifyAssigned,
			TodoID: id.Format(id.Todo, id.New()), ListID: id.Format(id.TodoList, id.New()), ActorID: bob, At: at.Add(time.Duration(i) * time.Hour),
		}
		if i == 3 {
			n = users.NewNotification{Key: "security-alert/1", UserID: ada, Kind: users.NotifySecurity, At: n.At}
		}
		if _, err := postgres.AddNotification(t.Context(), b.pool, n); err != nil {
			t.Fatal(err)
		}
		n.Key = ""
		all = append(all, n)
	}
	if _, err := b.pool.Exec(t.Context(), `update notifications set read_at = now() where key = 'assignment/2'`); err != nil {
		t.Fatal(err)
	}
	got, total, err := postgres.UnreadNotifications(t.Context(), b.pool, ada, 2)
	for i := range got {
		got[i].At = got[i].At.UTC()
	}
	if diff := cmp.Diff([]users.NewNotification{all[3], all[1]}, got); diff != "" || total != 3 || err != nil {
		t.Errorf("%d in all, error %v (-want +got):\n%s", total, err, diff)
	}
	for _, nobody := range []string{bob, "", id.Format(id.User, id.New())} {
		if got, total, err := postgres.UnreadNotifications(t.Context(), b.pool, nobody, 2); len(got) != 0 || total != 0 || err != nil {
			t.Errorf("%q: %v, %d, %v", nobody, got, total, err)
		}
	}
}

// digestPlans are what the worker asks for digests.
func (p *planned) digestPlans(t *testing.T) []planCase {
	ctx := t.Context()
	_, ada, _ := p.signUp(t)
	jobs := inserter(t)
	return []planCase{
		{name: "InsertDigests", want: []string{"notification_settings_digest", "users_pkey", "notification_settings_pkey"}, inOrder: true, do: func() error {
			_, _, err := postgres.InsertDigests(ctx, undone{p.pool}, jobs, time.Time{})
			return err
		}},
		{name: "UnreadNotifications", want: []string{"notifications_unread"}, inOrder: true, do: func() error {
			_, _, err := postgres.UnreadNotifications(ctx, p.pool, ada.ID, 10)
			return err
		}},
	}
}
