package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

// TestUpdateTodo changes one field after the other, and takes away what can be
// taken away.
func TestUpdateTodo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	const all = `todo { title description priority dueAt remindAt version }`
	for _, step := range []struct {
		name  string
		patch map[string]any
		want  string
	}{
		{"nothing", nil, `{"title":"Paint","description":null,"priority":"NORMAL","dueAt":null,"remindAt":null,"version":1}`},
		{"a title", map[string]any{"title": " Paint it "}, `{"title":"Paint it","description":null,"priority":"NORMAL","dueAt":null,"remindAt":null,"version":2}`},
		{
			"everything else",
			map[string]any{"description": "white\nor blue", "priority": "HIGH", "dueAt": "2026-07-16T12:00:00+02:00", "remindAt": "2026-07-16T08:00:00.1234567Z"},
			`{"title":"Paint it","description":"white\nor blue","priority":"HIGH","dueAt":"2026-07-16T10:00:00Z","remindAt":"2026-07-16T08:00:00.123456Z","version":3}`,
		},
		{
			"the same again",
			map[string]any{"title": "Paint it", "description": "white\nor blue", "priority": "HIGH", "dueAt": "2026-07-16T10:00:00Z", "remindAt": "2026-07-16T08:00:00.1234567Z"},
			`{"title":"Paint it","description":"white\nor blue","priority":"HIGH","dueAt":"2026-07-16T10:00:00Z","remindAt":"2026-07-16T08:00:00.123456Z","version":3}`,
		},
		{
			"what it can be without",
			map[string]any{"description": nil, "dueAt": nil, "remindAt": nil, "expectedVersion": 3},
			`{"title":"Paint it","description":null,"priority":"HIGH","dueAt":null,"remindAt":null,"version":4}`,
		},
		{"no expected version", map[string]any{"title": "x", "expectedVersion": nil}, `{"title":"x","description":null,"priority":"HIGH","dueAt":null,"remindAt":null,"version":5}`},
	} {
		input := map[string]any{"id": h.todo}
		for name, value := range step.patch {
			input[name] = value
		}
		t.Run(step.name, func(t *testing.T) {
			response := b.Do(t, h.editor, `mutation ($in: UpdateTodoInput!) { it: updateTodo(input: $in) { `+all+` errors { message } } }`, map[string]any{"in": input})
			response.WantCodes(t)
			response.WantData(t, `{"it":{"todo":`+step.want+`,"errors":[]}}`)
		})
	}
	b.do(t, h.owner, "updateTodo", "", map[string]any{
		"id": h.todo, "title": nil, "priority": nil, "description": "\x00", "dueAt": "0001-01-01T00:00:00Z", "remindAt": "9999-12-31T23:00:00-23:00",
	}).refused(t, "BAD_INPUT title", "BAD_INPUT description", "BAD_INPUT priority", "BAD_INPUT dueAt", "BAD_INPUT remindAt")
	b.consistent(t)
}

// TestSetTodoStatus follows completedAt through the statuses.
func TestSetTodoStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	for i, step := range []struct {
		status    string
		completed bool
		version   int
	}{
		{"OPEN", false, 1},
		{"IN_PROGRESS", false, 2},
		{"DONE", true, 3},
		{"DONE", true, 3},
		{"ARCHIVED", true, 4},
		{"DONE", true, 5},
		{"OPEN", false, 6},
		{"ARCHIVED", false, 7},
		{"DONE", true, 8},
		{"IN_PROGRESS", false, 9},
	} {
		completed := "null"
		if step.completed {
			completed = `"2026-07-15T12:00:00Z"`
		}
		response := b.Do(t, h.editor, `mutation ($in: SetTodoStatusInput!) { it: setTodoStatus(input: $in) { todo { status completedAt version } } }`,
			map[string]any{"in": map[string]any{"id": h.todo, "status": step.status}})
		response.WantData(t, fmt.Sprintf(`{"it":{"todo":{"status":%q,"completedAt":%s,"version":%d}}}`, step.status, completed, step.version))
		if t.Failed() {
			t.Fatalf("step %d", i)
		}
	}
	b.consistent(t)
}

