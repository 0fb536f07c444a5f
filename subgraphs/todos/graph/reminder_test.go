package graph_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inFuture is so many hours from now, by the clock of the database, which is that of
// this machine: the service's own stands still.
func inFuture(hours int) string {
	return time.Now().UTC().Truncate(time.Hour).Add(time.Duration(hours+1) * time.Hour).Format(time.RFC3339)
}

// reminders are the times of the waiting jobs of reminders, and how many others there
// are by state.
func (b *bundle) reminders(t testing.TB) (waiting []string, others map[string]int) {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `select state::text, scheduled_at, (args->>'remindAt')::timestamptz, queue, max_attempts from river.river_job
		where kind = 'todos.reminder' order by scheduled_at, id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	others = map[string]int{}
	for rows.Next() {
		var state, queue string
		var at, remindAt time.Time
		var attempts int
		if err := rows.Scan(&state, &at, &remindAt, &queue, &attempts); err != nil {
			t.Fatal(err)
		}
		if queue != "reminders" || attempts != 8 {
			t.Errorf("a reminder in the queue %s with %d attempts", queue, attempts)
		}
		if state != "scheduled" {
			others[state]++
			continue
		}
		if !at.Equal(remindAt) {
			t.Errorf("the reminder of %s comes at %s", remindAt, at)
		}
		waiting = append(waiting, at.UTC().Format(time.RFC3339))
	}
	b.statements.Take()
	return waiting, others
}

// TestRemindersFollowTheirTodos takes a todo through everything that matters to its
// reminder.
func TestRemindersFollowTheirTodos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	one, two := inFuture(1), inFuture(2)
	id := func(more map[string]any) map[string]any {
		if more == nil {
			more = map[string]any{}
		}
		more["id"] = h.todo
		return more
	}
	cancelled := 0
	for i, step := range []struct {
		mutation string
		input    map[string]any
		want     []string
		cancels  int
	}{
		{"updateTodo", id(map[string]any{"remindAt": one}), []string{one}, 0},
		{"updateTodo", id(map[string]any{"remindAt": one}), []string{one}, 0}, // no change
		{"updateTodo", id(map[string]any{"title": "x"}), []string{one}, 0},
		{"setTodoStatus", id(map[string]any{"status": "IN_PROGRESS"}), []string{one}, 0},
		{"assignTodo", id(map[string]any{"assigneeIds": []string{h.editor.Subject}}), []string{one}, 0},
		{"updateTodo", id(map[string]any{"remindAt": two}), []string{two}, 1},
		{"updateTodo", id(map[string]any{"remindAt": one}), []string{one}, 1}, // as it was
		{"updateTodo", id(map[string]any{"remindAt": nil}), nil, 1},
		{"updateTodo", id(map[string]any{"remindAt": two}), []string{two}, 0},
		{"setTodoStatus", id(map[string]any{"status": "DONE"}), nil, 1},
		{"updateTodo", id(map[string]any{"remindAt": one}), nil, 0}, // it is done
		{"setTodoStatus", id(map[string]any{"status": "ARCHIVED"}), nil, 0},
		{"setTodoStatus", id(map[string]any{"status": "OPEN"}), []string{one}, 0},
		{"setTodoStatus", id(map[string]any{"status": "ARCHIVED"}), nil, 1},
		{"setTodoStatus", id(map[string]any{"status": "IN_PROGRESS"}), []string{one}, 0},
		{"deleteTodo", id(nil), nil, 1},
		{"restoreTodo", id(nil), []string{one}, 0},
		{"restoreTodo", id(nil), []string{one}, 0}, // it is there
		{"completeTodos", map[string]any{"ids": []string{h.todo}}, nil, 1},
		{"completeTodos", map[string]any{"ids": []string{h.todo}}, nil, 0},
		{"deleteTodo", id(nil), nil, 0},
		{"restoreTodo", id(nil), nil, 0}, // it is done
		{"setTodoStatus", id(map[string]any{"status": "OPEN"}), []string{one}, 0},
		{"createTodo", map[string]any{"listId": h.list, "title": "y", "remindAt": two}, []string{one, two}, 0},
		{"deleteTodoList", map[string]any{"id": h.list}, nil, 2},
	} {
		b.do(t, h.owner, step.mutation, "", step.input).refused(t)
		cancelled += step.cancels
		waiting, others := b.reminders(t)
		if diff := cmp.Diff(step.want, waiting); diff != "" {
			t.Errorf("step %d, %s %v: reminders (-want +got):\n%s", i, step.mutation, step.input, diff)
		}
		if others["cancelled"] != cancelled || len(others) > 1 {
			t.Fatalf("step %d, %s %v: reminders in other states: %v, want %d cancelled", i, step.mutation, step.input, others, cancelled)
		}
		b.consistent(t)
	}
}

// TestManyRemindersAreCancelledAtOnce has todos with a reminder and without, and those
// that stay, among each other.
func TestManyRemindersAreCancelledAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	var ids []string
	for i := range 20 {
		input := map[string]any{"listId": h.list, "title": "x"}
		if i%2 == 0 {
			input["remindAt"] = inFuture(i + 1)
		}
		ids = append(ids, b.do(t, h.owner, "createTodo", "todo { id }", input).Todo.ID)
	}
	got := b.do(t, h.owner, "completeTodos", "todos { id }", map[string]any{"ids": ids[:10], "expectedVersions": []int{1, 1, 2, 1, 1, 1, 1, 1, 1, 1}})
	got.refused(t, "STALE_VERSION ids.2")
	waiting, others := b.reminders(t)
	if len(waiting) != 6 || others["cancelled"] != 4 {
		t.Errorf("%d reminders wait, others are %v; want 6 and 4 cancelled", len(waiting), others)
	}
	b.consistent(t)
}

// TestRemindersOfThePast asks for reminders at times that have passed: by the clock of
// the database, and not by that of the service.
func TestRemindersOfThePast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	ago := func(d time.Duration) string { return time.Now().UTC().Add(-d).Format(time.RFC3339Nano) }
	create := func(at string) {
		t.Helper()
		b.do(t, h.owner, "createTodo", "", map[string]any{"listId": h.list, "title": "x", "remindAt": at}).refused(t)
	}
	want := func(waiting int, want map[string]int) {
		t.Helper()
		if times, others := b.reminders(t); len(times) != waiting || !cmp.Equal(others, want) {
			t.Errorf("reminders %v and %v, want %d and %v", times, others, waiting, want)
		}
	}
	create(ago(2 * time.Minute))
	create(noon.Add(time.Hour).Format(time.RFC3339)) // ahead for the service
	want(0, map[string]int{})
	create(ago(5 * time.Second)) // while the request was on its way
	want(0, map[string]int{"available": 1})
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": inFuture(1)}).refused(t)
	b.do(t, h.owner, "deleteTodo", "", map[string]any{"id": h.todo}).refused(t)
	want(0, map[string]int{"available": 1, "cancelled": 1})
	b.exec(t, `update todos set remind_at = now() - interval '1 hour' where deleted_at is not null`)
	b.do(t, h.owner, "restoreTodo", "", map[string]any{"id": h.todo}).refused(t)
	want(0, map[string]int{"available": 1, "cancelled": 1}) // it is behind
}

// TestAnEarlierReminderIsNoReasonToLeaveOneOut: River's default would, for a day.
func TestAnEarlierReminderIsNoReasonToLeaveOneOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	at, later := inFuture(1), inFuture(2)
	for _, finished := range []string{"completed", "cancelled", "discarded"} {
		b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": at}).refused(t)
		b.exec(t, `update river.river_job set state = $1::text::river.river_job_state, finalized_at = now() where kind = 'todos.reminder' and state = 'scheduled'`, finished)
		b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": later}).refused(t)
		b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": at}).refused(t)
		if waiting, _ := b.reminders(t); !cmp.Equal(waiting, []string{at}) {
			t.Errorf("after one that was %s, %v wait", finished, waiting)
		}
		b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": nil}).refused(t)
	}
}

// TestARunningReminderIsLeftAlone: its worker has read the todo, or will.
func TestARunningReminderIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": inFuture(1)}).refused(t)
	b.exec(t, `update river.river_job set state = 'running' where kind = 'todos.reminder'`)
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": inFuture(2)}).refused(t)
	waiting, others := b.reminders(t)
	if !cmp.Equal(waiting, []string{inFuture(2)}) || !cmp.Equal(others, map[string]int{"running": 1}) {
		t.Errorf("%v wait, others are %v", waiting, others)
	}
}

// TestAChangeDoesNotWaitForWhoTakesAReminder has a worker take the job while the todo
// is changed.
func TestAChangeDoesNotWaitForWhoTakesAReminder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": h.todo, "remindAt": inFuture(1)}).refused(t)
	tx, err := b.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from river.river_job where kind = 'todos.reminder' for update`); err != nil {
		t.Fatal(err)
	}
	b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": h.todo, "status": "DONE"}).refused(t)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waiting, _ := b.reminders(t); len(waiting) != 1 {
		t.Errorf("%v wait, want the one that was being taken", waiting)
	}
}

