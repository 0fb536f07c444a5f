package mailsink

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Box holds the newest messages. It is safe for concurrent use.
type Box struct {
	limit int

	mu       sync.Mutex
	last     int           // the last number given
	messages []Message     // oldest first
	arrival  chan struct{} // closed and replaced at each arrival
}

// newBox returns a box that drops its oldest message when it has more than
// limit.
func newBox(limit int) *Box {
	return &Box{limit: limit, arrival: make(chan struct{})}
}

// add stores a message under a number of its own.
func (b *Box) add(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	m.ID = strconv.Itoa(b.last)
	b.messages = append(b.messages, m)
	if len(b.messages) > b.limit {
		b.messages = slices.Delete(b.messages, 0, len(b.messages)-b.limit)
	}
	close(b.arrival)
	b.arrival = make(chan struct{})
}

// list returns the summaries of the messages to a recipient ("" for all),
// newest first, and a channel that is closed when another message arrives.
func (b *Box) list(to string) ([]Summary, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Summary{}
	for _, m := range slices.Backward(b.messages) {
		if to == "" || slices.ContainsFunc(m.To, func(recipient string) bool { return strings.EqualFold(recipient, to) }) {
			found = append(found, m.Summary)
		}
	}
	return found, b.arrival
}

// await is list that waits for the first message to a recipient until the
// context is done; then it returns none.
func (b *Box) await(ctx context.Context, to string) []Summary {
	for {
		found, arrival := b.list(to)
		if len(found) > 0 {
			return found
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return found
		}
	}
}

// get returns one message.
func (b *Box) get(id string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.index(id)
	if i < 0 {
		return Message{}, false
	}
	return b.messages[i], true
}

// remove deletes one message and reports whether there was one.
func (b *Box) remove(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.index(id)
	if i < 0 {
		return false
	}
	b.messages = slices.Delete(b.messages, i, i+1)
	return true
}

// clear deletes all messages.
func (b *Box) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = nil
}

// index finds a message; -1 if there is none. The caller holds mu.
func (b *Box) index(id string) int {
	return slices.IndexFunc(b.messages, func(m Message) bool { return m.ID == id })
}
