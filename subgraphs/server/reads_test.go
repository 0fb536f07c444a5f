package server_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// staleKey marks contexts whose operation may be answered by a replica.
type staleKey struct{}

// TestReadYourWrites asks, at each moment, whose reads may be stale.
func TestReadYourWrites(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_800_000_000, 0)
	now := start
	var stale bool
	do := func(ctx context.Context) (string, error) { stale = ctx.Value(staleKey{}) != nil; return it(ctx) }
	handler := newHandler(t, io.Discard, func(c *server.Config) {
		c.Reads = func(ctx context.Context) context.Context { return context.WithValue(ctx, staleKey{}, true) }
		c.Now = func() time.Time { return now }
	}, func(ctx context.Context) (string, error) { return do(ctx) })
	client := servertest.NewClient(t, handler)
	send := func(caller, operation string) {
		t.Helper()
		client.Do(t, identity.Claims{Subject: caller}, operation, nil)
	}
	mayBeStale := func(caller string, want bool) {
		t.Helper()
		if send(caller, `{ it }`); stale != want {
			t.Errorf("after %s: reads of %q may be stale: %v", now.Sub(start), caller, stale)
		}
	}
	mayBeStale("ada", true)
	mayBeStale("", true)
	if send("ada", `mutation { do }`); stale {
		t.Error("what a mutation reads may be stale")
	}
	mayBeStale("ada", false)
	mayBeStale("bob", true)
	mayBeStale("", true)
	now = start.Add(4999 * time.Millisecond)
	mayBeStale("ada", false)
	now = start.Add(5 * time.Second)
	mayBeStale("ada", true)

	// A mutation that fails may have been carried out: a commit whose answer was
	// lost.
	usual := do
	do = func(context.Context) (string, error) { return "null", errors.New("trouble") }
	send("bob", `mutation { do }`)
	do = func(context.Context) (string, error) { panic("trouble") }
	send("eve", `mutation { do }`)
	do = usual
	mayBeStale("bob", false)
	mayBeStale("eve", false)

	// An anonymous caller becomes somebody.
	do = func(ctx context.Context) (string, error) { server.Wrote(ctx, "zoe"); return it(ctx) }
	send("", `mutation { do }`)
	do = usual
	mayBeStale("zoe", false)
	mayBeStale("", true)

	// Of several operations the one that is executed counts.
	body := []byte(`{"query":"query A { it } mutation B { do }","operationName":"B"}`)
	client.Send(t, client.Request(t, identity.Claims{Subject: "max"}, body))
	mayBeStale("max", false)
}
