package deliverytest

import (
	"context"
	"sync"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
)

// book is what is known of mails that one worker sends, who never dies.
type book struct {
	mu    sync.Mutex
	known map[string]users.DeliveryState
}

var _ delivery.Store = (*book)(nil)

// Claim implements delivery.Store.
func (b *book) Claim(_ context.Context, claim users.DeliveryClaim) (users.DeliveryLease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lease := users.DeliveryLease{State: b.known[claim.Key], Attempts: 1}
	if lease.State == "" || lease.State == users.DeliveryWaiting || lease.State == users.DeliveryRefused {
		lease.State, lease.Claimed = users.DeliverySending, true
		b.known[claim.Key] = lease.State
	}
	return lease, nil
}

// Sent implements delivery.Store.
func (b *book) Sent(_ context.Context, key string) error { return b.note(key, users.DeliverySent) }

// Refused implements delivery.Store.
func (b *book) Refused(_ context.Context, key string, _, _ int) error {
	return b.note(key, users.DeliveryRefused)
}

// Unknown implements delivery.Store.
func (b *book) Unknown(_ context.Context, key string, _ int) error {
	return b.note(key, users.DeliveryUnknown)
}

// Release implements delivery.Store.
func (b *book) Release(_ context.Context, key string, _, _ int, _ bool) error {
	return b.note(key, users.DeliveryWaiting)
}

func (b *book) note(key string, state users.DeliveryState) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[key] = state
	return nil
}
