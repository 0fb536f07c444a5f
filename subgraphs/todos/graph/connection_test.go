package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on TodoList { id } ... on Todo { id } ... on User { id } } }`

func TestEntities(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := person(1)
	list := b.list(t, ada, "Home")
	todo := b.todo(t, ada, map[string]any{"listId": list, "title": "Paint"})
	rep := func(name, id string) map[string]any { return map[string]any{"__typename": name, "id": id} }
	got := func(name, id string) string { return fmt.Sprintf(`{"__typename":%q,"id":%q}`, name, id) }
	for _, c := range []struct {
		name  string
		reps  []any
		want  string
		codes []string
	}{
		{
			"a mixed batch comes back in its order",
			[]any{rep("Todo", todo), rep("User", ada.Subject), rep("TodoList", list), rep("Todo", todo), rep("Todo", list), rep("TodoList", "tdl_00000000000000000000000000")},
			"[" + strings.Join([]string{got("Todo", todo), got("User", ada.Subject), got("TodoList", list), got("Todo", todo), "null", "null"}, ",") + "]", nil,
		},
		{"malformed ids are null", []any{rep("User", "usr_x"), rep("Todo", ""), rep("TodoList", "tdl_\x00")}, "[null,null,null]", nil},
		{"a type that is no entity spoils nothing else", []any{rep("PageInfo", "1"), rep("Todo", todo)}, "[null," + got("Todo", todo) + "]", []string{"BAD_USER_INPUT"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			response := b.Do(t, ada, entities, map[string]any{"r": c.reps})
			response.WantCodes(t, c.codes...)
			response.WantData(t, `{"_entities":`+c.want+`}`)
		})
	}
	t.Run("dueToday without its time zone is refused, beside others", func(t *testing.T) {
		response := b.Do(t, ada, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { dueToday { totalCount } } } }`,
			map[string]any{"r": []any{rep("User", ada.Subject), map[string]any{"__typename": "User", "id": person(2).Subject, "timeZone": "UTC"}, rep("User", "usr_x")}})
		response.WantCodes(t, "BAD_USER_INPUT")
		response.WantData(t, `{"_entities":[{"dueToday":null},{"dueToday":{"totalCount":0}},null]}`)
	})
}

// TestDueToday puts todos around midnight in two time zones.
func TestDueToday(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := person(1)
	list := b.list(t, ada, "Home")
	// noon is 2026-07-15T12:00Z: in Tokyo the 15th until 15:00Z, in Honolulu the
	// 15th from 10:00Z.
	for _, due := range []string{"2026-07-14T14:59:59Z", "2026-07-14T15:00:00Z", "2026-07-15T09:59:59Z", "2026-07-15T10:00:00Z", "2026-07-15T14:59:59Z", "2026-07-15T15:00:00Z", "2026-07-16T09:59:59Z", "2026-07-16T10:00:00Z"} {
		b.todo(t, ada, map[string]any{"listId": list, "title": due, "dueAt": due, "assigneeIds": []string{ada.Subject}})
	}
	b.todo(t, ada, map[string]any{"listId": list, "title": "not assigned", "dueAt": "2026-07-15T12:00:00Z"})
	b.todo(t, ada, map[string]any{"listId": list, "title": "done", "dueAt": "2026-07-15T12:00:00Z", "assigneeIds": []string{ada.Subject}})
	b.exec(t, `update todos set status = 'DONE', completed_at = now() where title = 'done'`)
	for zone, want := range map[string][]string{
		"Asia/Tokyo":       {"2026-07-14T15:00:00Z", "2026-07-15T09:59:59Z", "2026-07-15T10:00:00Z", "2026-07-15T14:59:59Z"},
		"Pacific/Honolulu": {"2026-07-15T10:00:00Z", "2026-07-15T14:59:59Z", "2026-07-15T15:00:00Z", "2026-07-16T09:59:59Z"},
	} {
		for _, args := range []string{"first: 10", "last: 10"} {
			response := b.Do(t, ada, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { dueToday(`+args+`) { totalCount edges { node { title } } } } } }`,
				map[string]any{"r": []any{map[string]any{"__typename": "User", "id": ada.Subject, "timeZone": zone}}})
			response.WantCodes(t)
			var edges []string
			for _, title := range want {
				edges = append(edges, fmt.Sprintf(`{"node":{"title":%q}}`, title))
			}
			response.WantData(t, fmt.Sprintf(`{"_entities":[{"dueToday":{"totalCount":%d,"edges":[%s]}}]}`, len(want), strings.Join(edges, ",")))
		}
	}
	response := b.Do(t, ada, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { dueToday { totalCount } } } }`,
		map[string]any{"r": []any{map[string]any{"__typename": "User", "id": ada.Subject, "timeZone": "Mars/Olympus"}}})
	response.WantCodes(t, "BAD_USER_INPUT")
}

