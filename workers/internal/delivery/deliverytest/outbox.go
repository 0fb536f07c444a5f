package deliverytest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
)

// Outbox keeps what is sent, in the place of a mail server. It is safe for concurrent
// use.
type Outbox struct {
	mu   sync.Mutex
	err  error
	sent []mail.Message
}

var _ delivery.Sender = (*Outbox)(nil)

// New returns a Delivery that sends to an Outbox, and forgets with the test what is
// known of its mails.
func New(tb testing.TB) (*delivery.Delivery, *Outbox) {
	tb.Helper()
	o := &Outbox{}
	d, err := delivery.New(delivery.Config{}, delivery.Deps{
		Sender: o, Store: &book{known: map[string]users.DeliveryState{}}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return d, o
}

// Fail makes every further Send fail with err, nil for none.
func (o *Outbox) Fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = err
}

// Sent returns what was sent, in order. The ID of a message is the key of its mail.
func (o *Outbox) Sent() []mail.Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.sent)
}

// Send implements delivery.Sender.
func (o *Outbox) Send(_ context.Context, message mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.sent = append(o.sent, message)
	}
	return o.err
}
