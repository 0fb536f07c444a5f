package graph_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/todos/graph"
)

// statementCase is an operation over few and over many rows.
type statementCase struct {
	name, query string
	small, many []any // representations
	n           int   // page size of many
	want        int   // statements
}

// TestStatements counts the SQL of an operation over few and many rows: the number
// follows from the operation alone.
func TestStatements(t *testing.T) {
	t.Parallel()
	b, ada := statementRows(t)
	me := key(t, ada)
	rows := func(sql string, kind id.Kind) (reps []any) {
		t.Helper()
		result, err := b.pool.Query(t.Context(), sql, me)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		name := map[id.Kind]string{id.User: "User", id.TodoList: "TodoList", id.Todo: "Todo"}[kind]
		for result.Next() {
			var u id.UUID
			if err := result.Scan(&u); err != nil {
				t.Fatal(err)
			}
			zone := []string{"UTC", "Asia/Tokyo"}[len(reps)%2]
			reps = append(reps, map[string]any{"__typename": name, "id": id.Format(kind, u), "timeZone": zone})
		}
		if len(reps) < 10 {
			t.Fatalf("only %d rows of %s", len(reps), name)
		}
		return reps
	}
	lists := rows(`select list_id from list_members where user_id = $1 order by list_id limit 12`, id.TodoList)
	todos := rows(`select t.id from list_members m join todos t on t.list_id = m.list_id and t.deleted_at is null
		where m.user_id = $1 and exists (select from todo_assignees a where a.todo_id = t.id)
			and exists (select from todo_tags g where g.todo_id = t.id) order by t.id limit 1000`, id.Todo)
	users := rows(`select $1 union all (select distinct p.user_id from list_members m join list_members p on p.list_id = m.list_id and p.user_id <> m.user_id
		where m.user_id = $1 order by 1 limit 50)`, id.User)
	for i := range 1000 - len(users) { // nobody has heard of these
		users = append(users, map[string]any{"__typename": "User", "id": person(1_000 + i).Subject, "timeZone": []string{"UTC", "Asia/Tokyo"}[i%2]})
	}
	const nested = `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User {
		todoLists(first: $n) { totalCount edges { node { name members { user { id } } owner { id } todos(first: $n) { totalCount
			edges { node { title list { name } createdBy { id } assignees { id } } } } } } } } } }`
	cases := []statementCase{
		// lists, count, members, todos, count; the list of a todo was read already,
		// but not by its own id, and assignees.
		{"lists, todos and people of a user", nested, users[:1], users[:1], 100, 7},
		{"lists, todos and people of users", nested, users[:2], users[:1000], 12, 7},
		{
			"todos of users", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User {
				assignedTodos(first: $n) { totalCount edges { node { title assignees { id } } } }
				dueToday(first: $n) { totalCount edges { node { title } } } } } }`,
			users[:1], users[:1000], 100, 5,
		},
		{"todos", `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Todo { title list { name myRole } createdBy { id } assignees { id } } } }`, todos[:1], todos, 1, 3},
		{"todos of lists", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on TodoList { name todos(first: $n) { edges { node { title list { members { role } } } } } } } }`, lists[:1], lists, 100, 4},
		{
			"people of people", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on Todo { assignees { todoLists(first: $n) { edges { node { name } } } assignedTodos(first: $n) { edges { node { title } } } } } } }`,
			todos[:1], todos, 2, 4,
		},
		// todos, list and, for each of the fields below, one.
		{
			"everything of todos", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on Todo {
				id title description status priority dueAt remindAt completedAt overdue createdAt updatedAt version
				list { id createdAt updatedAt version } tags { id name createdAt updatedAt version }
				history(first: $n) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
					edges { cursor node { type at version actor { id todoStats { open inProgress done archived overdue } }
						changes { field from to added removed } } } } } } }`,
			todos[:1], todos[:200], 3, 6,
		},
		{
			"everything of lists", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on TodoList {
				members { role since user { id todoStats { open } } } tags { name } stats { open inProgress done archived overdue }
				todos(first: $n, filter: {search: "todo or buy", priority: [NORMAL]}, orderBy: {field: TITLE}) { totalCount
					pageInfo { hasNextPage } edges { cursor node { tags { name } history(last: $n) { edges { node { version } } } } } } } } }`,
			lists[:1], lists, 100, 9,
		},
		{
			"everything of people", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User { id todoStats { done }
				todoLists(last: $n) { pageInfo { hasNextPage } edges { cursor role node { stats { open } tags { name } } } }
				assignedTodos(first: $n, orderBy: {field: DUE_AT, direction: ASC}) { pageInfo { hasNextPage } edges { cursor node { tags { name } } } }
				dueToday(last: $n) { edges { node { tags { name } } } } } } }`,
			users[:1], users[:100], 50, 8,
		},
		{
			"a search", `query ($n: Int) { searchTodos(query: "todo or milk", first: $n) { totalCount edges { cursor node { list { stats { open } } assignees { id } tags { name } } } } }`,
			nil, nil, 100, 6,
		},
		{
			"pages of a list", fmt.Sprintf(`query ($n: Int) { todoList(id: %q) { todos(last: $n) { edges { node { assignees { id } tags { name } } } } } todo(id: %q) { title } }`,
				lists[0].(map[string]any)["id"], todos[0].(map[string]any)["id"]),
			nil, nil, 100, 5,
		},
	}
	operations := make([]string, len(cases))
	for i, c := range cases {
		operations[i] = c.query
	}
	for _, field := range servertest.Unread(t, graph.NewExecutableSchema(graph.Config{}).Schema(), operations) {
		t.Errorf("%s can be read, but no case does", field)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, variables := range []map[string]any{{"r": c.small, "n": 1}, {"r": c.many, "n": c.n}} {
				for name := range variables {
					if !strings.Contains(c.query, "$"+name) {
						delete(variables, name)
					}
				}
				b.statements.Take()
				response := b.Do(t, ada, c.query, variables)
				response.WantCodes(t)
				if got := b.statements.Take(); len(got) != c.want {
					t.Errorf("%d representations, pages of %v: %d statements, want %d:\n%s",
						len(c.many), variables["n"], len(got), c.want, strings.Join(heads(got), "\n"))
				}
				t.Logf("%d bytes", len(response.Data))
			}
		})
	}
}

