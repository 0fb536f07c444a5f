package postgres_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// soon is a time in the future of the database, whose clock is that of this machine.
func soon() time.Time { return time.Now().UTC().Add(time.Hour).Truncate(time.Microsecond) }

// errands is a list of ada, in which bob may write and dan may read, with a todo of
// bob and dan and one of nobody.
func errands(t *testing.T) (h *household, list *todos.TodoList, theirs, nobodys *todos.Todo) {
	t.Helper()
	h = move(t)
	list = h.list(t, "errands", ada, member(bob, todos.RoleEditor), member(dan, todos.RoleViewer))
	create := func(creator todos.Viewer, assignees ...string) *todos.Todo {
		at, due := soon(), soon().Add(time.Hour)
		todo, err := h.CreateTodo(t.Context(), creator, todos.CreateTodoInput{
			ListID: list.ID, Title: "buy milk", Priority: todos.PriorityNormal, AssigneeIDs: assignees, RemindAt: &at, DueAt: &due,
		})
		if err != nil {
			t.Fatal(err)
		}
		return todo
	}
	return h, list, create(ada, dan.ID, bob.ID), create(bob)
}

// wantObsolete wants an error that says why there is nothing to tell.
func wantObsolete(t *testing.T, err error, why string) {
	t.Helper()
	if !errors.Is(err, todos.ErrObsolete) || !strings.Contains(err.Error(), why) {
		t.Errorf("%v, want one of todos.ErrObsolete that says %q", err, why)
	}
}

