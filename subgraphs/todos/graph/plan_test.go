package graph_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// seededVariable names a database that make seed made, for the tests that care
// how much there is. Without it they make one of smallSize todos.
const seededVariable = "WEFT_SEEDED_TODOS_DATABASE_URL"

// smallSize is enough for PostgreSQL to prefer an index where there is one.
const smallSize = 50_000

// seededService is the service on a seeded database, with what was asked of it.
type seededService struct {
	*bundle
	asked *postgrestest.Recorder
	// The first person and the largest list.
	person identity.Claims
	list   string
	// A todo of the list, and a tag.
	todo, tag string
}

// firstPerson is in the largest lists of a seeded database.
func firstPerson() identity.Claims {
	return identity.Claims{Subject: id.Format(id.User, seed.Person(0)), Session: "ses_test"}
}

// seededBundle returns the service on the database that the environment names, or
// on a small one.
func seededBundle(t testing.TB) seededService {
	t.Helper()
	url := os.Getenv(seededVariable)
	if url == "" {
		url = databases.Database(t)
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "seed", StatementTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := todospostgres.Seed(t.Context(), pool, smallSize); err != nil {
			t.Fatal(err)
		}
		pool.Close()
	}
	s := seededService{asked: &postgrestest.Recorder{}, person: firstPerson()}
	s.bundle = serve(t, url, s.asked)
	var list, todo, tag id.UUID
	err := s.pool.QueryRow(t.Context(), `select t.list_id, t.id, x.tag_id from todo_lists l join todos t on t.list_id = l.id and t.deleted_at is null
		join todo_tags x on x.todo_id = t.id order by l.id, t.id limit 1`).Scan(&list, &todo, &tag)
	if err != nil {
		t.Fatal(err)
	}
	s.list, s.todo, s.tag = id.Format(id.TodoList, list), id.Format(id.Todo, todo), id.Format(id.Tag, tag)
	s.asked.Take()
	return s
}

// planCase is an operation and the indexes that it is to use.
type planCase struct {
	name, query string
	want        []string
	// inOrder says that the index has the order of the page: no more rows are
	// read than it has.
	inOrder bool
}

// TestPlans explains every statement of every read.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := seededBundle(t)
	conn, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, c := range slices.Concat(s.pagePlans(t), s.filterPlans(), s.otherPlans()) {
		t.Run(c.name, func(t *testing.T) {
			s.asked.Take()
			s.Do(t, s.person, c.query, nil).WantCodes(t)
			statements := s.asked.Take()
			used := map[string][]string{}
			for _, statement := range statements {
				for kind, plan := range postgrestest.Explain(t, conn, statement) {
					used[kind] = append(used[kind], plan.Indexes()...)
					for _, fault := range plan.Faults() {
						t.Errorf("%s, the plan %s\n%s", kind, fault, statement.SQL)
					}
					if c.inOrder && plan.SortsPage() {
						t.Errorf("%s, the plan sorts\n%s", kind, statement.SQL)
					}
				}
			}
			for kind, indexes := range used {
				for _, index := range c.want {
					if !slices.Contains(indexes, index) {
						t.Errorf("%s, %s is not used, but %q\n%s", kind, index, indexes, statements[len(statements)-1].SQL)
					}
				}
			}
			s.asked.Take() // what was explained
		})
	}
}

// pagePlans are the pages of a list in all orders.
func (s seededService) pagePlans(t *testing.T) []planCase {
	t.Helper()
	var cases []planCase
	for field, index := range map[string]string{
		"CREATED_AT": "todos_list_created", "UPDATED_AT": "todos_list_updated", "DUE_AT": "todos_list_due",
		"PRIORITY": "todos_list_priority", "TITLE": "todos_list_title",
	} {
		for _, direction := range []string{"ASC", "DESC"} {
			order := fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction)
			query := func(page string) string {
				return fmt.Sprintf(`{ it: todoList(id: %q) { c: todos(%s, %s) { pageInfo { startCursor endCursor } edges { node { label: title } } } } }`, s.list, order, page)
			}
			page := readConnection(t, s.bundle, s.person, query("first: 50"))
			for name, args := range map[string]string{
				"first": "first: 50", "last": "last: 50",
				"after": fmt.Sprintf("first: 50, after: %q", page.PageInfo.EndCursor), "before": fmt.Sprintf("last: 50, before: %q", page.PageInfo.EndCursor),
				"between": fmt.Sprintf("first: 50, after: %q, before: %q", page.PageInfo.StartCursor, page.PageInfo.EndCursor),
			} {
				cases = append(cases, planCase{
					name: fmt.Sprintf("TodoList.todos/%s %s/%s", field, direction, name), query: query(args),
					want: []string{index}, inOrder: true,
				})
			}
		}
	}
	return cases
}