func TestAssignTodo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	assign := func(people ...string) map[string]any {
		return map[string]any{"id": h.todo, "assigneeIds": append([]string{}, people...)}
	}
	assigned := func(want ...string) {
		t.Helper()
		response := b.Do(t, h.viewer, `query ($id: ID!) { todo(id: $id) { assignees { id } } }`, map[string]any{"id": h.todo})
		var data struct {
			Todo struct{ Assignees []struct{ ID string } }
		}
		response.Decode(t, &data)
		got := []string{}
		for _, person := range data.Todo.Assignees {
			got = append(got, person.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("assignees (-want +got):\n%s", diff)
		}
	}
	b.do(t, h.editor, "assignTodo", "", assign(h.viewer.Subject, h.owner.Subject, h.viewer.Subject)).refused(t)
	assigned(h.viewer.Subject, h.owner.Subject)
	got := b.do(t, h.editor, "assignTodo", "todo { version }", assign(h.viewer.Subject, h.owner.Subject))
	if got.Todo.Version != 2 {
		t.Errorf("version %d after the same again, want 2", got.Todo.Version)
	}
	b.do(t, h.editor, "assignTodo", "", assign(h.owner.Subject, h.editor.Subject, h.viewer.Subject)).refused(t)
	assigned(h.owner.Subject, h.editor.Subject, h.viewer.Subject)
	b.do(t, h.editor, "assignTodo", "", assign(h.owner.Subject, h.stranger.Subject, "usr_x")).
		refused(t, "BAD_INPUT assigneeIds.1", "BAD_INPUT assigneeIds.2")
	assigned(h.owner.Subject, h.editor.Subject, h.viewer.Subject)

	// Who leaves the list is assigned to nothing in it, nor when it comes back.
	b.do(t, h.editor, "deleteTodo", "", map[string]any{"id": h.todo}).refused(t)
	b.do(t, h.viewer, "removeListMember", "", map[string]any{"listId": h.list, "userId": h.viewer.Subject}).refused(t)
	b.do(t, h.editor, "restoreTodo", "", map[string]any{"id": h.todo}).refused(t)
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.viewer.Subject, "role": "VIEWER"}).refused(t)
	assigned(h.owner.Subject, h.editor.Subject)
	b.do(t, h.editor, "assignTodo", "", assign()).refused(t)
	assigned([]string{}...)
	b.consistent(t)
}

