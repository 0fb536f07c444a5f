package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
)

// shelf is a list of todos that differ in everything that can be asked for.
type shelf struct {
	*bundle
	ada, bob identity.Claims
	list     string
	tags     [2]string
}

// shelve makes the list: a to h, created in this order.
func shelve(t *testing.T) shelf {
	t.Helper()
	s := shelf{bundle: setup(t), ada: person(1), bob: person(2)}
	s.list = s.bundle.list(t, s.ada, "Home")
	s.join(t, s.list, s.bob, "EDITOR")
	listKey, err := id.Parse(id.TodoList, s.list)
	if err != nil {
		t.Fatal(err)
	}
	s.exec(t, `insert into todos (id, list_id, title, description, status, priority, due_at, completed_at, creator_id, created_at, updated_at)
		select lpad(n::text, 32, '0')::uuid, $1::uuid, title, description, status, priority, due, case status when 'DONE' then now() end,
			$1, timestamptz '2026-01-01' + n * interval '1 hour', timestamptz '2026-02-01' + n * 3 % 7 * interval '1 day'
		from (values
			(1, 'a', 'milk and honey', 'OPEN', 'LOW', timestamptz '2020-01-01'),
			(2, 'B', null, 'IN_PROGRESS', 'URGENT', timestamptz '2020-01-02'),
			(3, 'c', 'Crème brûlée', 'DONE', 'HIGH', timestamptz '2020-01-03'),
			(4, 'D', 'oat milk', 'OPEN', 'NORMAL', timestamptz '2999-01-01'),
			(5, 'e', null, 'OPEN', 'LOW', null),
			(6, 'f', '買い物リスト', 'ARCHIVED', 'LOW', timestamptz '2020-01-04'),
			(7, 'Ä', 'honey, no milk', 'OPEN', 'URGENT', null),
			(8, 'h', null, 'DONE', 'NORMAL', timestamptz '2999-01-01')
		) as v (n, title, description, status, priority, due)`, listKey)
	tagKeys := [2]id.UUID{{1}, {2}}
	for i, key := range tagKeys {
		s.tags[i] = id.Format(id.Tag, key)
		s.exec(t, `insert into tags (id, list_id, name) values ($1, $2, $3)`, key, listKey, fmt.Sprint("tag ", i))
	}
	s.exec(t, `insert into todo_tags (todo_id, tag_id) select id, $1 from todos where title in ('a', 'B', 'f')`, tagKeys[0])
	s.exec(t, `insert into todo_tags (todo_id, tag_id) select id, $1 from todos where title in ('B', 'c')`, tagKeys[1])
	s.exec(t, `insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select id, $1, 1, created_at from todos`, key(t, s.ada))
	s.exec(t, `insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select id, $1, 2, created_at from todos where title in ('a', 'e')`, key(t, s.bob))
	return s
}

