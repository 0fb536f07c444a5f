package workers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/workers/internal/alert"
	"github.com/weftql/weft/workers/internal/assignment"
	"github.com/weftql/weft/workers/internal/breaker"
	"github.com/weftql/weft/workers/internal/deletion"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/digest"
	"github.com/weftql/weft/workers/internal/notice"
	"github.com/weftql/weft/workers/internal/passwordreset"
	"github.com/weftql/weft/workers/internal/reminder"
	"github.com/weftql/weft/workers/internal/share"
	"github.com/weftql/weft/workers/internal/upkeep"
	"github.com/weftql/weft/workers/internal/verification"
	"github.com/weftql/weft/workers/internal/welcome"
)

// Config configures the jobs.
type Config struct {
	// SMTPURL names the mail server: smtp://host:port or smtps://host:port, with
	// user:password@ if it wants a login.
	SMTPURL string
	// MailFrom is the sender of every mail, "Name <address>".
	MailFrom string
	// SMTPTimeout bounds one delivery to the mail server. Defaults to 15 seconds.
	SMTPTimeout time.Duration
	// SMTPConnections bounds the sessions with the mail server. Defaults to 10.
	SMTPConnections int
	// Breaker says when a mail server that does not answer is left alone, and for how
	// long.
	Breaker breaker.Config
	// PublicURL is where the public pages of the users service are that mails lead
	// to, such as https://example.com. Defaults to none: mails hold tokens to be
	// entered.
	PublicURL string
	// LinkKeys sign the links that end mails. Defaults to none: mails have no such
	// links.
	LinkKeys link.Keys
	// RescueAfter is when a job whose worker died is given to another. It has to
	// exceed every job's timeout. Defaults to 5 minutes.
	RescueAfter time.Duration
	// JobTimeout bounds an attempt of the jobs that do not bound it themselves.
	// Defaults to one minute.
	JobTimeout time.Duration
	// RetryBase is how long a failed job waits for its second attempt; each further
	// wait is four times as long. Defaults to 10 seconds.
	RetryBase time.Duration
	// Lease is how long nobody else sends a mail that somebody is sending. It also
	// bounds an attempt of the jobs that send mails. Defaults to one minute.
	Lease time.Duration
	// DeletionDelay is how long after an account was deleted erasing begins: as long
	// as an access token lives at least. Defaults to 16 minutes.
	DeletionDelay time.Duration
}

// WithDefaults returns the Config with its defaults filled in.
func (c Config) WithDefaults() Config {
	c.RescueAfter = cmp.Or(c.RescueAfter, 5*time.Minute)
	c.JobTimeout = cmp.Or(c.JobTimeout, time.Minute)
	c.RetryBase = cmp.Or(c.RetryBase, 10*time.Second)
	c.Lease = cmp.Or(c.Lease, time.Minute)
	c.DeletionDelay = cmp.Or(c.DeletionDelay, 16*time.Minute)
	c.SMTPTimeout = cmp.Or(c.SMTPTimeout, 15*time.Second)
	c.SMTPConnections = cmp.Or(c.SMTPConnections, 10)
	return c
}

// Deps are what jobs work with. The jobs of either database may need both.
type Deps struct {
	// Accounts knows users, and makes the tokens of their mails. Required.
	Accounts Accounts
	// Todos knows todos and their lists. Required.
	Todos TodoLists
	// Mailer sends mails. Required.
	Mailer *Mailer
	// Deletions are the accounts that are being erased. Required.
	Deletions deletion.Accounts
	// Upkeep keeps the users database in order. Required.
	Upkeep Upkeep
	Logger *slog.Logger // required
}

// Upkeep is what keeps the users database in order.
type Upkeep interface {
	// Purge removes what nobody needs any more, and gives deletions that have lost
	// their job another one.
	Purge(ctx context.Context) (users.Purged, error)
	// SealAudit attests that the audit log is sound.
	SealAudit(ctx context.Context) error
	// Partitions makes partitions for the months to come, and removes old ones.
	Partitions(ctx context.Context) (map[string]int64, error)
}

// Accounts is what jobs need of the users database.
type Accounts interface {
	welcome.Contacts
	verification.Tokens
	passwordreset.Tokens
	alert.Log
	notice.Accounts
	digest.Accounts
	digest.Readers
}

// TodoLists is what jobs need of the todos database.
type TodoLists interface {
	assignment.Todos
	share.Lists
	reminder.Todos
	deletion.Todos
	// Purge removes what nobody can bring back any more.
	Purge(ctx context.Context) (todos.Purged, error)
	digest.Todos
}

