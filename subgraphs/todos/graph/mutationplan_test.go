package graph_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// TestPlansOfMutations explains every statement of every mutation, in a list of
// its own among many others: none reads a table from its beginning to its end.
func TestPlansOfMutations(t *testing.T) {
	t.Parallel()
	s := seededBundle(t)
	conn, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	h := s.home(t)
	me := s.person.Subject
	b := s.bundle
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": me, "role": "EDITOR"}).refused(t)
	create := map[string]any{"listId": h.list, "title": "x", "assigneeIds": []string{me}, "tagIds": []string{h.tag}, "idempotencyKey": h.list}
	for _, c := range []struct {
		name  string
		input map[string]any
		want  []string
	}{
		{"createTodo", create, []string{"todo_lists_pkey", "list_members_pkey"}},
		{"createTodo", create, []string{"idempotency_keys_pkey", "todos_pkey"}}, // which is there now
		{"createTag", map[string]any{"listId": h.list, "name": "y"}, []string{"tags_name"}},
		{"renameTag", map[string]any{"id": h.tag, "name": "z"}, []string{"tags_pkey", "tags_name"}},
		{"updateTodo", map[string]any{"id": h.todo, "title": "x"}, []string{"todos_pkey", "list_members_pkey"}},
		{"setTodoStatus", map[string]any{"id": h.todo, "status": "IN_PROGRESS"}, []string{"todos_pkey"}},
		{"assignTodo", map[string]any{"id": h.todo, "assigneeIds": []string{me, h.viewer.Subject}}, []string{"todo_assignees_pkey"}},
		{"tagTodo", map[string]any{"id": h.todo, "tagIds": []string{h.tag}}, []string{"todo_tags_pkey"}},
		{"completeTodos", map[string]any{"ids": []string{h.todo}}, []string{"todos_pkey", "list_members_pkey"}},
		{"deleteTodo", map[string]any{"id": h.todo}, []string{"todos_pkey"}},
		{"restoreTodo", map[string]any{"id": h.todo}, []string{"todos_pkey"}},
		{"deleteTag", map[string]any{"id": h.tag}, []string{"tags_pkey"}},
		{"removeListMember", map[string]any{"listId": h.list, "userId": me}, []string{"todos_pkey"}},
		{"renameTodoList", map[string]any{"id": h.list, "name": "x"}, []string{"todo_lists_pkey"}},
		{"deleteTodoList", map[string]any{"id": h.list}, []string{"todo_lists_pkey"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.asked.Take()
			b.do(t, h.owner, c.name, "", c.input).refused(t)
			wantIndexes(t, conn, s.asked.Take(), c.want)
		})
	}
	t.Run("tags", func(t *testing.T) {
		s.asked.Take()
		s.Do(t, s.person, `query ($l: ID!, $t: ID!) { todoList(id: $l) { tags { name } } todo(id: $t) { tags { name } } }`,
			map[string]any{"l": s.list, "t": s.todo}).WantCodes(t)
		wantIndexes(t, conn, s.asked.Take(), []string{"tags_name", "todo_tags_pkey"})
	})
	t.Run("reminders", func(t *testing.T) {
		// Behind the service's back, so that there is something to read from.
		if _, err := conn.Exec(t.Context(), `insert into river.river_job (kind, queue, max_attempts, state, scheduled_at, args)
			select 'todos.reminder', 'reminders', 8, 'scheduled', now() + make_interval(secs => n), '{}' from generate_series(1, 50000) n`); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), `analyze river.river_job`); err != nil {
			t.Fatal(err)
		}
		spare, at := s.home(t), time.Now().Add(time.Hour)
		update := map[string]any{"id": spare.todo, "remindAt": at.Format(time.RFC3339)}
		for _, c := range []struct {
			name  string
			input map[string]any
			want  []string
		}{
			{"updateTodo", update, []string{"river_job_pkey", "todos_pkey"}},
			{"completeTodos", map[string]any{"ids": []string{spare.todo}}, []string{"river_job_pkey", "todos_pkey"}},
		} {
			s.asked.Take()
			b.do(t, spare.owner, c.name, "", c.input).refused(t)
			wantIndexes(t, conn, s.asked.Take(), c.want)
		}
		s.asked.Take()
		if _, err := todospostgres.WakeReminders(t.Context(), s.pool, time.Second); err != nil {
			t.Fatal(err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"river_job_prioritized_fetching_index", "river_job_pkey"})
		s.asked.Take()
		if _, err := todospostgres.Reminder(t.Context(), s.pool, todos.ReminderArgs{TodoID: spare.todo, RemindAt: at}); !errors.Is(err, todos.ErrObsolete) {
			t.Fatal(err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"todos_pkey", "todo_lists_pkey", "todo_assignees_pkey", "list_members_pkey"})
		s.asked.Take()
		if _, err := todospostgres.Assignment(t.Context(), s.pool, todos.AssignmentArgs{TodoID: spare.todo, UserID: me}); !errors.Is(err, todos.ErrObsolete) {
			t.Fatal(err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"todos_pkey", "todo_lists_pkey", "todo_assignees_pkey", "list_members_pkey"})
		s.asked.Take()
		if _, err := todospostgres.Share(t.Context(), s.pool, todos.ShareArgs{ListID: spare.list, UserID: spare.stranger.Subject}); !errors.Is(err, todos.ErrObsolete) {
			t.Fatal(err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"todo_lists_pkey", "list_members_pkey"})
	})
	t.Run("events", func(t *testing.T) {
		s.asked.Take()
		if _, err := todospostgres.Events(t.Context(), s.pool, todos.EventCursor{Transaction: 1}, 100); err != nil {
			t.Fatal(err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"domain_events_txid"})
	})
}

// wantIndexes explains statements, which together use indexes at least.
func wantIndexes(t *testing.T, conn *pgx.Conn, statements []postgrestest.Query, want []string) {
	t.Helper()
	used := map[string][]string{}
	for _, statement := range statements {
		if statement.SQL == "begin" || statement.SQL == "commit" {
			continue
		}
		for kind, plan := range postgrestest.Explain(t, conn, statement) {
			used[kind] = append(used[kind], plan.Indexes()...)
			for _, fault := range plan.Faults() {
				t.Errorf("%s, the plan %s\n%s", kind, fault, statement.SQL)
			}
		}
	}
	for kind, indexes := range used {
		for _, index := range want {
			if !slices.Contains(indexes, index) {
				t.Errorf("%s, %s is not used, but %q", kind, index, indexes)
			}
		}
	}
}
