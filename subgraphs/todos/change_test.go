package todos_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/todos"
)

// TestRoles is who may do what, in full.
func TestRoles(t *testing.T) {
	t.Parallel()
	for role, may := range map[todos.ListRole][2]bool{ // write todos, manage the list
		todos.RoleOwner: {true, true}, todos.RoleEditor: {true, false}, todos.RoleViewer: {false, false}, "": {false, false}, "ADMIN": {false, false},
	} {
		if got := [2]bool{role.May(todos.WriteTodos), role.May(todos.ManageList)}; got != may {
			t.Errorf("%q: %v, want %v", role, got, may)
		}
	}
	todos.RolesThatMay(todos.ManageList)[0] = todos.RoleViewer
	if todos.RoleViewer.May(todos.ManageList) {
		t.Error("who asks for the roles can change them")
	}
}

func TestMembersKeepAnOwner(t *testing.T) {
	t.Parallel()
	member := func(id string, role todos.ListRole) todos.ListMember {
		return todos.ListMember{User: todos.User{ID: id}, Role: role}
	}
	alone := todos.Members{member("a", todos.RoleOwner), member("b", todos.RoleEditor)}
	two := append(alone[:2:2], member("c", todos.RoleOwner))
	var full todos.Members
	for range todos.MaxMembers {
		full = append(full, member("x", todos.RoleOwner))
	}
	for _, c := range []struct {
		name string
		err  error
		code todos.ErrorCode
	}{
		{"the last owner becomes an editor", alone.With("a", todos.RoleEditor), todos.CodeConflict},
		{"the last owner stays one", alone.With("a", todos.RoleOwner), ""},
		{"an editor becomes a viewer", alone.With("b", todos.RoleViewer), ""},
		{"one of two owners becomes a viewer", two.With("a", todos.RoleViewer), ""},
		{"somebody new", alone.With("d", todos.RoleViewer), ""},
		{"one too many", full.With("d", todos.RoleViewer), todos.CodeConflict},
		{"a member of a full list", full.With("x", todos.RoleOwner), ""},
		{"the last owner goes", alone.Without("a"), todos.CodeConflict},
		{"an editor goes", alone.Without("b"), ""},
		{"one of two owners goes", two.Without("c"), ""},
		{"nobody goes", alone.Without("d"), todos.CodeNotFound},
	} {
		var code todos.ErrorCode
		if errs, ok := c.err.(todos.UserErrors); ok {
			code = errs[0].Code
		}
		if code != c.code {
			t.Errorf("%s: %v, want %q", c.name, c.err, c.code)
		}
	}
}

// TestRequest tells apart what is written in different ways from what is different.
func TestRequest(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	there := noon.In(time.FixedZone("", 7200))
	later := noon.Add(time.Nanosecond)
	key, other := "k", "l"
	hash := func(in todos.CreateTodoInput) string {
		t.Helper()
		in, err := in.Normalize()
		if err != nil {
			t.Fatal(err)
		}
		sum, err := in.Request()
		if err != nil || len(sum) != 32 {
			t.Fatalf("%x, %v", sum, err)
		}
		return string(sum)
	}
	base := todos.CreateTodoInput{Title: "x", DueAt: &noon, IdempotencyKey: &key}
	if hash(base) != hash(todos.CreateTodoInput{Title: " x ", DueAt: &there, IdempotencyKey: &other}) {
		t.Error("another way of writing it is another request")
	}
	for name, in := range map[string]todos.CreateTodoInput{
		"another title": {Title: "y", DueAt: &noon}, "another moment": {Title: "x", DueAt: &later}, "another field": {Title: "x", RemindAt: &noon},
		"an assignee": {Title: "x", DueAt: &noon, AssigneeIDs: []string{"a"}}, "a tag": {Title: "x", DueAt: &noon, TagIDs: []string{"a"}},
	} {
		if hash(base) == hash(in) {
			t.Errorf("%s is the same request", name)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	there := noon.In(time.FixedZone("", 7200))
	text, same := "deep", "deep"
	before := todos.Todo{Title: "a", Description: &text, Status: todos.StatusOpen, Priority: todos.PriorityLow, DueAt: &noon}
	after := before
	after.Description, after.DueAt = &same, &there
	if changes := after.Changes(&before); len(changes) != 0 {
		t.Errorf("%v, want none", changes)
	}
	after.Description, after.Title, after.RemindAt = nil, "b", &there
	changes := after.Changes(&before)
	changes.SetItems("tags", []string{"x", "y"}, []string{"y", "z"})
	changes.SetItems("assigneeIds", []string{"x", "y"}, []string{"y", "x"})
	got, err := json.Marshal(changes)
	const want = `{"description":{"from":"deep","to":null},"remindAt":{"from":null,"to":"2026-07-15T12:00:00Z"},` +
		`"tags":{"added":["z"],"removed":["x"]},"title":{"from":"a","to":"b"}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