// Users returns the workers of every job in the users database. A client that
// may become River's leader has to know all of them, because the leader
// discards jobs of kinds that it does not know.
func Users(config Config, deps Deps) (*river.Workers, error) {
	config = config.WithDefaults()
	pages, board, err := begin(config, deps)
	if err != nil {
		return nil, err
	}
	erasing, err := deletion.New(
		deletion.Config{Delay: config.DeletionDelay, RetryBase: config.RetryBase, Timeout: min(4*time.Minute, config.RescueAfter*4/5)},
		deletion.Deps{Accounts: deps.Deletions, Todos: deps.Todos, Farewells: deletion.Mails{Delivery: deps.Mailer.Delivery}, Logger: deps.Logger})
	if err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	l := newList(config)
	add(l, welcome.New(deps.Accounts, deps.Mailer.Delivery))
	add(l, verification.New(deps.Accounts, deps.Mailer.Delivery, pages))
	add(l, passwordreset.New(deps.Accounts, deps.Mailer.Delivery, pages))
	add(l, alert.New(deps.Accounts, board))
	add(l, erasing)
	err = errors.Join(
		keep[users.PurgeArgs](l, deps.Logger, func(ctx context.Context) (map[string]int64, error) { return deps.Upkeep.Purge(ctx) }),
		keep[users.AuditSealArgs](l, deps.Logger, func(ctx context.Context) (map[string]int64, error) { return nil, deps.Upkeep.SealAudit(ctx) }),
		keep[users.PartitionsArgs](l, deps.Logger, func(ctx context.Context) (map[string]int64, error) { return deps.Upkeep.Partitions(ctx) }),
	)
	if err != nil {
		return nil, err
	}
	add(l, digest.NewSweep(deps.Accounts))
	add(l, digest.New(deps.Accounts, deps.Todos, deps.Mailer.Delivery, pages))
	return l.done()
}

// Todos returns the workers of every job in the todos database, as Users does for
// the other.
func Todos(config Config, deps Deps) (*river.Workers, error) {
	config = config.WithDefaults()
	_, board, err := begin(config, deps)
	if err != nil {
		return nil, err
	}
	if deps.Todos == nil {
		return nil, errors.New("workers: Deps.Todos is required")
	}
	l := newList(config)
	add(l, assignment.New(deps.Todos, board))
	add(l, share.New(deps.Todos, board))
	add(l, reminder.New(deps.Todos, board))
	err = keep[todos.PurgeArgs](l, deps.Logger, func(ctx context.Context) (map[string]int64, error) { return deps.Todos.Purge(ctx) })
	if err != nil {
		return nil, err
	}
	return l.done()
}

// keep adds the worker of a task that comes by itself.
func keep[T river.JobArgs](l *list, logger *slog.Logger, task upkeep.Task) error {
	worker, err := upkeep.New[T](upkeep.Config{Timeout: min(4*time.Minute, l.config.RescueAfter*4/5)}, task, logger)
	if err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	add(l, worker)
	return nil
}

// begin returns what jobs of both databases work with.
func begin(config Config, deps Deps) (delivery.Pages, *notice.Board, error) {
	pages, err := delivery.ParsePages(config.PublicURL, config.LinkKeys)
	if err != nil {
		return pages, nil, fmt.Errorf("workers: %w", err)
	}
	if deps.Accounts == nil || deps.Mailer == nil {
		return pages, nil, errors.New("workers: Deps.Accounts and Mailer are required")
	}
	board, err := notice.New(notice.Deps{Accounts: deps.Accounts, Delivery: deps.Mailer.Delivery, Links: pages})
	return pages, board, err
}

// UsersQueues are the queues of the users database and how many of their jobs
// one process works on at the same time. Queues are apart so that much of one
// sort does not delay another.
func UsersQueues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		users.NotifyQueue:   {MaxWorkers: 10},
		users.SecurityQueue: {MaxWorkers: 10},
		users.DeletionQueue: {MaxWorkers: 2},
		users.BulkQueue:     {MaxWorkers: 5},
	}
}

// TodosQueues are the queues of the todos database, as UsersQueues are of the
// other.
func TodosQueues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		todos.NotifyQueue:   {MaxWorkers: 10},
		todos.ReminderQueue: {MaxWorkers: 20}, // many are asked for at the same full hour
		todos.BulkQueue:     {MaxWorkers: 2},
	}
}

// UsersPeriodic are the jobs of the users database that come by themselves. Every
// process has all of them, because any may lead.
func UsersPeriodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		every(time.Hour, "purge", users.BulkQueue, users.PurgeArgs{}),
		every(users.DigestsInterval, "digests", users.BulkQueue, users.DigestsArgs{}),
		every(users.SealInterval, "audit_seal", users.BulkQueue, users.AuditSealArgs{}),
		every(24*time.Hour, "partitions", users.BulkQueue, users.PartitionsArgs{}),
	}
}

// TodosPeriodic are the jobs of the todos database that come by themselves.
func TodosPeriodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		every(time.Hour, "purge", todos.BulkQueue, todos.PurgeArgs{}),
	}
}
