package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/breaker"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/mail"
)

// Sender sends mail.
type Sender interface {
	// Send delivers a message; its error is a *mail.Error.
	Send(ctx context.Context, message mail.Message) error
}

// Store remembers what is known of each mail.
type Store interface {
	// Claim asks for the right to send a mail.
	Claim(ctx context.Context, claim users.DeliveryClaim) (users.DeliveryLease, error)
	// Sent, Refused, Unknown and Release say how it ended. attempts is the lease's.
	Sent(ctx context.Context, key string) error
	Refused(ctx context.Context, key string, attempts, code int) error
	Unknown(ctx context.Context, key string, attempts int) error
	Release(ctx context.Context, key string, attempts, code int, begun bool) error
}

// Guarantee is what is more important when nobody knows whether a mail was sent.
type Guarantee int

const (
	// AtLeastOnce sends it again: it may come twice, and is not lost.
	AtLeastOnce Guarantee = iota
	// AtMostOnce does not: it may be lost, and does not come twice.
	AtMostOnce
)

// Mail is one mail of a job.
type Mail struct {
	// Key is what the mail is, the same each time that the job runs, such as
	// "welcome/usr_…". The Message-ID is made of it.
	Key string
	// Template is the letter's name, for those who count.
	Template string
	// UserID is the reader, usr_….
	UserID  string
	Contact users.Contact
	Content letter.Content
	// Guarantee defaults to AtLeastOnce.
	Guarantee Guarantee
	// Unsubscribe is the link that ends such mails, "" if they have to be sent.
	Unsubscribe string
}

// Deps are what a Delivery works with.
type Deps struct {
	// Sender, Store and Logger are required.
	Sender Sender
	Store  Store
	Logger *slog.Logger
	// Metrics is told how mails end. Defaults to nobody.
	Metrics Metrics
}

// Delivery sends the mails of jobs. It is safe for concurrent use, and shared by the
// jobs of all databases, so that all of them learn when the mail server is away.
type Delivery struct {
	config  Config
	deps    Deps
	breaker *breaker.Breaker
}

// New checks config and returns a Delivery.
func New(config Config, deps Deps) (*Delivery, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	if deps.Sender == nil || deps.Store == nil || deps.Logger == nil {
		return nil, errors.New("delivery: Deps.Sender, Store and Logger are required")
	}
	if deps.Metrics == nil {
		deps.Metrics = nobody{}
	}
	circuit, err := breaker.New(config.Breaker, mail.IsUnanswered, mail.IsUnasked, deps.Metrics.BreakerChanged, deps.Logger)
	if err != nil {
		return nil, fmt.Errorf("delivery: %w", err)
	}
	return &Delivery{config: config.withDefaults(), deps: deps, breaker: circuit}, nil
}

// ErrUnknown ends the job of a mail that may have been sent and may not come twice.
var ErrUnknown = errors.New("delivery: it is not known whether the mail was sent; an operator may resend it")

// Resent tells whether an operator has a job run again that had ended in ErrUnknown:
// its mail is wanted, however late.
func Resent(job *rivertype.JobRow) bool {
	n := len(job.Errors)
	return n > 0 && strings.Contains(job.Errors[n-1].Error, ErrUnknown.Error())
}

