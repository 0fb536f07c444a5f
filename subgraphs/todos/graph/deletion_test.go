package graph_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeleteAndRestoreTodo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	b.do(t, h.owner, "assignTodo", "", map[string]any{"id": h.todo, "assigneeIds": []string{h.viewer.Subject}}).refused(t)
	b.do(t, h.owner, "tagTodo", "", map[string]any{"id": h.todo, "tagIds": []string{h.tag}}).refused(t)
	id := map[string]any{"id": h.todo}
	read := func(want string) {
		t.Helper()
		response := b.Do(t, h.viewer, `query ($todo: ID!, $list: ID!) { todo(id: $todo) { title version assignees { id } tags { name } } todoList(id: $list) { todos { totalCount } } }`,
			map[string]any{"todo": h.todo, "list": h.list})
		response.WantData(t, want)
	}
	got := b.do(t, h.editor, "deleteTodo", "deletedId version", id)
	if want := (payload{DeletedID: h.todo, Version: 4, Errors: []failure{}}); !cmp.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	read(`{"todo":null,"todoList":{"todos":{"totalCount":0}}}`)
	// It is gone for everything but its restoration.
	for name, input := range map[string]map[string]any{
		"deleteTodo": {}, "updateTodo": {"title": "x"}, "setTodoStatus": {"status": "DONE"}, "assignTodo": {"assigneeIds": []string{}}, "tagTodo": {"tagIds": []string{}},
	} {
		input["id"] = h.todo
		b.do(t, h.editor, name, "", input).refused(t, "NOT_FOUND id")
	}
	b.do(t, h.editor, "completeTodos", "", map[string]any{"ids": []string{h.todo}}).refused(t, "NOT_FOUND ids.0")
	// Who could not delete it does not see it either.
	b.do(t, h.viewer, "restoreTodo", "", id).refused(t, "NOT_FOUND id")
	b.do(t, h.editor, "restoreTodo", "", map[string]any{"id": h.todo, "expectedVersion": 4}).refused(t)
	b.do(t, h.editor, "restoreTodo", "", id).refused(t) // it is there: nothing to do
	read(fmt.Sprintf(`{"todo":{"title":"Paint","version":5,"assignees":[{"id":%q}],"tags":[{"name":"indoors"}]},"todoList":{"todos":{"totalCount":1}}}`, h.viewer.Subject))

	for age, want := range map[string][]string{"29 days 23 hours": nil, "30 days": {"NOT_FOUND id"}} {
		b.do(t, h.editor, "deleteTodo", "", id).refused(t)
		b.exec(t, `update todos set deleted_at = $1::timestamptz - $2::text::interval`, noon, age)
		b.do(t, h.editor, "restoreTodo", "", id).refused(t, want...)
		b.exec(t, `update todos set deleted_at = null where deleted_at is not null`)
	}
}

func TestDeleteTodoList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	if got := b.do(t, h.owner, "deleteTodoList", "deletedId", map[string]any{"id": h.list}); got.DeletedID != h.list {
		t.Errorf("%+v", got)
	}
	for name, input := range map[string]map[string]any{
		"renameTodoList": {"id": h.list, "name": "x"}, "deleteTodoList": {"id": h.list}, "updateTodo": {"id": h.todo}, "renameTag": {"id": h.tag, "name": "x"},
		"restoreTodo": {"id": h.todo},
	} {
		b.do(t, h.owner, name, "", input).refused(t, "NOT_FOUND id")
	}
	b.do(t, h.owner, "createTodo", "", map[string]any{"listId": h.list, "title": "x"}).refused(t, "NOT_FOUND listId")
	b.consistent(t)
}

func TestRenameTodoList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	for _, name := range []string{" Garden ", "Garden"} { // the second time nothing is left to do
		got := b.do(t, h.owner, "renameTodoList", "list { name version }", map[string]any{"id": h.list, "name": name})
		if got.List == nil || got.List.Name != "Garden" || got.List.Version != 5 {
			t.Errorf("%+v", got)
		}
	}
	b.do(t, h.owner, "renameTodoList", "", map[string]any{"id": h.list, "name": "\t"}).refused(t, "BAD_INPUT name")
	b.consistent(t)
}
