package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

// TestCursorsFitOneConnection shows each cursor to every connection but its own.
func TestCursorsFitOneConnection(t *testing.T) {
	t.Parallel()
	s := shelve(t)
	other := s.bundle.list(t, s.ada, "Other")
	s.bundle.todo(t, s.ada, map[string]any{"listId": other, "title": "milk"})
	todo := s.bundle.todo(t, s.ada, map[string]any{"listId": s.list, "title": "honey milk", "dueAt": "2026-07-15T12:00:00Z", "assigneeIds": []string{s.ada.Subject}})
	another := s.bundle.todo(t, s.ada, map[string]any{"listId": s.list, "title": "milk and honey"})
	const selection = `{ pageInfo { startCursor } }`
	list := func(list, args string) string {
		return fmt.Sprintf(`{ it: todoList(id: %q) { c: todos(%s %%s) %s } }`, list, args, selection)
	}
	user := func(field string) string {
		return fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q, timeZone: "UTC"}]) { ... on User { c: %s %s } } }`, s.ada.Subject, field, selection)
	}
	type connection struct {
		caller identity.Claims
		query  string // %s stands for the cursor
	}
	connections := []connection{
		{s.ada, list(s.list, ``)},
		{s.bob, list(s.list, ``)},
		{s.ada, list(other, ``)},
		{s.ada, list(s.list, `orderBy: {direction: ASC},`)},
		{s.ada, list(s.list, `orderBy: {field: UPDATED_AT},`)},
		{s.ada, list(s.list, `orderBy: {field: TITLE},`)},
		{s.ada, list(s.list, `orderBy: {field: PRIORITY},`)},
		{s.ada, list(s.list, `orderBy: {field: DUE_AT},`)},
		{s.ada, list(s.list, `filter: {includeArchived: true},`)},
		{s.ada, list(s.list, `filter: {search: "milk"},`)},
		{s.ada, list(s.list, `filter: {search: "honey"},`)},
		{s.ada, user(`assignedTodos(%s)`)},
		{s.ada, user(`assignedTodos(filter: {overdue: true}, %s)`)},
		{s.ada, user(`dueToday(%s)`)},
		{s.ada, user(`todoLists(%s)`)},
		{s.ada, `{ it: todo(id: "` + todo + `") { c: history(%s) ` + selection + ` } }`},
		{s.ada, `{ it: todo(id: "` + another + `") { c: history(%s) ` + selection + ` } }`},
		{s.ada, `{ c: searchTodos(query: "milk", %s) ` + selection + ` }`},
		{s.ada, `{ c: searchTodos(query: "honey", %s) ` + selection + ` }`},
		{s.bob, `{ c: searchTodos(query: "milk", %s) ` + selection + ` }`},
		{s.ada, fmt.Sprintf(`{ c: searchTodos(query: "milk", listId: %q, %%s) `, s.list) + selection + ` }`},
	}
	cursors := make([]string, len(connections))
	for i, c := range connections {
		_, rest, _ := strings.Cut(string(s.Do(t, c.caller, fmt.Sprintf(c.query, "first: 3"), nil).Data), `"startCursor":"`)
		if cursors[i], _, _ = strings.Cut(rest, `"`); cursors[i] == "" {
			t.Fatalf("no cursor: %s", c.query)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(cursors)))) != len(cursors) {
		t.Error("two connections have a cursor in common")
	}
	for i, c := range connections {
		for j, cursor := range cursors {
			var want []string
			if i != j {
				want = []string{"BAD_USER_INPUT"}
			}
			for _, argument := range []string{"after", "before"} {
				response := s.Do(t, c.caller, fmt.Sprintf(c.query, fmt.Sprintf("%s: %q", argument, cursor)), nil)
				if !cmp.Equal(response.Codes(), want) {
					t.Errorf("%s: the cursor of %s: %v", c.query, connections[j].query, response.Errors)
				}
			}
		}
	}
}