// Deliver sends the mail of a job, unless it was sent before. What it returns is
// what the job has to return: nil, river.JobSnooze while somebody else sends it or
// the mail server does not answer, river.JobCancel if that refuses the mail for good
// or nobody knows (ErrUnknown), and any other error to be tried again.
func (d *Delivery) Deliver(ctx context.Context, job *rivertype.JobRow, m Mail) error {
	if wait := d.breaker.Wait(); wait > 0 {
		return d.snooze(m, wait)
	}
	lease, err := d.deps.Store.Claim(ctx, users.DeliveryClaim{
		Key: m.Key, Template: m.Template, UserID: m.UserID, JobID: job.ID, JobKind: job.Kind,
		Lease: d.config.Lease, Once: m.Guarantee == AtMostOnce,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", m.Template, err)
	}
	if !lease.Claimed {
		return d.unclaimed(m, lease)
	}
	begun := time.Now()
	err = d.send(ctx, m)
	if err := d.settle(ctx, begun.Add(d.config.Lease), m, lease, err); err != nil {
		return fmt.Errorf("%s: %w", m.Template, err)
	}
	return d.outcome(m, err, time.Since(begun))
}

// unclaimed is what a job returns that may not send its mail.
func (d *Delivery) unclaimed(m Mail, lease users.DeliveryLease) error {
	switch lease.State {
	case users.DeliverySent:
		return nil
	case users.DeliveryUnknown:
		d.deps.Metrics.Unknown(m.Template)
		return river.JobCancel(fmt.Errorf("%s: %w", m.Template, ErrUnknown))
	}
	return river.JobSnooze(later(lease.Wait))
}

// send hands the mail to the server, for less time than the lease lasts.
func (d *Delivery) send(ctx context.Context, m Mail) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Lease/2)
	defer cancel()
	return d.breaker.Do(func() error {
		return d.deps.Sender.Send(ctx, mail.Message{
			ID: m.Key, To: m.Contact.Email, ToName: m.Contact.DisplayName,
			Subject: m.Content.Subject, Text: m.Content.Text, HTML: m.Content.HTML, Unsubscribe: m.Unsubscribe,
		})
	})
}

// settle ends the lease as sending ended. It is tried until the lease ends by itself,
// when somebody else may send the mail: as long as it is not done, a mail that was
// sent is not known to be. It is done also when ctx has ended, then for a quarter of
// the lease at most.
func (d *Delivery) settle(ctx context.Context, end time.Time, m Mail, lease users.DeliveryLease, sent error) error {
	if soon := time.Now().Add(d.config.Lease / 4); ctx.Err() != nil && soon.Before(end) {
		end = soon
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	defer cancel()
	ticker := time.NewTicker(max(d.config.Lease/240, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		err := d.settleOnce(ctx, m, lease, sent)
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if sent == nil {
				return fmt.Errorf("sent, but that could not be noted: %w", err)
			}
			return errors.Join(sent, err)
		}
	}
}

func (d *Delivery) settleOnce(ctx context.Context, m Mail, lease users.DeliveryLease, sent error) error {
	if sent == nil {
		return d.deps.Store.Sent(ctx, m.Key)
	}
	var failed *mail.Error
	if !errors.As(sent, &failed) { // the breaker did not let it through
		return d.deps.Store.Release(ctx, m.Key, lease.Attempts, 0, false)
	}
	switch {
	case failed.Kind == mail.Refused:
		return d.deps.Store.Refused(ctx, m.Key, lease.Attempts, failed.Code)
	case failed.Kind == mail.Lost && m.Guarantee == AtMostOnce:
		return d.deps.Store.Unknown(ctx, m.Key, lease.Attempts)
	}
	return d.deps.Store.Release(ctx, m.Key, lease.Attempts, failed.Code, failed.Kind != mail.Busy)
}

// outcome is what a job returns whose mail was begun, and tells those who count.
func (d *Delivery) outcome(m Mail, sent error, took time.Duration) error {
	var open *breaker.Open
	var failed *mail.Error
	switch {
	case sent == nil:
		d.deps.Metrics.Delivered(m.Template, took)
		return nil
	case errors.As(sent, &open):
		return d.snooze(m, open.Wait)
	case !errors.As(sent, &failed):
		return fmt.Errorf("%s: %w", m.Template, sent)
	case failed.Kind == mail.Refused:
		d.deps.Metrics.Refused(m.Template, failed.Code)
		return river.JobCancel(fmt.Errorf("%s: %w", m.Template, sent))
	case failed.Kind == mail.Lost && m.Guarantee == AtMostOnce:
		d.deps.Metrics.Unknown(m.Template)
		return river.JobCancel(fmt.Errorf("%s: %w: %w", m.Template, ErrUnknown, sent))
	case failed.Kind == mail.Busy:
		return d.snooze(m, 0)
	}
	d.deps.Metrics.Deferred(m.Template, failed.Code)
	return fmt.Errorf("%s: %w", m.Template, sent)
}

// snooze puts a job off without counting the attempt.
func (d *Delivery) snooze(m Mail, wait time.Duration) error {
	d.deps.Metrics.Snoozed(m.Template)
	return river.JobSnooze(later(wait))
}

// later is a while after wait, not the same for everybody.
func later(wait time.Duration) time.Duration {
	return wait + time.Second + rand.N(time.Second+wait/8)
}
