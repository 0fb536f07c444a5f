package postgres_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// TestTodosAreWrittenThroughAPooler has many write at the same time, through the few
// sessions of PgBouncer in transaction mode: todos, their events and their jobs.
func TestTodosAreWrittenThroughAPooler(t *testing.T) {
	t.Parallel()
	url := postgrestest.Pooler(t, databases.Database(t), "") + "&default_query_exec_mode=cache_describe"
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test", MaxConns: 50})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	service, err := todospostgres.New(todospostgres.Deps{Pool: pool, Cursors: cursors, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	const lists, each = 10, 20
	var writing sync.WaitGroup
	for l := range lists {
		list, err := service.CreateTodoList(t.Context(), ada, todos.CreateTodoListInput{Name: fmt.Sprintf("list %d", l)})
		if err != nil {
			t.Fatal(err)
		}
		member := todos.SetListMemberInput{ListID: list.ID, UserID: bob.ID, Role: todos.RoleEditor}
		if _, err := service.SetListMember(t.Context(), ada, member); err != nil {
			t.Fatal(err)
		}
		for i := range each {
			writing.Go(func() {
				remind := time.Now().Add(time.Hour)
				in := todos.CreateTodoInput{ListID: list.ID, Title: fmt.Sprintf("todo %d", i), Priority: todos.PriorityNormal, AssigneeIDs: []string{bob.ID}, RemindAt: &remind}
				if _, err := service.CreateTodo(t.Context(), ada, in); err != nil {
					t.Error(err)
				}
			})
		}
	}
	writing.Wait()
	var assignments, reminders, events int
	if err := pool.QueryRow(t.Context(), `select count(*) filter (where kind = 'todos.assignment'), count(*) filter (where kind = 'todos.reminder'),
		(select count(*) from domain_events where type = 'TODO_CREATED') from river.river_job`).Scan(&assignments, &reminders, &events); err != nil ||
		assignments != lists*each || reminders != lists*each || events != lists*each {
		t.Errorf("%d assignments, %d reminders, %d events, %v", assignments, reminders, events, err)
	}
	limit := int32(10)
	found, err := service.Todos(t.Context(), bob, []todos.TodoSet{todos.AssignedTo(bob.ID)}, todos.TodoQuery{}, page.NewArgs(&limit, nil, nil, nil))
	if err != nil || len(found) != 1 || len(found[0].Edges) != 10 {
		t.Errorf("bob's todos: %+v, %v", found, err)
	}
	if err := todospostgres.Erase(t.Context(), pool, bob.ID, time.Now()); err != nil {
		t.Error(err)
	}
}
