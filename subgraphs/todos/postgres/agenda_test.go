package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

func TestAgenda(t *testing.T) {
	t.Parallel()
	h := move(t)
	from := time.Date(2026, 7, 6, 22, 0, 0, 0, time.UTC)
	before := from.Add(24 * time.Hour)
	list := h.list(t, "home", ada, member(bob, todos.RoleEditor), member(dan, todos.RoleViewer))
	create := func(creator todos.Viewer, title string, due time.Time, assignees ...string) *todos.Todo {
		t.Helper()
		todo, err := h.CreateTodo(t.Context(), creator, todos.CreateTodoInput{
			ListID: list.ID, Title: title, Priority: todos.PriorityNormal, DueAt: &due, AssigneeIDs: assignees,
		})
		if err != nil {
			t.Fatal(err)
		}
		return todo
	}
	create(ada, "first of the day", from, ada.ID)
	create(ada, "last of the day", before.Add(-time.Microsecond), bob.ID, ada.ID)
	create(ada, "after the day", before, ada.ID)
	create(ada, "just overdue", from.Add(-time.Microsecond), ada.ID)
	create(ada, "nobody's but hers", from.Add(time.Hour))
	create(bob, "nobody's but his", from.Add(2*time.Hour))
	create(ada, "bob's", from.Add(3*time.Hour), bob.ID)
	done := create(ada, "done", from.Add(4*time.Hour), ada.ID)
	if _, err := h.SetTodoStatus(t.Context(), ada, todos.SetTodoStatusInput{ID: done.ID, Status: todos.StatusDone}); err != nil {
		t.Fatal(err)
	}
	deleted := create(ada, "deleted", from.Add(5*time.Hour), ada.ID)
	if _, err := h.DeleteTodo(t.Context(), ada, todos.DeleteTodoInput{ID: deleted.ID}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		create(ada, fmt.Sprintf("overdue for %d days", 9-i), from.AddDate(0, 0, i-9), ada.ID)
	}
	agenda := func(who todos.Viewer, most int) todos.Agenda {
		t.Helper()
		got, err := todospostgres.Agenda(t.Context(), h.pool, todos.AgendaQuery{UserID: who.ID, From: from, Before: before, Most: most})
		if err != nil {
			t.Fatal(err)
		}
		for _, all := range [][]todos.AgendaTodo{got.Overdue, got.Due} {
			for i := range all {
				all[i].DueAt = all[i].DueAt.UTC()
			}
		}
		return got
	}
	todo := func(title string, due time.Time) todos.AgendaTodo {
		return todos.AgendaTodo{Title: title, ListName: "home", DueAt: due}
	}
	want := todos.Agenda{
		Overdue: []todos.AgendaTodo{todo("overdue for 5 days", from.AddDate(0, 0, -5)), todo("just overdue", from.Add(-time.Microsecond))},
		Due:     []todos.AgendaTodo{todo("first of the day", from), todo("nobody's but hers", from.Add(time.Hour))},
		// Four of the five that are overdue for days, and the last of the day.
		MoreOverdue: 4, MoreDue: 1,
	}
	if diff := cmp.Diff(want, agenda(ada, 2)); diff != "" {
		t.Errorf("ada (-want +got):\n%s", diff)
	}
	want = todos.Agenda{Due: []todos.AgendaTodo{
		todo("nobody's but his", from.Add(2*time.Hour)), todo("bob's", from.Add(3*time.Hour)), todo("last of the day", before.Add(-time.Microsecond)),
	}}
	if diff := cmp.Diff(want, agenda(bob, 10)); diff != "" {
		t.Errorf("bob (-want +got):\n%s", diff)
	}
	for _, nobody := range []todos.Viewer{cem, dan, {ID: "x"}} {
		if diff := cmp.Diff(todos.Agenda{}, agenda(nobody, 10)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", nobody.ID, diff)
		}
	}
	h.removeMember(t, list.ID, bob)
	if diff := cmp.Diff(todos.Agenda{}, agenda(bob, 10)); diff != "" {
		t.Errorf("bob, who is no member any more (-want +got):\n%s", diff)
	}
}

func (h *household) removeMember(t *testing.T, listID string, who todos.Viewer) {
	t.Helper()
	if _, err := h.RemoveListMember(t.Context(), ada, todos.RemoveListMemberInput{ListID: listID, UserID: who.ID}); err != nil {
		t.Fatal(err)
	}
}

func TestTitlesAreThoseThatThePersonMaySee(t *testing.T) {
	t.Parallel()
	h := move(t)
	hers, theirs := h.list(t, "hers", ada), h.list(t, "theirs", ada, member(bob, todos.RoleViewer))
	create := func(list *todos.TodoList, title string) string {
		t.Helper()
		todo, err := h.CreateTodo(t.Context(), ada, todos.CreateTodoInput{ListID: list.ID, Title: title, Priority: todos.PriorityNormal})
		if err != nil {
			t.Fatal(err)
		}
		return todo.ID
	}
	todoIDs := []string{create(hers, "a"), create(theirs, "b"), create(theirs, "c"), "tdo_x"}
	if _, err := h.DeleteTodo(t.Context(), ada, todos.DeleteTodoInput{ID: todoIDs[2]}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  todos.Viewer
		want map[string]string
	}{
		{ada, map[string]string{hers.ID: "hers", theirs.ID: "theirs", todoIDs[0]: "a", todoIDs[1]: "b"}},
		{bob, map[string]string{theirs.ID: "theirs", todoIDs[1]: "b"}},
		{cem, map[string]string{}},
		{todos.Viewer{ID: "x"}, map[string]string{}},
	} {
		got, err := todospostgres.Titles(t.Context(), h.pool, c.who.ID, todoIDs, []string{hers.ID, theirs.ID, "tdl_x"})
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v (-want +got):\n%s", c.who.ID, err, diff)
		}
	}
}
