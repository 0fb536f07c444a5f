package graph_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/todos/graph"
)

// mutate is the operation for a mutation with everything in the variable in.
func mutate(mutation *ast.FieldDefinition) string {
	return `mutation ($in: ` + mutation.Arguments[0].Type.String() + `) { it: ` + mutation.Name + `(input: $in) { __typename errors { code path message } } }`
}

// inputOf makes an input of a mutation. For each of its fields it asks value, by
// name and type, for the leaf, or for each element of a list; a field for which
// there is none is left out.
func inputOf(schema *ast.Schema, mutation *ast.FieldDefinition, value func(name string, kind *ast.Type) (any, bool)) map[string]any {
	input := map[string]any{}
	for _, field := range schema.Types[mutation.Arguments[0].Type.Name()].Fields {
		leaf := func(kind *ast.Type) (any, bool) {
			if named := schema.Types[kind.Name()]; named.Kind == ast.Enum {
				return named.EnumValues[0].Name, true
			}
			return value(field.Name, kind)
		}
		if field.Type.Elem == nil {
			if v, ok := leaf(field.Type); ok && (field.Type.NonNull || field.Type.Name() == "String") {
				input[field.Name] = v
			}
			continue
		}
		if v, ok := leaf(field.Type.Elem); ok && field.Type.NonNull {
			input[field.Name] = []any{v}
		}
	}
	return input
}

// failure is an error of a payload.
type failure struct {
	Code, Message string
	Path          []string
}

// payload is the answer of a mutation.
type payload struct {
	Todo, List, Tag *thing
	Todos           []thing
	DeletedID       string
	Version         int32
	Errors          []failure
}

// thing is a list, todo or tag.
type thing struct {
	ID, Name, Title, Status, MyRole string
	Version                         int32
}

// do runs a mutation and returns its payload, which selects what is asked for
// beside the errors.
func (b *bundle) do(t testing.TB, caller identity.Claims, name, selection string, input map[string]any) payload {
	t.Helper()
	response := b.Do(t, caller, `mutation ($in: `+strings.ToUpper(name[:1])+name[1:]+`Input!) { it: `+name+`(input: $in) { `+selection+` errors { code path message } } }`,
		map[string]any{"in": input})
	response.WantCodes(t)
	var data struct{ It payload }
	if err := json.Unmarshal(response.Data, &data); err != nil {
		t.Fatalf("%v: %s", err, response.Data)
	}
	return data.It
}

// refused compares the codes and paths of a payload's errors: "CODE path.of.it".
func (p payload) refused(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for _, err := range p.Errors {
		got = append(got, err.Code+" "+strings.TrimPrefix(strings.Join(err.Path, "."), "input."))
		if err.Message == "" {
			t.Errorf("%s without a message", err.Code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s\n%+v", diff, p)
	}
}

// consistent looks for what no change may leave behind, however it ended.
func (b *bundle) consistent(t testing.TB) {
	t.Helper()
	for name, query := range map[string]string{
		"lists without an owner": `select id from todo_lists l where not exists
			(select 1 from list_members where list_id = l.id and role = 'OWNER' and user_id = l.owner_id)`,
		"todos whose version is not the number of their events": `select id from todos t where version <>
			(select count(*) from domain_events where todo_id = t.id) or version <> (select max(version) from domain_events where todo_id = t.id)`,
		"lists whose version is not the number of their events": `select id from todo_lists l where version <>
			(select count(*) from domain_events where list_id = l.id and todo_id is null)`,
		"assignees who are no members": `select todo_id from todo_assignees a join todos t on t.id = a.todo_id where not exists
			(select 1 from list_members where list_id = t.list_id and user_id = a.user_id)`,
		"tags of another list": `select todo_id from todo_tags tt join todos t on t.id = tt.todo_id join tags g on g.id = tt.tag_id where g.list_id <> t.list_id`,
		"reminders that are not those of their todos": `select id from river.river_job j where kind = 'todos.reminder' and state = 'scheduled' and not exists
			(select 1 from todos t join todo_lists l on l.id = t.list_id where t.remind_job_id = j.id and t.deleted_at is null and l.deleted_at is null
				and t.status in ('OPEN', 'IN_PROGRESS') and t.remind_at = (j.args->>'remindAt')::timestamptz and t.remind_at = j.scheduled_at)`,
		"todos that nobody will be reminded of": `select t.id from todos t join todo_lists l on l.id = t.list_id
			where t.remind_at > now() and t.deleted_at is null and l.deleted_at is null and t.status in ('OPEN', 'IN_PROGRESS')
				and not exists (select 1 from river.river_job where id = t.remind_job_id and state = 'scheduled')`,
		"idempotency keys of no todo": `select todo_id from idempotency_keys k where not exists (select 1 from todos where id = k.todo_id)`,
	} {
		var n int
		if err := b.pool.QueryRow(context.Background(), `select count(*) from (`+query+`) q`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s, %v", n, name, err)
		}
	}
}

// home is a list with somebody in each role.
type home struct {
	owner, editor, viewer, stranger identity.Claims
	list, todo, tag                 string
}

func (b *bundle) home(t testing.TB) home {
	t.Helper()
	h := home{owner: person(1), editor: person(2), viewer: person(3), stranger: person(4)}
	h.list = b.do(t, h.owner, "createTodoList", "list { id }", map[string]any{"name": "Home"}).List.ID
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.editor.Subject, "role": "EDITOR"}).refused(t)
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.viewer.Subject, "role": "VIEWER"}).refused(t)
	h.todo = b.do(t, h.owner, "createTodo", "todo { id }", map[string]any{"listId": h.list, "title": "Paint"}).Todo.ID
	h.tag = b.do(t, h.owner, "createTag", "tag { id }", map[string]any{"listId": h.list, "name": "indoors"}).Tag.ID
	return h
}

