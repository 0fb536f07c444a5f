package graph_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// TestPostgresGoesAway ends the connection at every point of a transaction: what
// was not acknowledged is not there, and the next try with the same key, on another
// connection, gives one todo.
func TestPostgresGoesAway(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	killer := postgrestest.NewAssassin(t, url)
	b := serve(t, url, killer)
	h := b.home(t)
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.Background()) })
	create := `mutation ($in: CreateTodoInput!) { it: createTodo(input: $in) { todo { id } errors { code } } }`
	for i, victim := range []string{"begin", "insert into idempotency_keys", "join todo_lists", "for share", "insert into todos", "todo_assignees", "todo_tags", "commit"} {
		input := map[string]any{"in": map[string]any{
			"listId": h.list, "title": "x", "assigneeIds": []string{h.owner.Subject}, "tagIds": []string{h.tag}, "idempotencyKey": victim,
		}}
		killer.Await(victim)
		response := b.Do(t, h.editor, create, input)
		if !killer.Done() {
			t.Fatalf("%s: the connection was not ended", victim)
		}
		count := func() (n int) {
			t.Helper()
			if err := admin.QueryRow(t.Context(), `select count(*) from todos where title = 'x'`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		// A connection that breaks before the transaction has begun may be replaced.
		if victim != "begin" {
			response.WantCodes(t, "INTERNAL_SERVER_ERROR")
			if n := count(); n != i {
				t.Errorf("%s: %d todos, want %d", victim, n, i)
			}
		}
		again := b.do(t, h.editor, "createTodo", "todo { id }", input["in"].(map[string]any))
		again.refused(t)
		if n := count(); n != i+1 {
			t.Errorf("%s, and again: %d todos, want %d", victim, n, i+1)
		}
		if more := b.do(t, h.editor, "createTodo", "todo { id }", input["in"].(map[string]any)); more.Todo == nil || more.Todo.ID != again.Todo.ID {
			t.Errorf("%s: %+v, want %s", victim, more, again.Todo.ID)
		}
	}
	b.consistent(t)
}

// TestChangesInTheWay has somebody hold the list for longer than a change waits: that
// is an expected failure, and trying again helps.
func TestChangesInTheWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	tx, err := b.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from todo_lists for update`); err != nil {
		t.Fatal(err)
	}
	rename := fmt.Sprintf(`mutation { it: renameTodoList(input: {id: %q, name: "x"}) { list { name } errors { code path } } }`, h.list)
	b.Do(t, h.owner, rename, nil).WantData(t, `{"it":{"list":null,"errors":[{"code":"BUSY","path":[]}]}}`)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Do(t, h.owner, rename, nil).WantData(t, `{"it":{"list":{"name":"x"},"errors":[]}}`)
}
