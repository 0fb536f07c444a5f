package graph_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"runtime/debug"
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users"
)

var speed = flag.Int("speed", 0, "rounds of TestSpeedOfBatches; 0 skips it")

// batchSize is how many entities a batch has.
const batchSize = 500

// batch is a batch of users, five fields of each.
func (b *bundle) batch(t testing.TB) servertest.Batch {
	t.Helper()
	ids, representations := make([]string, batchSize), make([]any, batchSize)
	for i := range batchSize {
		key := id.UUID{14: byte((i + 1) >> 8), 15: byte(i + 1)}
		if _, err := b.pool.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone)
			values ($1, $2, $2, '', $2, 'UTC')`, key, fmt.Sprintf("user%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
		ids[i] = id.Format(id.User, key)
		representations[i] = map[string]any{"__typename": "User", "id": ids[i]}
	}
	if _, err := b.pool.Exec(t.Context(), "analyze"); err != nil {
		t.Fatal(err)
	}
	caller := identity.Claims{Subject: ids[0], Session: "ses_test"}
	body, err := json.Marshal(map[string]any{
		"query":     `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName timeZone createdAt version } } }`,
		"variables": map[string]any{"r": representations},
	})
	if err != nil {
		t.Fatal(err)
	}
	service := func(t testing.TB) {
		found, err := b.service.UsersByID(t.Context(), users.Viewer{ID: caller.Subject}, ids)
		if err != nil || found[batchSize-1] == nil {
			t.Fatal(err)
		}
	}
	service(t)
	query := b.statements.Last()
	return servertest.Batch{
		Query: func(t testing.TB) {
			if n, err := query.Read(t.Context(), b.pool); err != nil || n != batchSize {
				t.Fatalf("%d rows, %v", n, err)
			}
		},
		Service: service,
		Request: func(t testing.TB) { b.Serve(t, b.Request(t, caller, body)) },
	}
}

func TestSpeedOfBatches(t *testing.T) {
	if *speed == 0 {
		t.Skip("takes long: -speed N")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(program.GCPercent))
	setup(t).batch(t).Speed(t, *speed)
}

func BenchmarkBatch(b *testing.B) { setup(b).batch(b).Benchmark(b) }

// BenchmarkUser asks for one user, as the router does for a page about somebody.
func BenchmarkUser(b *testing.B) {
	s := setup(b)
	caller := s.register(b, "ada@example.com")
	body, err := json.Marshal(map[string]any{
		"query":     `query ($id: ID!) { user(id: $id) { id displayName timeZone createdAt updatedAt version } }`,
		"variables": map[string]any{"id": caller.Subject},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Serve(b, s.Request(b, caller, body))
	}
}