// key is a person's UUID.
func key(t *testing.T, who identity.Claims) id.UUID {
	t.Helper()
	u, err := id.Parse(id.User, who.Subject)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// todoConnections are the connections of todos that take filters and orders; %s
// stands for the arguments.
func (s shelf) todoConnections() map[string]string {
	const selection = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount edges { cursor node { label: title } }`
	return map[string]string{
		"TodoList.todos":     fmt.Sprintf(`{ it: todoList(id: %q) { c: todos(%%s) { `+selection+` } } }`, s.list),
		"User.assignedTodos": fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q}]) { ... on User { c: assignedTodos(%%s) { `+selection+` } } } }`, s.ada.Subject),
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := shelve(t)
	for connection, query := range s.todoConnections() {
		for _, c := range []struct{ filter, want string }{
			{`{}`, "hÄeDcBa"},
			{`{search: "milk"}`, "ÄDa"},
			{`{search: "milk honey"}`, "Äa"},
			{`{search: "MILK -honey"}`, "D"},
			{`{search: "\"oat milk\" or creme"}`, "Dc"},
			{`{search: "買い物", includeArchived: true}`, "f"},
			{`{search: "物買", includeArchived: true}`, ""},
			{`{search: "-"}`, ""},
			{`{search: "  "}`, "hÄeDcBa"},
			{`{status: [OPEN]}`, "ÄeDa"},
			{`{status: [DONE, IN_PROGRESS]}`, "hcB"},
			{`{status: [ARCHIVED]}`, "f"},
			{`{status: [ARCHIVED, DONE]}`, "hfc"},
			{`{status: []}`, "hÄeDcBa"},
			{`{priority: [LOW, URGENT]}`, "ÄeBa"},
			{`{includeArchived: true}`, "hÄfeDcBa"},
			{`{dueBefore: "2020-01-03T00:00:00Z"}`, "Ba"},
			{`{dueAfter: "2020-01-03T00:00:00Z"}`, "hDc"},
			{`{dueAfter: "2020-01-02T00:00:00Z", dueBefore: "2021-01-01T00:00:00Z", includeArchived: true}`, "fcB"},
			{`{overdue: true}`, "Ba"},
			{`{overdue: false}`, "hÄeDc"},
			{fmt.Sprintf(`{assigneeId: %q}`, s.bob.Subject), "ea"},
			{`{assigneeId: "usr_x"}`, ""},
			{fmt.Sprintf(`{tagIds: [%q]}`, s.tags[0]), "Ba"},
			{fmt.Sprintf(`{tagIds: [%q, %q, %q]}`, s.tags[1], s.tags[0], s.tags[1]), "B"},
			{`{tagIds: ["tag_x"]}`, ""},
			{fmt.Sprintf(`{search: "milk", status: [OPEN], priority: [LOW], assigneeId: %q, tagIds: [%q], dueBefore: "2021-01-01T00:00:00Z", overdue: true}`, s.bob.Subject, s.tags[0]), "a"},
		} {
			page := readConnection(t, s.bundle, s.ada, fmt.Sprintf(query, "filter: "+c.filter))
			if got := strings.Join(page.labels(), ""); got != c.want || page.TotalCount != len([]rune(c.want)) {
				t.Errorf("%s %s: %q, %d in all; want %q", connection, c.filter, got, page.TotalCount, c.want)
			}
		}
	}
}

// TestOrders walks each order both ways, in pages of three.
func TestOrders(t *testing.T) {
	t.Parallel()
	s := shelve(t)
	for connection, query := range s.todoConnections() {
		for field, want := range map[string]string{
			"CREATED_AT": "aBcDeÄh",
			"UPDATED_AT": "ÄecahDB", // a and h at the same moment
			"DUE_AT":     "aBcDheÄ",
			"PRIORITY":   "aeDhcBÄ",
			"TITLE":      "aBcDehÄ",
		} {
			for _, direction := range []string{"ASC", "DESC"} {
				want := strings.Split(want, "")
				if direction == "DESC" {
					slices.Reverse(want)
				}
				args := fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction)
				walk(t, s.bundle, s.ada, fmt.Sprintf("%s by %s %s", connection, field, direction), func(page string) string {
					return fmt.Sprintf(query, args+", "+page)
				}, want)
			}
		}
	}
}

// walk reads a connection in pages of three, forwards and backwards.
func walk(t *testing.T, b *bundle, caller identity.Claims, name string, query func(page string) string, want []string) {
	t.Helper()
	var forwards, backwards []string
	for args := "first: 3"; ; {
		page := readConnection(t, b, caller, query(args))
		forwards = append(forwards, page.labels()...)
		if !page.PageInfo.HasNextPage {
			break
		}
		args = fmt.Sprintf("first: 3, after: %q", page.PageInfo.EndCursor)
	}
	for args := "last: 3"; ; {
		page := readConnection(t, b, caller, query(args))
		backwards = append(page.labels(), backwards...)
		if !page.PageInfo.HasPreviousPage {
			break
		}
		args = fmt.Sprintf("last: 3, before: %q", page.PageInfo.StartCursor)
	}
	if diff := cmp.Diff(want, forwards); diff != "" {
		t.Errorf("%s, forwards (-want +got):\n%s", name, diff)
	}
	if diff := cmp.Diff(want, backwards); diff != "" {
		t.Errorf("%s, backwards (-want +got):\n%s", name, diff)
	}
}