// TestRemindersUnderConcurrentChanges moves, ends and revives reminders of the same
// todos at the same time.
func TestRemindersUnderConcurrentChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	other := b.do(t, h.owner, "createTodo", "todo { id }", map[string]any{"listId": h.list, "title": "x", "remindAt": inFuture(1)}).Todo.ID
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			for i := range 6 {
				todo := []string{h.todo, other}[(n+i)%2]
				name, input := "updateTodo", map[string]any{"id": todo, "remindAt": inFuture(1 + (n*6+i)%5)}
				switch (n + i) % 4 {
				case 1:
					name, input = "completeTodos", map[string]any{"ids": []string{other, h.todo}}
				case 2:
					name, input = "setTodoStatus", map[string]any{"id": todo, "status": "OPEN"}
				}
				got := b.do(t, h.owner, name, "", input)
				if len(got.Errors) > 0 {
					t.Error(fmt.Sprint(name, input, got.Errors))
				}
			}
		})
	}
	wait.Wait()
	b.consistent(t)
	for _, todo := range []string{h.todo, other} {
		b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": todo, "status": "OPEN"}).refused(t)
		b.do(t, h.owner, "updateTodo", "", map[string]any{"id": todo, "remindAt": inFuture(7)}).refused(t)
	}
	if waiting, others := b.reminders(t); !cmp.Equal(waiting, []string{inFuture(7), inFuture(7)}) {
		t.Errorf("%v wait in the end, others are %v", waiting, others)
	}
}