func TestTags(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	tag := func(name string) string {
		t.Helper()
		got := b.do(t, h.editor, "createTag", "tag { id name }", map[string]any{"listId": h.list, "name": name})
		got.refused(t)
		return got.Tag.ID
	}
	tags := func(want string) {
		t.Helper()
		response := b.Do(t, h.viewer, `query ($todo: ID!, $list: ID!) { todo(id: $todo) { tags { name version } } todoList(id: $list) { tags { name } } }`, map[string]any{"todo": h.todo, "list": h.list})
		response.WantCodes(t)
		response.WantData(t, want)
	}
	outdoors, blue := tag(" Outdoors "), tag("blue")
	b.do(t, h.editor, "tagTodo", "", map[string]any{"id": h.todo, "tagIds": []string{outdoors, blue, outdoors}}).refused(t)
	tags(`{"todo":{"tags":[{"name":"blue","version":1},{"name":"Outdoors","version":1}]},"todoList":{"tags":[{"name":"blue"},{"name":"indoors"},{"name":"Outdoors"}]}}`)
	b.do(t, h.editor, "renameTag", "", map[string]any{"id": outdoors, "name": "outdoors", "expectedVersion": 1}).refused(t)
	b.do(t, h.editor, "renameTag", "", map[string]any{"id": outdoors, "name": "BLUE"}).refused(t, "CONFLICT name")
	b.do(t, h.editor, "createTag", "", map[string]any{"listId": h.list, "name": "OUTDOORS"}).refused(t, "CONFLICT name")
	b.do(t, h.editor, "tagTodo", "", map[string]any{"id": h.todo, "tagIds": []string{outdoors, h.tag}}).refused(t)
	tags(`{"todo":{"tags":[{"name":"indoors","version":1},{"name":"outdoors","version":2}]},"todoList":{"tags":[{"name":"blue"},{"name":"indoors"},{"name":"outdoors"}]}}`)
	b.do(t, h.editor, "deleteTag", "", map[string]any{"id": outdoors, "expectedVersion": 1}).refused(t, "STALE_VERSION expectedVersion")
	if got := b.do(t, h.editor, "deleteTag", "deletedId", map[string]any{"id": outdoors, "expectedVersion": 2}); got.DeletedID != outdoors {
		t.Errorf("%+v", got)
	}
	tags(`{"todo":{"tags":[{"name":"indoors","version":1}]},"todoList":{"tags":[{"name":"blue"},{"name":"indoors"}]}}`)

	other := b.do(t, h.owner, "createTodoList", "list { id }", map[string]any{"name": "Other"}).List.ID
	foreign := b.do(t, h.owner, "createTag", "tag { id }", map[string]any{"listId": other, "name": "x"}).Tag.ID
	b.do(t, h.owner, "tagTodo", "", map[string]any{"id": h.todo, "tagIds": []string{blue, foreign, outdoors, "tag_x"}}).
		refused(t, "NOT_FOUND tagIds.1", "NOT_FOUND tagIds.2", "NOT_FOUND tagIds.3")
	b.do(t, h.owner, "createTag", "", map[string]any{"listId": other, "name": " "}).refused(t, "BAD_INPUT name")
	b.do(t, h.owner, "renameTag", "", map[string]any{"id": blue, "name": strings.Repeat("é", 51)}).refused(t, "BAD_INPUT name")
	for i := 1; i < 100; i++ {
		b.do(t, h.owner, "createTag", "", map[string]any{"listId": other, "name": fmt.Sprint(i)}).refused(t)
	}
	b.do(t, h.owner, "createTag", "", map[string]any{"listId": other, "name": "one more"}).refused(t, "CONFLICT listId")
	b.consistent(t)
}

func TestMembers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	set := func(who identity.Claims, role string) map[string]any {
		return map[string]any{"listId": h.list, "userId": who.Subject, "role": role}
	}
	remove := func(who identity.Claims) map[string]any {
		return map[string]any{"listId": h.list, "userId": who.Subject}
	}
	members := func(want string) {
		t.Helper()
		response := b.Do(t, h.owner, `query ($id: ID!) { todoList(id: $id) { version owner { id } members { role user { id } } } }`, map[string]any{"id": h.list})
		for i, who := range []identity.Claims{h.owner, h.editor, h.viewer, h.stranger} {
			want = strings.ReplaceAll(want, fmt.Sprintf("$%d", i+1), who.Subject)
		}
		response.WantData(t, want)
	}
	// The list is at version 4: made, two members, a tag.
	b.do(t, h.owner, "setListMember", "", set(h.owner, "EDITOR")).refused(t, "CONFLICT role")
	b.do(t, h.owner, "removeListMember", "", remove(h.owner)).refused(t, "CONFLICT userId")
	b.do(t, h.owner, "removeListMember", "", remove(h.stranger)).refused(t, "NOT_FOUND userId")
	b.do(t, h.owner, "removeListMember", "", map[string]any{"listId": h.list, "userId": "usr_x"}).refused(t, "NOT_FOUND userId")
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": "usr_x", "role": "VIEWER"}).refused(t, "NOT_FOUND userId")
	b.do(t, h.owner, "setListMember", "", set(h.viewer, "VIEWER")).refused(t)
	if got := b.do(t, h.owner, "setListMember", "list { version }", set(h.editor, "OWNER")); got.List.Version != 5 {
		t.Errorf("%+v", got)
	}
	// Of two owners each can go, and the one who is left is the owner.
	if got := b.do(t, h.owner, "setListMember", "list { myRole }", set(h.owner, "VIEWER")); got.List.MyRole != "VIEWER" {
		t.Errorf("%+v", got)
	}
	members(`{"todoList":{"version":6,"owner":{"id":"$2"},"members":[{"role":"VIEWER","user":{"id":"$1"}},{"role":"OWNER","user":{"id":"$2"}},{"role":"VIEWER","user":{"id":"$3"}}]}}`)
	b.do(t, h.editor, "setListMember", "", set(h.owner, "OWNER")).refused(t)
	if got := b.do(t, h.editor, "removeListMember", "list { id }", remove(h.editor)); got.List != nil || len(got.Errors) > 0 {
		t.Errorf("who has left is answered %+v", got)
	}
	b.do(t, h.editor, "renameTodoList", "", map[string]any{"id": h.list, "name": "x"}).refused(t, "NOT_FOUND id")
	if got := b.do(t, h.owner, "removeListMember", "list { version }", remove(h.viewer)); got.List.Version != 9 {
		t.Errorf("%+v", got)
	}
	members(`{"todoList":{"version":9,"owner":{"id":"$1"},"members":[{"role":"OWNER","user":{"id":"$1"}}]}}`)
	b.exec(t, `insert into list_members (list_id, user_id, role) select l.id, gen_random_uuid(), 'VIEWER' from todo_lists l, generate_series(2, 100)`)
	b.do(t, h.owner, "setListMember", "", set(h.stranger, "VIEWER")).refused(t, "CONFLICT userId")
	b.consistent(t)
}

