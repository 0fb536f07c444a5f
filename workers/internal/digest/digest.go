package digest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
)

// shown is how many of each sort a digest shows; of the others it tells the number.
const shown = 10

// Accounts knows users and what they have not read.
type Accounts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
	// UnreadNotifications returns the newest that the user has not read, most at most,
	// and how many there are.
	UnreadNotifications(ctx context.Context, userID string, most int) (newest []users.NewNotification, total int, err error)
}

// Todos knows what users have to do.
type Todos interface {
	// Agenda returns what a person has to do.
	Agenda(ctx context.Context, query todos.AgendaQuery) (todos.Agenda, error)
	// Titles returns titles of todos and names of lists by their ids, of those that
	// the person may see.
	Titles(ctx context.Context, userID string, todoIDs, listIDs []string) (map[string]string, error)
}

// Worker sends digests.
type Worker struct {
	delivery.Policy[users.DigestArgs]
	accounts Accounts
	todos    Todos
	delivery *delivery.Delivery
	pages    delivery.Pages
	now      func() time.Time
}

// New returns a Worker.
func New(accounts Accounts, lists Todos, d *delivery.Delivery, pages delivery.Pages) *Worker {
	return &Worker{Policy: delivery.PolicyOf[users.DigestArgs](d), accounts: accounts, todos: lists, delivery: d, pages: pages, now: time.Now}
}

// Work implements river.Worker. There is nothing to do for somebody who does not want
// the digest any more, when its day or week is over, unless an operator resends it, and
// when there is nothing to say.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.DigestArgs]) error {
	period, err := users.ParseDigestPeriod(job.Args.Period)
	if err != nil {
		return river.JobCancel(fmt.Errorf("digest: %w", err))
	}
	contact, err := w.accounts.Contact(ctx, job.Args.UserID)
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("digest: %w", err))
	}
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	from, before := period.Bounds(users.Zone(contact.TimeZone))
	over := !w.now().Before(before) && !delivery.Resent(job.JobRow)
	if contact.Settings.EmailDigest != period.Frequency || over {
		return nil
	}
	said, err := w.digest(ctx, contact.UserID, todos.AgendaQuery{UserID: contact.UserID, From: from, Before: before, Most: shown})
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	if said.Empty() {
		return nil
	}
	said.Frequency = string(period.Frequency)
	return w.delivery.Letter(ctx, job.JobRow, delivery.Mail{
		Key: "digest/" + contact.UserID + "/" + period.String(), Contact: contact, Guarantee: delivery.AtMostOnce,
		Unsubscribe: w.pages.Unsubscribe(contact.UserID, users.TopicDigest),
	}, said)
}

// digest is what there is to say.
func (w *Worker) digest(ctx context.Context, userID string, query todos.AgendaQuery) (letter.Digest, error) {
	said := letter.Digest{Day: query.From}
	agenda, err := w.todos.Agenda(ctx, query)
	if err != nil {
		return said, err
	}
	said.Overdue, said.MoreOverdue = digestTodos(agenda.Overdue), agenda.MoreOverdue
	said.Due, said.MoreDue = digestTodos(agenda.Due), agenda.MoreDue
	unread, total, err := w.accounts.UnreadNotifications(ctx, userID, shown)
	if err != nil || len(unread) == 0 {
		return said, err
	}
	titles, err := w.titles(ctx, userID, unread)
	for _, n := range unread {
		about := titles[n.TodoID]
		if n.TodoID == "" {
			about = titles[n.ListID]
		}
		said.Unread = append(said.Unread, letter.DigestNotice{Kind: string(n.Kind), Subject: about, At: n.At})
	}
	said.MoreUnread = total - len(unread)
	return said, err
}

// titles returns what notifications are about, by id.
func (w *Worker) titles(ctx context.Context, userID string, unread []users.NewNotification) (map[string]string, error) {
	var todoIDs, listIDs []string
	for _, n := range unread {
		switch {
		case n.TodoID != "":
			todoIDs = append(todoIDs, n.TodoID)
		case n.ListID != "":
			listIDs = append(listIDs, n.ListID)
		}
	}
	if todoIDs == nil && listIDs == nil {
		return nil, nil
	}
	return w.todos.Titles(ctx, userID, todoIDs, listIDs)
}

func digestTodos(all []todos.AgendaTodo) []letter.DigestTodo {
	out := make([]letter.DigestTodo, len(all))
	for i, t := range all {
		out[i] = letter.DigestTodo{Title: t.Title, ListName: t.ListName, Due: t.DueAt}
	}
	return out
}