// TestWhoMayDoWhat tries every mutation in every role. Each cell has a list of its
// own.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mutations := map[string]struct {
		input func(h home) map[string]any
		field string // what an error is about
		owner bool   // for owners alone
	}{
		"createTodo":     {func(h home) map[string]any { return map[string]any{"listId": h.list, "title": "x"} }, "listId", false},
		"renameTodoList": {func(h home) map[string]any { return map[string]any{"id": h.list, "name": "x"} }, "id", true},
		"deleteTodoList": {func(h home) map[string]any { return map[string]any{"id": h.list} }, "id", true},
		"setListMember": {func(h home) map[string]any {
			return map[string]any{"listId": h.list, "userId": person(9).Subject, "role": "VIEWER"}
		}, "listId", true},
		"removeListMember": {func(h home) map[string]any { return map[string]any{"listId": h.list, "userId": person(8).Subject} }, "userId", true},
		"updateTodo":       {func(h home) map[string]any { return map[string]any{"id": h.todo, "title": "x"} }, "id", false},
		"setTodoStatus":    {func(h home) map[string]any { return map[string]any{"id": h.todo, "status": "DONE"} }, "id", false},
		"assignTodo": {func(h home) map[string]any {
			return map[string]any{"id": h.todo, "assigneeIds": []string{h.viewer.Subject}}
		}, "id", false},
		"tagTodo":       {func(h home) map[string]any { return map[string]any{"id": h.todo, "tagIds": []string{h.tag}} }, "id", false},
		"completeTodos": {func(h home) map[string]any { return map[string]any{"ids": []string{h.todo}} }, "ids.0", false},
		"deleteTodo":    {func(h home) map[string]any { return map[string]any{"id": h.todo} }, "id", false},
		"restoreTodo":   {func(h home) map[string]any { return map[string]any{"id": h.todo} }, "id", false},
		"createTag":     {func(h home) map[string]any { return map[string]any{"listId": h.list, "name": "x"} }, "listId", false},
		"renameTag":     {func(h home) map[string]any { return map[string]any{"id": h.tag, "name": "x"} }, "id", false},
		"deleteTag":     {func(h home) map[string]any { return map[string]any{"id": h.tag} }, "id", false},
	}
	for _, mutation := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		c, known := mutations[mutation.Name]
		if !known && mutation.Name != "createTodoList" { // which is everybody's
			t.Errorf("%s is not tried here", mutation.Name)
		}
		if !known {
			continue
		}
		t.Run(mutation.Name, func(t *testing.T) {
			t.Parallel()
			admin := identity.Claims{Subject: person(5).Subject, Session: "ses_test", Scopes: []string{"admin"}}
			editor := ""
			if c.owner {
				editor = "FORBIDDEN " + c.field
			}
			// Who does not see the list does not learn what is wrong with a member.
			missing := "NOT_FOUND " + strings.Replace(c.field, "userId", "listId", 1)
			for _, who := range []struct {
				name   string
				caller identity.Claims
				want   string
			}{
				{"stranger", person(4), missing},
				{"administrator", admin, missing},
				{"somebody whose id is none", identity.Claims{Subject: "nobody"}, missing},
				{"viewer", person(3), "FORBIDDEN " + c.field},
				{"editor", person(2), editor},
				{"owner", person(1), ""},
			} {
				t.Run(who.name, func(t *testing.T) {
					h := b.home(t)
					b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": person(8).Subject, "role": "VIEWER"}).refused(t)
					got := b.do(t, who.caller, mutation.Name, "", c.input(h))
					if who.want == "" {
						got.refused(t)
					} else {
						got.refused(t, who.want)
					}
				})
			}
		})
	}
	t.Cleanup(func() { b.consistent(t) })
}