// statementRows returns the service on a database with something in every table,
// and somebody who may see much of it. It is the seeded one, if the environment
// names it.
func statementRows(t *testing.T) (*bundle, identity.Claims) {
	t.Helper()
	if url := os.Getenv(seededVariable); url != "" {
		statements := &postgrestest.Statements{}
		b := serve(t, url, statements)
		b.statements = statements
		return b, firstPerson()
	}
	b := setup(t)
	ada := person(1)
	// Twelve lists of a hundred todos; ada and twenty others are members, and each
	// todo is assigned to three of them.
	b.exec(t, `insert into todo_lists (id, name, owner_id) select gen_random_uuid(), 'list ' || n, $1 from generate_series(1, 12) n`, key(t, ada))
	b.exec(t, `insert into list_members (list_id, user_id, role, since)
		select l.id, lpad(to_hex(u), 32, '0')::uuid, case when u = 1 then 'OWNER' else 'EDITOR' end, now() from todo_lists l, generate_series(1, 21) u`)
	b.exec(t, `insert into todos (id, list_id, title, creator_id, due_at)
		select gen_random_uuid(), l.id, 'todo ' || n, $1, '2026-07-15T12:00:00Z' from todo_lists l, generate_series(1, 100) n`, key(t, ada))
	b.exec(t, `insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select t.id, lpad(to_hex(u), 32, '0')::uuid, 1, t.created_at from todos t, generate_series(1, 3) u`)
	b.exec(t, `insert into tags (id, list_id, name) select gen_random_uuid(), id, 'tag' from todo_lists`)
	b.exec(t, `insert into todo_tags (todo_id, tag_id) select t.id, g.id from todos t join tags g using (list_id)`)
	b.exec(t, `insert into domain_events (list_id, todo_id, type, version, actor_id, at, data)
		select list_id, id, 'TODO_CREATED', n, $1, now(), '{"title": {"from": null, "to": "x"}}' from todos, generate_series(1, 3) n`, key(t, ada))
	b.exec(t, `analyze`)
	return b, ada
}

// heads shortens statements to what tells them apart.
func heads(all []string) []string {
	short := make([]string, len(all))
	for i, sql := range all {
		short[i] = fmt.Sprintf("%.160s", strings.Join(strings.Fields(sql), " "))
	}
	return short
}