// filterPlans are the pages and numbers of what filters take. Where nothing of a
// filter is in an index, the todos are read in their order, until there are enough.
func (s seededService) filterPlans() []planCase {
	var cases []planCase
	add := func(name, filter string, want ...string) {
		cases = append(cases, planCase{
			name:  "TodoList.todos/" + name,
			query: fmt.Sprintf(`{ todoList(id: %q) { todos(first: 50, filter: %s) { edges { node { id } } } } }`, s.list, filter), want: want,
		}, planCase{
			name:  "TodoList.todos.totalCount/" + name,
			query: fmt.Sprintf(`{ todoList(id: %q) { todos(first: 0, filter: %s) { totalCount } } }`, s.list, filter),
		}, planCase{
			name:  "User.assignedTodos/" + name,
			query: s.user(fmt.Sprintf(`assignedTodos(first: 50, filter: %s) { totalCount edges { node { id } } }`, filter)),
		})
	}
	add("archived too", `{includeArchived: true}`, "todos_list")
	add("of a status", `{status: [DONE]}`)
	add("of an archived status", `{status: [ARCHIVED]}`)
	add("of a priority", `{priority: [URGENT]}`)
	add("of a person", fmt.Sprintf(`{assigneeId: %q}`, s.person.Subject))
	add("with a tag", fmt.Sprintf(`{tagIds: [%q]}`, s.tag))
	add("due between", `{dueAfter: "2025-01-01T00:00:00Z", dueBefore: "2025-01-08T00:00:00Z"}`, "todos_list_due")
	add("overdue", `{overdue: true}`)
	add("not overdue", `{overdue: false}`)
	add("with rare words", `{search: "theodolite sextant"}`, "todos_search")
	add("with everything", fmt.Sprintf(`{search: "milk", status: [OPEN, DONE], priority: [LOW], assigneeId: %q, tagIds: [%q], dueBefore: "2026-01-01T00:00:00Z", overdue: true}`,
		s.person.Subject, s.tag))
	return cases
}

// otherPlans are the reads beside the todos of a list.
func (s seededService) otherPlans() []planCase {
	cases := []planCase{
		{"todo", fmt.Sprintf(`{ todo(id: %q) { title } }`, s.todo), []string{"todos_pkey"}, false},
		{"todoList", fmt.Sprintf(`{ todoList(id: %q) { name } }`, s.list), []string{"todo_lists_pkey"}, false},
		{"TodoList.members", fmt.Sprintf(`{ todoList(id: %q) { members { role } } }`, s.list), []string{"list_members_since"}, false},
		{"TodoList.stats", fmt.Sprintf(`{ todoList(id: %q) { stats { open } } }`, s.list), []string{"todos_list_status"}, false},
		{"Todo.assignees", fmt.Sprintf(`{ todo(id: %q) { assignees { id } } }`, s.todo), []string{"todo_assignees_pkey"}, false},
		{"Todo.tags", fmt.Sprintf(`{ todo(id: %q) { tags { name } } }`, s.todo), []string{"todo_tags_pkey"}, false},
		{"TodoList.tags", fmt.Sprintf(`{ todoList(id: %q) { tags { name } } }`, s.list), []string{"tags_name"}, false},
		{"Todo.history", fmt.Sprintf(`{ todo(id: %q) { history(first: 20) { edges { node { version } } } } }`, s.todo), []string{"domain_events_todo"}, true},
		{"Todo.history, earliest", fmt.Sprintf(`{ todo(id: %q) { history(last: 20) { totalCount edges { node { version } } } } }`, s.todo), []string{"domain_events_todo"}, true},
		{"User.todoLists", s.user(`todoLists(first: 50) { edges { node { name } } }`), []string{"list_members_user"}, true},
		{"User.todoLists.totalCount", s.user(`todoLists(first: 0) { totalCount }`), []string{"list_members_user"}, false},
		{"User.assignedTodos, newest first", s.user(`assignedTodos(first: 50) { edges { node { id } } }`), []string{"todo_assignees_user", "todos_pkey"}, true},
		{"User.assignedTodos, newest last", s.user(`assignedTodos(last: 50) { edges { node { id } } }`), []string{"todo_assignees_user", "todos_pkey"}, true},
		{"User.dueToday", s.user(`dueToday(first: 50) { edges { node { id } } }`), []string{"todo_assignees_user", "todos_pkey"}, false},
		{"User.dueToday.totalCount", s.user(`dueToday(first: 0) { totalCount }`), []string{"todo_assignees_user", "todos_pkey"}, false},
		{"User.todoStats", s.user(`todoStats { open }`), []string{"todo_assignees_user", "todos_pkey"}, false},
		{"searchTodos", `{ searchTodos(query: "sextant", first: 50) { edges { node { id } } } }`, []string{"list_members_user", "todos_search"}, false},
		{"searchTodos.totalCount", `{ searchTodos(query: "sextant", first: 0) { totalCount } }`, []string{"list_members_user", "todos_search"}, false},
		{"searchTodos of a list", fmt.Sprintf(`{ searchTodos(query: "sextant or zither", listId: %q) { edges { node { id } } } }`, s.list), []string{"todos_search"}, false},
	}
	for _, field := range []string{"UPDATED_AT", "DUE_AT", "PRIORITY", "TITLE"} {
		cases = append(cases, planCase{
			name:  "User.assignedTodos by " + field,
			query: s.user(fmt.Sprintf(`assignedTodos(first: 50, orderBy: {field: %s}) { edges { node { id } } }`, field)),
			want:  []string{"todo_assignees_user", "todos_pkey"},
		})
	}
	return cases
}

// user is the operation that reads fields of the seeded person.
func (s seededService) user(fields string) string {
	return fmt.Sprintf(`{ _entities(representations: [{__typename: "User", id: %q, timeZone: "Europe/Berlin"}]) { ... on User { %s } } }`, s.person.Subject, fields)
}
