package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/todos"
)

// queued is a job as it waits, or waited.
type queued struct {
	Kind, Queue, State string
	Args               string // without the time of reminders
}

// jobs returns the jobs that were inserted since the last call, reminders aside.
func (b *bundle) jobs(t testing.TB) []queued {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `with taken as (
			update river.river_job set tags = '{seen}' where tags = '{}' and kind <> 'todos.reminder'
			returning id, kind, queue, state::text, (args->>'version') || ' ' || (args->>'userId') || ' by ' || (args->>'actorId')
				|| ' in ' || coalesce(args->>'todoId', args->>'listId') as args
		)
		select kind, queue, state, args from taken order by id`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[queued])
	if err != nil {
		t.Fatal(err)
	}
	b.statements.Take()
	return all
}

// wantJobs compares the jobs since the last call.
func (b *bundle) wantJobs(t testing.TB, want ...queued) {
	t.Helper()
	if got := b.jobs(t); !slices.Equal(got, want) {
		t.Errorf("jobs (-want +got):\n%s", cmp.Diff(want, got))
	}
}

func TestAssigneesAreTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	b.jobs(t)
	told := func(todo string, version int, user string) queued {
		return queued{"todos.assignment", todos.NotifyQueue, "available", fmt.Sprintf("%d %s by %s in %s", version, user, h.owner.Subject, todo)}
	}
	owner, editor, viewer := h.owner.Subject, h.editor.Subject, h.viewer.Subject
	assign := func(people ...string) { // version 2 and on
		t.Helper()
		b.do(t, h.owner, "assignTodo", "", map[string]any{"id": h.todo, "assigneeIds": people}).refused(t)
	}
	input := map[string]any{"listId": h.list, "title": "x", "assigneeIds": []string{owner, editor, viewer}, "idempotencyKey": "once"}
	made := b.do(t, h.owner, "createTodo", "todo { id }", input).Todo.ID
	b.wantJobs(t, told(made, 1, editor), told(made, 1, viewer)) // and not who did it
	b.do(t, h.owner, "createTodo", "", input).refused(t)
	b.wantJobs(t) // it is the same todo
	assign(owner)
	b.wantJobs(t)
	assign(owner, editor)
	b.wantJobs(t, told(h.todo, 3, editor))
	assign(editor, owner) // in another order
	assign(editor, owner)
	b.wantJobs(t)
	assign(viewer, editor)
	b.wantJobs(t, told(h.todo, 5, viewer))
	b.exec(t, `update river.river_job set state = 'completed', finalized_at = now()`)
	assign(editor)
	assign(editor, viewer)
	b.wantJobs(t, told(h.todo, 7, viewer)) // again, after it was done
	b.do(t, h.owner, "assignTodo", "", map[string]any{"id": h.todo, "assigneeIds": []string{}, "expectedVersion": 1}).refused(t, "STALE_VERSION expectedVersion")
	b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": h.todo, "status": "DONE"}).refused(t)
	assign(owner, editor, viewer)
	b.wantJobs(t) // nothing is left to do
}

func TestNewMembersAreTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	told := func(version int, user string) queued {
		return queued{"todos.share", todos.NotifyQueue, "available", fmt.Sprintf("%d %s by %s in %s", version, user, h.owner.Subject, h.list)}
	}
	b.wantJobs(t, told(2, h.editor.Subject), told(3, h.viewer.Subject)) // not who made the list
	set := func(role string) {
		t.Helper()
		b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.stranger.Subject, "role": role}).refused(t)
	}
	set("VIEWER") // version 5, after the tag
	b.wantJobs(t, told(5, h.stranger.Subject))
	set("EDITOR")
	set("EDITOR")
	b.wantJobs(t) // another role is nothing new
	b.exec(t, `update river.river_job set state = 'completed', finalized_at = now()`)
	b.do(t, h.owner, "removeListMember", "", map[string]any{"listId": h.list, "userId": h.stranger.Subject}).refused(t)
	set("VIEWER")
	b.wantJobs(t, told(8, h.stranger.Subject))
	b.do(t, h.editor, "setListMember", "", map[string]any{"listId": h.list, "userId": person(9).Subject, "role": "VIEWER"}).refused(t, "FORBIDDEN listId")
	b.wantJobs(t)
}

// TestChangesThatFailLeaveNoJob has the database refuse each change at its end, after
// its jobs were inserted.
func TestChangesThatFailLeaveNoJob(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	soon := inFuture(1)
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": soon}).refused(t)
	b.exec(t, `create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`)
	b.exec(t, `create constraint trigger refuse after insert on domain_events deferrable initially deferred for each row execute function refuse()`)
	before := b.allJobs(t)
	b.statements.Take()
	for name, input := range map[string]map[string]any{
		"createTodo":     {"listId": h.list, "title": "x", "assigneeIds": []string{h.editor.Subject}, "remindAt": soon},
		"assignTodo":     {"id": h.todo, "assigneeIds": []string{h.viewer.Subject}},
		"setListMember":  {"listId": h.list, "userId": h.stranger.Subject, "role": "VIEWER"},
		"updateTodo":     {"id": h.todo, "remindAt": inFuture(2)},
		"setTodoStatus":  {"id": h.todo, "status": "DONE"},
		"completeTodos":  {"ids": []string{h.todo}},
		"deleteTodo":     {"id": h.todo},
		"deleteTodoList": {"id": h.list},
	} {
		response := b.Do(t, h.owner, `mutation ($in: `+strings.ToUpper(name[:1])+name[1:]+`Input!) { `+name+`(input: $in) { errors { code } } }`, map[string]any{"in": input})
		response.WantCodes(t, "INTERNAL_SERVER_ERROR")
		touched := strings.Contains(strings.Join(b.statements.Take(), "\n"), "river_job")
		if after := b.allJobs(t); after != before || !touched {
			t.Errorf("%s: it came to jobs: %t. Before and after:\n%s\n%s", name, touched, before, after)
		}
	}
}

// allJobs is everything that is known of jobs.
func (b *bundle) allJobs(t testing.TB) (text string) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), `select coalesce(jsonb_agg(j order by id)::text, '') from river.river_job j`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	b.statements.Take()
	return text
}