// TestSearch finds the best match first, in the title rather than in the
// description, and the later one of two equals.
func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := person(1), person(2)
	home, work := b.list(t, ada, "Home"), b.list(t, ada, "Work")
	b.join(t, work, bob, "VIEWER")
	hers := b.list(t, bob, "Bob's")
	for _, todo := range []struct{ list, title, description string }{
		{home, "a", "Bread, butter, sugar, flour and a little Crème fraîche"},
		{work, "creme fraiche", ""},
		{home, "CRÈME FRAÎCHE", ""},
		{home, "b", "crème fraîche"},
		{work, "Bread, butter, sugar and crème fraîche", ""},
		{home, "crème", ""},
	} {
		b.todo(t, ada, map[string]any{"listId": todo.list, "title": todo.title, "description": todo.description})
	}
	b.todo(t, bob, map[string]any{"listId": hers, "title": "crème fraîche"})
	for _, c := range []struct {
		name   string
		caller identity.Claims
		args   string
		want   []string
	}{
		{"all lists", ada, `query: "creme fraîche"`, []string{"CRÈME FRAÎCHE", "creme fraiche", "Bread, butter, sugar and crème fraîche", "b", "a"}},
		{"one list", ada, fmt.Sprintf(`query: "creme fraîche", listId: %q`, work), []string{"creme fraiche", "Bread, butter, sugar and crème fraîche"}},
		{"a list of somebody else", ada, fmt.Sprintf(`query: "creme fraîche", listId: %q`, hers), nil},
		{"a viewer", bob, `query: "creme fraîche -butter"`, []string{"crème fraîche", "creme fraiche"}},
		{"a phrase", ada, `query: "\"little creme\""`, []string{"a"}},
		{"or", ada, `query: "little or flour or \"sugar and\""`, []string{"Bread, butter, sugar and crème fraîche", "a"}},
		{"a list that is none", ada, `query: "creme", listId: "tdl_x"`, nil},
	} {
		walkSearch(t, b, c.caller, c.name, c.args, c.want)
	}
	for _, args := range []string{`query: ""`, `query: " "`, `query: "x", listId: ""`, fmt.Sprintf(`query: %q`, strings.Repeat("x", 201))} {
		b.Do(t, ada, `{ searchTodos(`+args+`) { totalCount } }`, nil).WantCodes(t, "BAD_USER_INPUT")
	}
}

// walkSearch walks a search, two at a time.
func walkSearch(t *testing.T, b *bundle, caller identity.Claims, name, args string, want []string) {
	t.Helper()
	read := func(page string) connection {
		t.Helper()
		response := b.Do(t, caller, fmt.Sprintf(`{ c: searchTodos(%s, %s) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
			edges { cursor node { label: title } } } }`, args, page), nil)
		response.WantCodes(t)
		var data struct{ C connection }
		response.Decode(t, &data)
		if data.C.TotalCount != len(want) {
			t.Errorf("%s: %d in all, want %d", name, data.C.TotalCount, len(want))
		}
		return data.C
	}
	var forwards, backwards []string
	for page, args := (connection{}), "first: 2"; args != ""; {
		page, args = read(args), ""
		forwards = append(forwards, page.labels()...)
		if page.PageInfo.HasNextPage {
			args = fmt.Sprintf("first: 2, after: %q", page.PageInfo.EndCursor)
		}
	}
	for page, args := (connection{}), "last: 2"; args != ""; {
		page, args = read(args), ""
		backwards = append(page.labels(), backwards...)
		if page.PageInfo.HasPreviousPage {
			args = fmt.Sprintf("last: 2, before: %q", page.PageInfo.StartCursor)
		}
	}
	if diff := cmp.Diff(want, forwards) + cmp.Diff(want, backwards); diff != "" {
		t.Errorf("%s, forwards, then backwards (-want +got):\n%s", name, diff)
	}
}
