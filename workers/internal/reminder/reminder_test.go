package reminder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/notice/noticetest"
)

// book is a Todos of one todo.
type book struct {
	people []string
	early  time.Duration
	err    error
}

func (b book) Reminder(context.Context, todos.ReminderArgs) (todos.Reminder, error) {
	return todos.Reminder{
		TodoNotice: todos.TodoNotice{ListID: "tdl_1", Title: "Paint the fence", ListName: "Garden"}, UserIDs: b.people, Early: b.early,
	}, b.err
}

func job() *river.Job[todos.ReminderArgs] {
	return &river.Job[todos.ReminderArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: 1},
		Args:   todos.ReminderArgs{TodoID: "tdo_1", RemindAt: noticetest.Noon},
	}
}

func TestWorkRemindsEverybody(t *testing.T) {
	t.Parallel()
	ann, bob := noticetest.Person("usr_ann", "Ann"), noticetest.Person("usr_bob", "Bob")
	bob.Settings.EmailReminders = false
	board, accounts, out := noticetest.New(t, ann, bob)
	for range 2 { // at least once is once
		if err := New(book{people: []string{"usr_ann", "usr_bob"}}, board).Work(t.Context(), job()); err != nil {
			t.Fatal(err)
		}
	}
	told := func(userID string) users.NewNotification {
		return users.NewNotification{
			Key: "reminder/tdo_1/" + userID + "/2026-07-15T12:00:00Z", UserID: userID, Kind: users.NotifyReminder,
			TodoID: "tdo_1", ListID: "tdl_1", At: noticetest.Noon,
		}
	}
	if diff := cmp.Diff([]users.NewNotification{told("usr_ann"), told("usr_bob")}, accounts.Told()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	sent := out.Sent()
	if len(sent) != 1 || sent[0].To != "Ann@example.test" || !strings.Contains(sent[0].Text, "Paint the fence") {
		t.Errorf("sent %+v", sent)
	}
}

func TestWorkEndsWhatDoesNotApply(t *testing.T) {
	t.Parallel()
	board, accounts, _ := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
	work := func(b book) error { return New(b, board).Work(t.Context(), job()) }
	var cancel *rivertype.JobCancelError
	if err := work(book{err: fmt.Errorf("reminder: %w: the todo is done", todos.ErrObsolete)}); !errors.As(err, &cancel) {
		t.Errorf("%v for an obsolete one", err)
	}
	if err := work(book{err: errors.New("connection refused")}); err == nil || errors.As(err, &cancel) {
		t.Errorf("%v without a database", err)
	}
	var snooze *rivertype.JobSnoozeError
	if err := work(book{people: []string{"usr_ann"}, early: time.Second}); !errors.As(err, &snooze) || snooze.Duration != time.Second {
		t.Errorf("%v a second too early", err)
	}
	if len(accounts.Told()) != 0 {
		t.Errorf("told %+v", accounts.Told())
	}
}

// TestWorkWhenSomeCannotBeReached does for the others what it can.
func TestWorkWhenSomeCannotBeReached(t *testing.T) {
	t.Parallel()
	board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
	work := func(people ...string) error {
		return New(book{people: people}, board).Work(t.Context(), job())
	}
	var cancel *rivertype.JobCancelError
	if err := work("usr_gone", "usr_away"); !errors.As(err, &cancel) || !errors.Is(err, users.ErrNoContact) {
		t.Errorf("%v if nobody is there", err)
	}
	if err := work("usr_gone", "usr_ann"); err != nil || len(accounts.Told()) != 1 || len(out.Sent()) != 1 {
		t.Errorf("%v, told %+v, sent %+v", err, accounts.Told(), out.Sent())
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	failed, refused := errors.New("connection refused"), river.JobCancel(&mail.Error{Kind: mail.Refused, Code: 550})
	nobody := river.JobCancel(users.ErrNoContact)
	for _, c := range []struct {
		name string
		all  []error
		want string
	}{
		{"all were told", []error{nil, nil}, "done"},
		{"one is gone", []error{nobody, nil}, "done"},
		{"all are gone", []error{nobody, nobody}, "cancel"},
		{"one mail was refused", []error{refused, nil, nobody}, "cancel"},
		{"one fails, which can help the others", []error{refused, failed, river.JobSnooze(time.Second)}, "again"},
		{"one waits", []error{river.JobSnooze(time.Minute), refused, nil, river.JobSnooze(time.Second)}, "snooze 1s"},
	} {
		got := outcome(c.all)
		var snooze *rivertype.JobSnoozeError
		var cancel *rivertype.JobCancelError
		is := "again"
		switch {
		case got == nil:
			is = "done"
		case errors.As(got, &snooze):
			is = "snooze " + snooze.Duration.String()
		case errors.As(got, &cancel):
			is = "cancel"
		}
		if is != c.want {
			t.Errorf("%s: %v, which means %s, want %s", c.name, got, is, c.want)
		}
	}
}
