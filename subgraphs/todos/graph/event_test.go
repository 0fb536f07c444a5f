package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// TestEveryChangeHasItsEvent changes everything once and reads what was written
// down of it.
func TestEveryChangeHasItsEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t) // made, two members, a todo, a tag
	change := func(name string, input map[string]any) {
		t.Helper()
		b.do(t, h.owner, name, "", input).refused(t)
	}
	change("renameTodoList", map[string]any{"id": h.list, "name": "Garden"})
	change("setListMember", map[string]any{"listId": h.list, "userId": h.viewer.Subject, "role": "EDITOR"})
	change("updateTodo", map[string]any{"id": h.todo, "title": "Dig", "description": "deep", "dueAt": "2026-07-16T12:00:00+02:00", "priority": "LOW"})
	change("assignTodo", map[string]any{"id": h.todo, "assigneeIds": []string{h.viewer.Subject, h.owner.Subject}})
	change("tagTodo", map[string]any{"id": h.todo, "tagIds": []string{h.tag}})
	change("setTodoStatus", map[string]any{"id": h.todo, "status": "IN_PROGRESS"})
	change("completeTodos", map[string]any{"ids": []string{h.todo}})
	change("renameTag", map[string]any{"id": h.tag, "name": "outdoors"})
	change("deleteTag", map[string]any{"id": h.tag})
	change("removeListMember", map[string]any{"listId": h.list, "userId": h.viewer.Subject})
	change("deleteTodo", map[string]any{"id": h.todo})
	change("restoreTodo", map[string]any{"id": h.todo})
	change("deleteTodoList", map[string]any{"id": h.list})

	var got []string
	var written int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from domain_events`).Scan(&written); err != nil {
		t.Fatal(err)
	}
	// Transactions of other tests, in other databases of the server, hold it up.
	for cursor := (todos.EventCursor{}); len(got) < written; {
		events, err := todospostgres.Events(t.Context(), b.pool, cursor, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.ListID != h.list || e.TodoID != "" && e.TodoID != h.todo || e.ActorID != h.owner.Subject || !e.At.Equal(noon) || e.RequestID == "" {
				t.Errorf("%+v", e)
			}
			var data any
			if err := json.Unmarshal(e.Data, &data); err != nil {
				t.Fatal(err)
			}
			text, _ := json.Marshal(data)
			got = append(got, fmt.Sprintf("%s %d %s", e.Type, e.Version, text))
			cursor = e.Cursor
		}
	}
	viewer := h.viewer.Subject
	want := []string{
		`LIST_CREATED 1 {"name":{"from":null,"to":"Home"}}`,
		fmt.Sprintf(`MEMBER_SET 2 {"role":{"from":null,"to":"EDITOR"},"userId":%q}`, h.editor.Subject),
		fmt.Sprintf(`MEMBER_SET 3 {"role":{"from":null,"to":"VIEWER"},"userId":%q}`, viewer),
		`TODO_CREATED 1 {"priority":{"from":null,"to":"NORMAL"},"status":{"from":null,"to":"OPEN"},"title":{"from":null,"to":"Paint"}}`,
		fmt.Sprintf(`TAG_CREATED 4 {"name":{"from":null,"to":"indoors"},"tagId":%q}`, h.tag),
		`LIST_RENAMED 5 {"name":{"from":"Home","to":"Garden"}}`,
		fmt.Sprintf(`MEMBER_SET 6 {"role":{"from":"VIEWER","to":"EDITOR"},"userId":%q}`, viewer),
		`TODO_UPDATED 2 {"description":{"from":null,"to":"deep"},"dueAt":{"from":null,"to":"2026-07-16T10:00:00Z"},"priority":{"from":"NORMAL","to":"LOW"},"title":{"from":"Paint","to":"Dig"}}`,
		fmt.Sprintf(`TODO_ASSIGNED 3 {"assigneeIds":{"added":[%q,%q],"removed":[]}}`, viewer, h.owner.Subject),
		`TODO_TAGGED 4 {"tags":{"added":["indoors"],"removed":[]}}`,
		`TODO_STATUS_CHANGED 5 {"status":{"from":"OPEN","to":"IN_PROGRESS"}}`,
		`TODO_STATUS_CHANGED 6 {"status":{"from":"IN_PROGRESS","to":"DONE"}}`,
		fmt.Sprintf(`TAG_RENAMED 7 {"name":{"from":"indoors","to":"outdoors"},"tagId":%q}`, h.tag),
		fmt.Sprintf(`TAG_DELETED 8 {"name":{"from":"outdoors","to":null},"tagId":%q}`, h.tag),
		fmt.Sprintf(`TODO_ASSIGNED 7 {"assigneeIds":{"added":[],"removed":[%q]}}`, viewer),
		fmt.Sprintf(`MEMBER_REMOVED 9 {"role":{"from":"EDITOR","to":null},"userId":%q}`, viewer),
		`TODO_DELETED 8 {}`,
		`TODO_RESTORED 9 {}`,
		`LIST_DELETED 10 {}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	b.consistent(t)
}