// reads has a variable in the place of every string that can be read by.
const reads = `query ($text: String!, $id: ID!) {
	todo(id: $id) { title }
	todoList(id: $id) { name }
	searchTodos(query: $text) { totalCount edges { node { title } } }
	cursor: searchTodos(query: "milk", after: $text) { totalCount edges { node { title } } }
	listed: searchTodos(query: "milk", listId: $id) { totalCount edges { node { title } } }
	_entities(representations: [
		{__typename: "User", id: $id, timeZone: $text}, {__typename: "TodoList", id: $id}, {__typename: "Todo", id: $id},
		{__typename: "User", id: "%[1]s", timeZone: $text}, {__typename: "TodoList", id: "%[2]s"}, {__typename: "Todo", id: "%[3]s"}
	]) {
		... on User {
			todoLists(after: $text) { totalCount edges { node { name } } }
			lists: todoLists(before: $text) { totalCount edges { node { name } } }
			assignedTodos(filter: {search: $text}) { totalCount edges { node { title } } }
			a: assignedTodos(filter: {assigneeId: $id}) { totalCount edges { node { title } } }
			b: assignedTodos(filter: {tagIds: [$id, $id]}) { totalCount edges { node { title } } }
			c: assignedTodos(orderBy: {field: TITLE}, after: $text) { totalCount edges { node { title } } }
			dueToday { totalCount edges { node { title } } }
			todoStats { open }
		}
		... on TodoList { name todos(filter: {search: $text}, orderBy: {field: TITLE}, before: $text) { totalCount edges { node { title } } } stats { open } }
		... on Todo { title history(after: $text) { totalCount edges { node { version } } } }
	}
}`

// hostile are texts that break out of careless SQL, or out of what PostgreSQL,
// GraphQL or a search can take.
var hostile = []string{
	`'`, `''`, `' or 1=1 --`, `'; drop table todos; --`, `") or true --`, `\`, `\'`, `$1`, `$$`, `%`, `_`, `*`, `'); select pg_sleep(60); --`,
	"a\x00b", "\xff\xfe", "\u2028", "🧶", `a:*`, `a & | ! b`, `"`, `"""`, `- - "`, `<->`, `((((`, `'a' <2> 'b'`, `\x27`, `{a,b}`, `{"a":1}`, `null`,
	`or or or`, `-`, strings.Repeat(`-(`, 100), strings.Repeat(`-""`, 60), strings.Repeat("－ ", 100), strings.Repeat(`-"("`, 50), strings.Repeat("-€ ", 60),
	strings.Repeat("a or -b ", 25), strings.Repeat(`-"a `, 50), strings.Repeat(`"`, 200), `买买"买`, strings.Repeat("(", 200), strings.Repeat("a ", 100), strings.Repeat("-", 200), strings.Repeat("x", 2_000), strings.Repeat("牛", 200),
	`tdl_' or 1=1 --`, `usr_00000000000000000000000000`, `tdo_zzzzzzzzzzzzzzzzzzzzzzzzzz`, `Europe/Berlin'`, `../../etc/passwd`,
}

// FuzzReads puts texts into every string of the reads, on behalf of a member of a
// list and of a stranger. Nothing fails for a reason of its own, and the stranger
// sees nothing.
func FuzzReads(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	b := setup(f)
	ada, eve := person(1), person(2)
	list := b.list(f, ada, "Home")
	todo := b.todo(f, ada, map[string]any{"listId": list, "title": "milk", "assigneeIds": []string{ada.Subject}})
	query := fmt.Sprintf(reads, ada.Subject, list, todo)
	f.Fuzz(func(t *testing.T, text string) {
		for _, caller := range []identity.Claims{ada, eve} {
			response := b.Do(t, caller, query, map[string]any{"text": text, "id": text})
			for _, code := range response.Codes() {
				if code != "BAD_USER_INPUT" {
					t.Errorf("%q: %+v", text, response.Errors)
				}
			}
			if caller.Subject == eve.Subject && strings.Contains(string(response.Data), `milk`) {
				t.Errorf("%q: a stranger sees %s", text, response.Data)
			}
		}
		var todos, lists int
		err := b.pool.QueryRow(t.Context(), `select (select count(*) from todos), (select count(*) from todo_lists)`).Scan(&todos, &lists)
		if err != nil || todos != 1 || lists != 1 {
			t.Fatalf("%q: %d todos, %d lists, %v", text, todos, lists, err)
		}
	})
}
