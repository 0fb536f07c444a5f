package graph_test

import (
	"encoding/json"
	"flag"
	"runtime/debug"
	"testing"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/todos"
)

var speed = flag.Int("speed", 0, "rounds of TestSpeedOfBatches; 0 skips it")

// batchSize is how many entities a batch has.
const batchSize = 500

// batch is a batch of todos of 50 lists, five fields of each.
func (b *bundle) batch(t testing.TB) servertest.Batch {
	t.Helper()
	const lists = 50
	caller := person(1)
	key := func(n int) id.UUID { return id.UUID{14: byte(n >> 8), 15: byte(n)} }
	exec := func(sql string, args ...any) {
		if _, err := b.pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for n := 1; n <= lists; n++ {
		exec(`insert into todo_lists (id, name, owner_id) values ($1, 'Home', $2)`, key(n), key(1))
		exec(`insert into list_members (list_id, user_id, role) values ($1, $2, 'OWNER')`, key(n), key(1))
	}
	ids, representations := make([]string, batchSize), make([]any, batchSize)
	for i := range batchSize {
		exec(`insert into todos (id, list_id, title, creator_id) values ($1, $2, 'Paint the kitchen', $3)`, key(i+1), key(1+i%lists), key(1))
		ids[i] = id.Format(id.Todo, key(i+1))
		representations[i] = map[string]any{"__typename": "Todo", "id": ids[i]}
	}
	exec("analyze")
	body, err := json.Marshal(map[string]any{
		"query":     `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Todo { id title status createdAt version } } }`,
		"variables": map[string]any{"r": representations},
	})
	if err != nil {
		t.Fatal(err)
	}
	service := func(t testing.TB) {
		found, err := b.service.TodosByID(t.Context(), todos.Viewer{ID: caller.Subject}, ids)
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
