package main

import (
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/users"
)

// TestOperatorFindsAndResendsAMail has a mail of which it is not known whether it was
// sent: its job has ended among the dead letters, until somebody decides.
func TestOperatorFindsAndResendsAMail(t *testing.T) {
	t.Parallel()
	url, pool := openUsers(t)
	smtpURL, received := serveInbox(t)
	settings := environment(url, todosDatabases.Database(t), smtpURL)
	addUser(t, pool, "ann@example.test", "Ann", true)
	var job int64
	var key string
	err := pool.QueryRow(t.Context(), `with job as (select id, args->>'userId' as user_id from river.river_job where kind = $1)
		insert into email_deliveries (key, template, user_id, job_id, job_kind, state, attempts)
			select 'welcome/' || job.user_id, 'welcome', u.id, job.id, $1, 'UNKNOWN', 1 from job, users u returning job_id, key`,
		users.WelcomeArgs{}.Kind()).Scan(&job, &key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `update river.river_job set state = 'cancelled', finalized_at = now() where id = $1`, job); err != nil {
		t.Fatal(err)
	}
	startWorker(t, settings...)

	code, output, complaints := operate(settings, "deliveries", "list", "--limit", "5")
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if code != 0 || len(lines) != 2 || !strings.HasPrefix(lines[1], key+"  UNKNOWN  -       1 ") || strings.Contains(output, "ann@") {
		t.Fatalf("status %d, %s:\n%s", code, complaints, output)
	}
	code, output, complaints = operate(settings, "deliveries", "resend", "welcome/nobody", key)
	if code != 1 || output != key+" will be sent\n" || !strings.Contains(complaints, "welcome/nobody: there is no such mail") {
		t.Errorf("status %d, %s:\n%s", code, complaints, output)
	}
	if text := <-received; !strings.Contains(text, "ann@example.test") {
		t.Errorf("it was sent to somebody else:\n%s", text)
	}
	awaitState(t, pool, job, "completed")
	if code, output, _ := operate(settings, "deliveries", "list", "--state", "sent"); code != 0 || !strings.Contains(output, key+"  SENT ") {
		t.Errorf("status %d:\n%s", code, output)
	}
	if code, _, complaints := operate(settings, "deliveries", "resend", key); code != 1 || !strings.Contains(complaints, "it was sent") {
		t.Errorf("status %d, %s", code, complaints)
	}
}

func TestDeliveriesRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	settings := environment("postgres://127.0.0.1:1/x", "postgres://127.0.0.1:1/x", "smtp://127.0.0.1:1")
	for _, c := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"list", "--state", "LOST"}, `there is no state "LOST"`},
		{[]string{"list", "--limit", "0"}, "--limit is a number"},
		{[]string{"list", "me"}, "wrong arguments"},
		{[]string{"list", "--loud"}, "wrong arguments"},
		{[]string{"resend"}, "which mail?"},
	} {
		if code, _, complaints := operate(settings, append([]string{"deliveries"}, c.arguments...)...); code != 2 || !strings.Contains(complaints, c.want) {
			t.Errorf("%q: status %d, %s", c.arguments, code, complaints)
		}
	}
}