// TestStaleVersion tries a change of each kind with a version that was, and one
// that will be.
func TestStaleVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, input := range map[string]func(h home) map[string]any{
		"renameTodoList": func(h home) map[string]any { return map[string]any{"id": h.list, "name": "x"} },
		"deleteTodoList": func(h home) map[string]any { return map[string]any{"id": h.list} },
		"setListMember": func(h home) map[string]any {
			return map[string]any{"listId": h.list, "userId": h.stranger.Subject, "role": "VIEWER"}
		},
		"removeListMember": func(h home) map[string]any { return map[string]any{"listId": h.list, "userId": h.viewer.Subject} },
		"updateTodo":       func(h home) map[string]any { return map[string]any{"id": h.todo, "title": "x"} },
		"setTodoStatus":    func(h home) map[string]any { return map[string]any{"id": h.todo, "status": "DONE"} },
		"assignTodo": func(h home) map[string]any {
			return map[string]any{"id": h.todo, "assigneeIds": []string{h.viewer.Subject}}
		},
		"tagTodo":     func(h home) map[string]any { return map[string]any{"id": h.todo, "tagIds": []string{h.tag}} },
		"deleteTodo":  func(h home) map[string]any { return map[string]any{"id": h.todo} },
		"restoreTodo": func(h home) map[string]any { return map[string]any{"id": h.todo} },
		"renameTag":   func(h home) map[string]any { return map[string]any{"id": h.tag, "name": "x"} },
		"deleteTag":   func(h home) map[string]any { return map[string]any{"id": h.tag} },
	} {
		t.Run(name, func(t *testing.T) {
			h := b.home(t)
			version := map[bool]int{true: 4, false: 1}[strings.Contains(name, "List")]
			if name == "restoreTodo" {
				version = int(b.do(t, h.owner, "deleteTodo", "version", map[string]any{"id": h.todo}).Version)
			}
			for _, other := range []int{version - 1, version + 1, 0, -1, 1<<31 - 1} {
				in := input(h)
				in["expectedVersion"] = other
				b.do(t, h.owner, name, "", in).refused(t, "STALE_VERSION expectedVersion")
			}
			in := input(h)
			in["expectedVersion"] = version
			b.do(t, h.owner, name, "", in).refused(t)
		})
	}
	b.consistent(t)
}
