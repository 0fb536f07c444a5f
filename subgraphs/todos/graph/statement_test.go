package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/internal/id"
)

// TestStatements counts the SQL of an operation over few and many rows: the number
// follows from the operation alone.
func TestStatements(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := person(1)
	key, err := id.Parse(id.User, ada.Subject)
	if err != nil {
		t.Fatal(err)
	}
	// Twelve lists of a hundred todos; ada and two others are members, and each
	// todo is assigned to two of them.
	b.exec(t, `insert into todo_lists (id, name, owner_id) select gen_random_uuid(), 'list ' || n, $1 from generate_series(1, 12) n`, key)
	b.exec(t, `insert into list_members (list_id, user_id, role, since)
		select l.id, u, case when u = $1 then 'OWNER' else 'EDITOR' end, now() from todo_lists l, unnest(array[$1, $2, $3]::uuid[]) u`, key, id.UUID{15: 2}, id.UUID{15: 3})
	b.exec(t, `insert into todos (id, list_id, title, creator_id, due_at)
		select gen_random_uuid(), l.id, 'todo ' || n, $1, '2026-07-15T12:00:00Z' from todo_lists l, generate_series(1, 100) n`, key)
	b.exec(t, `insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select t.id, m.user_id, 1, t.created_at from todos t join list_members m using (list_id)`)
	b.exec(t, `analyze`)
	rows := func(sql string, kind id.Kind) (reps []any) {
		t.Helper()
		result, err := b.pool.Query(t.Context(), sql)
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
			reps = append(reps, map[string]any{"__typename": name, "id": id.Format(kind, u), "timeZone": "UTC"})
		}
		return reps
	}
	lists, todos := rows(`select id from todo_lists`, id.TodoList), rows(`select id from todos limit 1000`, id.Todo)
	var users []any
	for i := range 1000 {
		users = append(users, map[string]any{"__typename": "User", "id": person(1 + i).Subject, "timeZone": []string{"UTC", "Asia/Tokyo"}[i%2]})
	}
	const nested = `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User {
		todoLists(first: $n) { totalCount edges { node { name members { user { id } } owner { id } todos(first: $n) { totalCount
			edges { node { title list { name } createdBy { id } assignees { id } } } } } } } } } }`
	for _, c := range []struct {
		name, query string
		small, many []any
		n           int // page size of many
		want        int
	}{
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
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, variables := range []map[string]any{{"r": c.small, "n": 1}, {"r": c.many, "n": c.n}} {
				if !strings.Contains(c.query, "$n") {
					delete(variables, "n")
				}
				b.statements.Take()
				response := b.Do(t, ada, c.query, variables)
				response.WantCodes(t)
				if got := b.statements.Take(); len(got) != c.want {
					t.Errorf("%d representations, pages of %v: %d statements, want %d:\n%s",
						len(variables["r"].([]any)), variables["n"], len(got), c.want, strings.Join(heads(got), "\n"))
				}
				t.Logf("%d bytes", len(response.Data))
			}
		})
	}
}

// heads shortens statements to what tells them apart.
func heads(all []string) []string {
	short := make([]string, len(all))
	for i, sql := range all {
		short[i] = fmt.Sprintf("%.160s", strings.Join(strings.Fields(sql), " "))
	}
	return short
}