// TestPages walks every connection in both directions.
func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := person(1)
	list := b.list(t, ada, "0")
	var titles []string // in order of making
	for i := range 7 {
		title := fmt.Sprintf("todo %d", i)
		due := noon.Add(time.Duration(i) * time.Minute).Format(time.RFC3339)
		b.todo(t, ada, map[string]any{"listId": list, "title": title, "dueAt": due, "assigneeIds": []string{ada.Subject}})
		titles = append(titles, title)
	}
	names := []string{"0"}
	for i := range 6 {
		name := fmt.Sprint(i + 1)
		b.list(t, ada, name)
		names = append(names, name)
	}
	// Seven rows with one moment: the id decides, and nothing is lost.
	b.exec(t, `update list_members set since = '2026-01-01'`)
	slices.Reverse(names)
	newest := slices.Clone(titles)
	slices.Reverse(newest)
	user := fmt.Sprintf(`_entities(representations: [{__typename: "User", id: %q, timeZone: "UTC"}])`, ada.Subject)
	for _, c := range []struct {
		name, query string // %s stands for the arguments
		want        []string
	}{
		{"TodoList.todos", fmt.Sprintf(`{ it: todoList(id: %q) { c: todos(%%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { label: title } } } } }`, list), newest},
		{"User.todoLists", `{ it: ` + user + ` { ... on User { c: todoLists(%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { label: name } } } } } }`, names},
		{"User.assignedTodos", `{ it: ` + user + ` { ... on User { c: assignedTodos(%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { label: title } } } } } }`, newest},
		{"User.dueToday", `{ it: ` + user + ` { ... on User { c: dueToday(%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { label: title } } } } } }`, titles},
	} {
		t.Run(c.name, func(t *testing.T) {
			read := func(args string) connection {
				t.Helper()
				return readConnection(t, b, ada, fmt.Sprintf(c.query, args))
			}
			var forwards []string
			for args := "first: 3"; ; {
				page := read(args)
				forwards = append(forwards, page.labels()...)
				if !page.PageInfo.HasNextPage {
					break
				}
				args = fmt.Sprintf("first: 3, after: %q", page.PageInfo.EndCursor)
			}
			if diff := cmp.Diff(c.want, forwards); diff != "" {
				t.Errorf("forwards (-want +got):\n%s", diff)
			}
			var backwards []string
			for args := "last: 3"; ; {
				page := read(args)
				backwards = append(page.labels(), backwards...)
				if !page.PageInfo.HasPreviousPage {
					break
				}
				args = fmt.Sprintf("last: 3, before: %q", page.PageInfo.StartCursor)
			}
			if diff := cmp.Diff(c.want, backwards); diff != "" {
				t.Errorf("backwards (-want +got):\n%s", diff)
			}
			all := read("first: 20")
			if between := read(fmt.Sprintf("after: %q, before: %q", all.Edges[0].Cursor, all.Edges[6].Cursor)); !cmp.Equal(between.labels(), c.want[1:6]) {
				t.Errorf("between two cursors: %q", between.labels())
			}
			for name, args := range map[string]string{
				"too many": "first: 101", "fewer than none": "last: -1", "both ways": "first: 1, last: 1", "a made-up cursor": `after: "x"`,
				"a cursor of another connection": fmt.Sprintf("after: %q", otherCursor(t, b, ada)),
			} {
				response := b.Do(t, ada, fmt.Sprintf(c.query, args), nil)
				if !cmp.Equal(response.Codes(), []string{"BAD_USER_INPUT"}) {
					t.Errorf("%s: %v %s", name, response.Errors, response.Data)
				}
			}
		})
	}
}

// connection is what TestPages reads.
type connection struct {
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       string
	}
	TotalCount int
	Edges      []struct {
		Cursor string
		Node   struct{ Label string }
	}
}

func (c connection) labels() []string {
	var all []string
	for _, edge := range c.Edges {
		all = append(all, edge.Node.Label)
	}
	return all
}

// readConnection reads "it", an object with the connection c or a list of one.
func readConnection(t *testing.T, b *bundle, caller identity.Claims, query string) connection {
	t.Helper()
	response := b.Do(t, caller, query, nil)
	response.WantCodes(t)
	if strings.Contains(query, "_entities") {
		var data struct{ It []struct{ C connection } }
		response.Decode(t, &data)
		return data.It[0].C
	}
	var data struct{ It struct{ C connection } }
	response.Decode(t, &data)
	return data.It.C
}

// otherCursor returns a cursor of a connection that no test reads.
func otherCursor(t *testing.T, b *bundle, caller identity.Claims) string {
	t.Helper()
	list := b.list(t, caller, "other")
	b.todo(t, caller, map[string]any{"listId": list, "title": "other"})
	response := readConnection(t, b, caller, fmt.Sprintf(`{ it: todoList(id: %q) { c: todos { pageInfo { startCursor } edges { node { label: title } } } } }`, list))
	b.exec(t, `delete from todos where title = 'other'`)
	b.exec(t, `delete from list_members m using todo_lists l where l.id = m.list_id and l.name = 'other'`)
	return response.PageInfo.StartCursor
}
