package share

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/notice/noticetest"
)

// book is a Lists of one list.
type book struct{ err error }

func (b book) Share(context.Context, todos.ShareArgs) (todos.ListNotice, error) {
	return todos.ListNotice{Name: "Garden", Role: todos.RoleEditor}, b.err
}

func job() *river.Job[todos.ShareArgs] {
	return &river.Job[todos.ShareArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: 1, CreatedAt: noticetest.Noon},
		Args:   todos.ShareArgs{ListID: "tdl_1", UserID: "usr_ann", ActorID: "usr_bob", Version: 3},
	}
}

func TestWorkTellsTheMember(t *testing.T) {
	t.Parallel()
	board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"), noticetest.Person("usr_bob", "Bob"))
	if err := New(book{}, board).Work(t.Context(), job()); err != nil {
		t.Fatal(err)
	}
	want := []users.NewNotification{{
		Key: "share/tdl_1/usr_ann/3", UserID: "usr_ann", Kind: users.NotifyShared,
		ListID: "tdl_1", ActorID: "usr_bob", At: noticetest.Noon,
	}}
	if diff := cmp.Diff(want, accounts.Told()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	sent := out.Sent()
	if len(sent) != 1 || sent[0].ID != want[0].Key || sent[0].To != "Ann@example.test" || sent[0].Unsubscribe == "" {
		t.Fatalf("sent %+v", sent)
	}
	for _, text := range []string{"Garden", "Bob"} {
		if !strings.Contains(sent[0].Text, text) {
			t.Errorf("%q is missing in:\n%s", text, sent[0].Text)
		}
	}
}

func TestWorkWithoutTheActor(t *testing.T) {
	t.Parallel()
	board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
	if err := New(book{}, board).Work(t.Context(), job()); err != nil || len(accounts.Told()) != 1 || len(out.Sent()) != 0 {
		t.Errorf("%v, told %+v, sent %+v", err, accounts.Told(), out.Sent())
	}
}

func TestWorkEndsWhatDoesNotApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		final bool
	}{
		"obsolete":             {fmt.Errorf("share: %w: the list is deleted", todos.ErrObsolete), true},
		"the database is down": {errors.New("connection refused"), false},
	} {
		board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
		err := New(book{err: c.err}, board).Work(t.Context(), job())
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || len(accounts.Told()) != 0 || len(out.Sent()) != 0 {
			t.Errorf("%s: %v, told %+v, sent %+v", name, err, accounts.Told(), out.Sent())
		}
	}
}
