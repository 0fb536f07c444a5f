// Package delivery is what every job that sends one mail does alike: how often it is
// tried, how long, and when it is given up.
//
//	Message ─Deliver─▶ Sender ─▶ nil, an error (try again) or river.JobCancel (refused for good)
//
// A job's Message-ID is made from the job's id, so that a mail that is sent twice,
// because the worker died between sending and recording it, can be told to be the
// same.
package delivery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
)

// Sender sends mail.
type Sender interface {
	// Send delivers a message; an error that wraps mail.ErrRefused is final.
	Send(ctx context.Context, message mail.Message) error
}

// Policy is how a mail's job is tried; a Worker embeds it.
type Policy[T river.JobArgs] struct{ river.WorkerDefaults[T] }

// Timeout bounds one attempt; the sender's own limit is lower.
func (Policy[T]) Timeout(*river.Job[T]) time.Duration { return 30 * time.Second }

// NextRetry waits 10 s after the first failure, four times as long after each
// further one and at most three hours: a mail server that is down for a night
// costs no mail.
func (Policy[T]) NextRetry(job *river.Job[T]) time.Time {
	wait := 10 * time.Second
	for range job.Attempt - 1 {
		wait = min(4*wait, 3*time.Hour)
	}
	return time.Now().Add(wait)
}

// Mail is what a job writes to a user.
type Mail struct{ Subject, Text string }

// Deliver sends the mail of a job of the given name to contact. A server that
// refuses it for good ends the job.
func Deliver(ctx context.Context, sender Sender, name string, jobID int64, contact users.Contact, content Mail) error {
	err := sender.Send(ctx, mail.Message{
		ID: name + "-" + strconv.FormatInt(jobID, 10), To: contact.Email, ToName: contact.DisplayName,
		Subject: content.Subject, Text: content.Text,
	})
	if errors.Is(err, mail.ErrRefused) {
		return river.JobCancel(fmt.Errorf("%s: %w", name, err))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
