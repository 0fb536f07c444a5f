package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompleteTodos completes todos of several lists in one go, some of which
// cannot be.
func TestCompleteTodos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	todo := func(list, title string) string {
		t.Helper()
		return b.do(t, h.owner, "createTodo", "todo { id }", map[string]any{"listId": list, "title": title}).Todo.ID
	}
	// The editor of h.list is a viewer of shared, and a stranger to private.
	shared := b.do(t, h.owner, "createTodoList", "list { id }", map[string]any{"name": "Shared"}).List.ID
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": shared, "userId": h.editor.Subject, "role": "VIEWER"}).refused(t)
	private := b.do(t, h.owner, "createTodoList", "list { id }", map[string]any{"name": "Private"}).List.ID
	done := todo(h.list, "done before")
	b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": done, "status": "DONE"}).refused(t)
	archived := todo(h.list, "archived")
	b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": archived, "status": "ARCHIVED"}).refused(t)
	deleted := todo(h.list, "deleted")
	b.do(t, h.owner, "deleteTodo", "", map[string]any{"id": deleted}).refused(t)
	ids := []string{todo(h.list, "second"), "tdo_x", todo(shared, "shared"), done, todo(private, "private"), deleted, archived, h.todo}

	stale := b.do(t, h.editor, "completeTodos", "todos { title status version }", map[string]any{
		"ids": []string{h.todo, ids[0]}, "expectedVersions": []int{7, 1},
	})
	stale.refused(t, "STALE_VERSION ids.0")
	if diff := cmp.Diff([]thing{{Title: "second", Status: "DONE", Version: 2}}, stale.Todos); diff != "" {
		t.Errorf("todos (-want +got):\n%s", diff)
	}
	got := b.do(t, h.editor, "completeTodos", "todos { title status version }", map[string]any{"ids": ids})
	got.refused(t, "NOT_FOUND ids.1", "FORBIDDEN ids.2", "NOT_FOUND ids.4", "NOT_FOUND ids.5")
	if diff := cmp.Diff([]thing{
		{Title: "second", Status: "DONE", Version: 2},
		{Title: "done before", Status: "DONE", Version: 2},
		{Title: "archived", Status: "DONE", Version: 3},
		{Title: "Paint", Status: "DONE", Version: 2},
	}, got.Todos); diff != "" {
		t.Errorf("todos (-want +got):\n%s", diff)
	}
	response := b.Do(t, h.owner, `query ($id: ID!) { todo(id: $id) { completedAt updatedAt } }`, map[string]any{"id": h.todo})
	response.WantData(t, `{"todo":{"completedAt":"2026-07-15T12:00:00Z","updatedAt":"2026-07-15T12:00:00Z"}}`)

	b.do(t, h.owner, "completeTodos", "", map[string]any{"ids": []string{}}).refused(t, "BAD_INPUT ids")
	b.do(t, h.owner, "completeTodos", "", map[string]any{"ids": []string{h.todo, h.todo}}).refused(t, "BAD_INPUT ids")
	b.do(t, h.owner, "completeTodos", "", map[string]any{"ids": []string{h.todo}, "expectedVersions": []int{}}).refused(t, "BAD_INPUT expectedVersions")
	many := strings.Fields(strings.Repeat("x ", 101))
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	b.do(t, h.owner, "completeTodos", "", map[string]any{"ids": many}).refused(t, "BAD_INPUT ids")
	b.consistent(t)
}