// must fails the test if a change did.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestAssignmentTellsWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	h, list, todo, _ := errands(t)
	read := func(userID string) (todos.TodoNotice, error) {
		return todospostgres.Assignment(t.Context(), h.pool, todos.AssignmentArgs{TodoID: todo.ID, UserID: userID, ActorID: ada.ID, Version: 1})
	}
	title := "buy oat milk"
	must[*todos.Todo](t)(h.UpdateTodo(t.Context(), ada, todos.TodoPatch{ID: todo.ID, Title: todos.Given[*string]{Is: true, Value: &title}}))
	got, err := read(bob.ID)
	if diff := cmp.Diff(todos.TodoNotice{ListID: list.ID, Title: title, ListName: "errands", DueAt: todo.DueAt}, got); diff != "" || err != nil {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
	for _, nobody := range []string{cem.ID, "", id.Format(id.Todo, id.UUID{15: 2})} {
		_, err := read(nobody)
		wantObsolete(t, err, "")
	}
	for _, step := range []struct {
		change func() (*todos.Todo, error)
		why    string
	}{
		{func() (*todos.Todo, error) {
			return h.SetTodoStatus(t.Context(), ada, todos.SetTodoStatusInput{ID: todo.ID, Status: todos.StatusDone})
		}, "done or archived"},
		{func() (*todos.Todo, error) {
			return h.SetTodoStatus(t.Context(), ada, todos.SetTodoStatusInput{ID: todo.ID, Status: todos.StatusInProgress})
		}, ""},
		{func() (*todos.Todo, error) { return h.DeleteTodo(t.Context(), ada, todos.DeleteTodoInput{ID: todo.ID}) }, "deleted"},
		{func() (*todos.Todo, error) {
			return h.RestoreTodo(t.Context(), ada, todos.RestoreTodoInput{ID: todo.ID})
		}, ""},
		{func() (*todos.Todo, error) {
			return h.AssignTodo(t.Context(), ada, todos.AssignTodoInput{ID: todo.ID, AssigneeIDs: []string{dan.ID}})
		}, "not assigned"},
	} {
		must[*todos.Todo](t)(step.change())
		if _, err := read(bob.ID); step.why != "" {
			wantObsolete(t, err, step.why)
		} else if err != nil {
			t.Error(err)
		}
	}
	if _, err := read(dan.ID); err != nil {
		t.Error(err)
	}
	if err := h.DeleteTodoList(t.Context(), ada, todos.DeleteTodoListInput{ID: list.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = read(dan.ID)
	wantObsolete(t, err, "deleted")
}

func TestShareTellsWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	h, list, _, _ := errands(t)
	read := func(userID string) (todos.ListNotice, error) {
		return todospostgres.Share(t.Context(), h.pool, todos.ShareArgs{ListID: list.ID, UserID: userID, ActorID: ada.ID, Version: 2})
	}
	must[*todos.TodoList](t)(h.RenameTodoList(t.Context(), ada, todos.RenameTodoListInput{ID: list.ID, Name: "shopping"}))
	must[*todos.TodoList](t)(h.SetListMember(t.Context(), ada, todos.SetListMemberInput{ListID: list.ID, UserID: dan.ID, Role: todos.RoleEditor}))
	if got, err := read(dan.ID); err != nil || got != (todos.ListNotice{Name: "shopping", Role: todos.RoleEditor}) {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := read("usr_")
	wantObsolete(t, err, "no such")
	must[*todos.TodoList](t)(h.RemoveListMember(t.Context(), ada, todos.RemoveListMemberInput{ListID: list.ID, UserID: dan.ID}))
	_, err = read(dan.ID)
	wantObsolete(t, err, "no member")
	if err := h.DeleteTodoList(t.Context(), ada, todos.DeleteTodoListInput{ID: list.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = read(bob.ID)
	wantObsolete(t, err, "deleted")
}

func TestReminderTellsWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	h, list, theirs, nobodys := errands(t)
	read := func(todo *todos.Todo) (todos.Reminder, error) {
		return todospostgres.Reminder(t.Context(), h.pool, todos.ReminderArgs{TodoID: todo.ID, RemindAt: *todo.RemindAt})
	}
	for todo, people := range map[*todos.Todo][]string{theirs: {dan.ID, bob.ID}, nobodys: {bob.ID}} {
		got, err := read(todo)
		want := todos.Reminder{
			TodoNotice: todos.TodoNotice{ListID: list.ID, Title: "buy milk", ListName: "errands", DueAt: todo.DueAt}, UserIDs: people,
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(todos.Reminder{}, "Early")); diff != "" || err != nil || got.Early <= 0 || got.Early > time.Hour {
			t.Errorf("%v, early %s (-want +got):\n%s", err, got.Early, diff)
		}
	}
	if _, err := h.pool.Exec(t.Context(), `update todos set remind_at = now() - interval '1 second' where id = (select id from todos order by id desc limit 1)
		returning remind_at`); err != nil {
		t.Fatal(err)
	}
	_, err := read(nobodys)
	wantObsolete(t, err, "another time")
	if err := h.pool.QueryRow(t.Context(), `select remind_at from todos order by id desc limit 1`).Scan(nobodys.RemindAt); err != nil {
		t.Fatal(err)
	}
	if got, err := read(nobodys); err != nil || got.Early > 0 {
		t.Errorf("%+v, %v: it is due", got, err)
	}
	must[*todos.TodoList](t)(h.RemoveListMember(t.Context(), ada, todos.RemoveListMemberInput{ListID: list.ID, UserID: bob.ID}))
	_, err = read(nobodys)
	wantObsolete(t, err, "nobody is left")
	if got, err := read(theirs); err != nil || !cmp.Equal(got.UserIDs, []string{dan.ID}) {
		t.Errorf("%+v, %v, want dan alone", got, err)
	}
	must[*todos.Todo](t)(h.UpdateTodo(t.Context(), ada, todos.TodoPatch{ID: theirs.ID, RemindAt: todos.Given[*time.Time]{Is: true}}))
	_, err = read(theirs)
	wantObsolete(t, err, "another time")
	must[[]*todos.Todo](t)(h.CompleteTodos(t.Context(), ada, todos.CompleteTodosInput{IDs: []string{theirs.ID}}))
	_, err = read(theirs)
	wantObsolete(t, err, "done or archived")
	_, err = read(&todos.Todo{ID: id.Format(id.Todo, id.New()), RemindAt: theirs.RemindAt})
	wantObsolete(t, err, "deleted")
}

// TestWakeRemindersMakesAvailableWhatIsDueSoon, and nothing else.
func TestWakeRemindersMakesAvailableWhatIsDueSoon(t *testing.T) {
	t.Parallel()
	pool := open(t)
	if _, err := pool.Exec(t.Context(), `insert into river.river_job (kind, queue, max_attempts, priority, state, scheduled_at, args)
		select 'todos.reminder', queue, 8, 1, state::river.river_job_state, now() + make_interval(secs => due), '{}'
		from (values ('reminders', 'scheduled'), ('reminders', 'retryable'), ('notify', 'scheduled')) q (queue, state),
			generate_series(-10, 2490) due`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2011, 0} { // more than one statement takes, and none twice
		// Half a second less, so that the test may take its time.
		if woken, err := todospostgres.WakeReminders(t.Context(), pool, 2000*time.Second); err != nil || woken < want || woken > want+60 {
			t.Errorf("%d were made available, %v, want %d", woken, err, want)
		}
	}
	var early, late, others int
	if err := pool.QueryRow(t.Context(), `select
			count(*) filter (where state = 'available' and scheduled_at > now() + interval '2000 seconds'),
			count(*) filter (where queue = 'reminders' and state = 'scheduled' and scheduled_at <= now() + interval '1940 seconds'),
			count(*) filter (where queue = 'notify' and state <> 'scheduled') from river.river_job`).Scan(&early, &late, &others); err != nil {
		t.Fatal(err)
	}
	if early+late+others > 0 {
		t.Errorf("%d are available too early, %d are not, %d of another queue are", early, late, others)
	}
}
