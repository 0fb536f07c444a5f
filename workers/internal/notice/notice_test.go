package notice_test

import (
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/notice"
	"github.com/weftql/weft/workers/internal/notice/noticetest"
)

// toAnn is a notice with a mail of the topic.
func toAnn(topic users.Topic) notice.Notice {
	return notice.Notice{
		NewNotification: users.NewNotification{Key: "test/usr_ann", UserID: "usr_ann", Kind: users.NotifyAssigned, At: noticetest.Noon},
		Topic:           topic,
		Letter:          letter.Reminder{Title: "Paint", ListName: "Home"},
	}
}

var job = &rivertype.JobRow{ID: 7, Kind: "test"}

func TestPostTellsOnce(t *testing.T) {
	t.Parallel()
	board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
	for range 2 {
		if err := board.Post(t.Context(), job, toAnn(users.TopicReminders)); err != nil {
			t.Fatal(err)
		}
	}
	sent := out.Sent()
	if len(accounts.Told()) != 1 || len(sent) != 1 || sent[0].ID != "test/usr_ann" || sent[0].To != "Ann@example.test" ||
		sent[0].Unsubscribe != "https://weft.test/reminders/usr_ann" {
		t.Errorf("told %+v, sent %+v", accounts.Told(), sent)
	}
}

// TestPostSendsTheMailThatIsMissing is the second attempt of a job that failed, or
// whose worker died, between the notification and the mail.
func TestPostSendsTheMailThatIsMissing(t *testing.T) {
	t.Parallel()
	board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
	out.Fail(&mail.Error{Kind: mail.Unreachable, Err: errors.New("connection refused")})
	if err := board.Post(t.Context(), job, toAnn(users.TopicReminders)); err == nil || len(accounts.Told()) != 1 {
		t.Fatalf("%v, told %+v", err, accounts.Told())
	}
	out.Fail(nil)
	if err := board.Post(t.Context(), job, toAnn(users.TopicReminders)); err != nil || len(accounts.Told()) != 1 || len(out.Sent()) != 1 {
		t.Errorf("%v, told %+v, sent %+v", err, accounts.Told(), out.Sent())
	}
}

func TestPostSendsWhatIsWanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		topic  users.Topic
		change func(*users.NotificationSettings)
		sent   int
	}{
		{"assignments", users.TopicAssignments, func(*users.NotificationSettings) {}, 1},
		{"no assignments", users.TopicAssignments, func(s *users.NotificationSettings) { s.EmailAssignments = false }, 0},
		{"no shares", users.TopicShares, func(s *users.NotificationSettings) { s.EmailShares = false }, 0},
		{"no reminders", users.TopicReminders, func(s *users.NotificationSettings) { s.EmailReminders = false }, 0},
		{"something else is not wanted", users.TopicReminders, func(s *users.NotificationSettings) { s.EmailShares = false }, 1},
		{"what has to be sent", "", func(s *users.NotificationSettings) { *s = users.NotificationSettings{} }, 1},
		{"an unknown topic", "weather", func(*users.NotificationSettings) {}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ann := noticetest.Person("usr_ann", "Ann")
			c.change(&ann.Settings)
			board, accounts, out := noticetest.New(t, ann)
			if err := board.Post(t.Context(), job, toAnn(c.topic)); err != nil || len(accounts.Told()) != 1 || len(out.Sent()) != c.sent {
				t.Errorf("%v, told %+v, sent %+v", err, accounts.Told(), out.Sent())
			}
			if c.topic == "" && out.Sent()[0].Unsubscribe != "" {
				t.Errorf("a mail that has to be sent can be ended: %+v", out.Sent())
			}
		})
	}
	t.Run("a notice without a letter", func(t *testing.T) {
		t.Parallel()
		board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
		n := toAnn(users.TopicShares)
		n.Letter = nil
		if err := board.Post(t.Context(), job, n); err != nil || len(accounts.Told()) != 1 || len(out.Sent()) != 0 {
			t.Errorf("%v, told %+v, sent %+v", err, accounts.Told(), out.Sent())
		}
	})
}

// TestPostWaitsWhileItIsQuiet has a clock that stands at noon of UTC.
func TestPostWaitsWhileItIsQuiet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		topic    users.Topic
		zone     string
		from, to int32
		wait     time.Duration
	}{
		{"in them", users.TopicAssignments, "UTC", 9, 15, 3 * time.Hour},
		{"in them, elsewhere", users.TopicShares, "Asia/Kolkata", 17, 7, 13*time.Hour + 30*time.Minute}, // it is 17:30
		{"outside", users.TopicShares, "UTC", 13, 15, 0},
		{"a zone that there is not", users.TopicShares, "Mars/Olympus", 12, 13, time.Hour},
		{"reminders come when they were asked for", users.TopicReminders, "UTC", 9, 15, 0},
		{"what has to be sent comes at once", "", "UTC", 9, 15, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ann := noticetest.Person("usr_ann", "Ann")
			ann.TimeZone, ann.Settings.QuietFrom, ann.Settings.QuietTo = c.zone, &c.from, &c.to
			board, accounts, out := noticetest.New(t, ann)
			err := board.Post(t.Context(), job, toAnn(c.topic))
			var snooze *rivertype.JobSnoozeError
			if errors.As(err, &snooze) != (c.wait > 0) || c.wait > 0 && snooze.Duration != c.wait || c.wait == 0 && err != nil {
				t.Errorf("%v, want to wait for %s", err, c.wait)
			}
			if len(accounts.Told()) != 1 || (len(out.Sent()) == 0) != (c.wait > 0) {
				t.Errorf("told %+v, sent %+v: only the mail waits", accounts.Told(), out.Sent())
			}
		})
	}
}

func TestPostTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for _, c := range []struct {
		name           string
		accounts, send error
		final          bool
	}{
		{"the user is gone", users.ErrNoContact, nil, true},
		{"the database is down", down, nil, false},
		{"the address does not exist", nil, &mail.Error{Kind: mail.Refused, Code: 550}, true},
		{"the mail server is down", nil, &mail.Error{Kind: mail.Unreachable, Err: down}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			board, accounts, out := noticetest.New(t, noticetest.Person("usr_ann", "Ann"))
			accounts.Fail(c.accounts)
			out.Fail(c.send)
			err := board.Post(t.Context(), job, toAnn(users.TopicReminders))
			var cancel *rivertype.JobCancelError
			if err == nil || errors.As(err, &cancel) != c.final {
				t.Errorf("%v, want final=%t", err, c.final)
			}
		})
	}
}

func TestNewRefusesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := notice.New(notice.Deps{Accounts: &noticetest.Accounts{}, Links: noticetest.Links{}}); err == nil {
		t.Error("a board without a delivery")
	}
}
