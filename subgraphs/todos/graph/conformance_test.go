package graph_test

import (
	"testing"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/server/conformance"
)

// conforming is todos with a list of two todos whose ids the cases of
// testdata/entities know, and another list and its todo that the caller may not
// see.
func conforming(t *testing.T) conformance.Subgraph {
	t.Helper()
	b := setup(t)
	entities := map[string][]conformance.Row{}
	add := func(name string, fields map[string]any) {
		entities[name] = append(entities[name], conformance.ByID(fields))
	}
	text := func(kind id.Kind, n int) string { return id.Format(kind, id.UUID{15: byte(n)}) }
	for n, list := range map[int]int{1: 1, 2: 1, 3: 3} {
		b.exec(t, `insert into todo_lists (id, name, owner_id) values ($1, 'Home', $1) on conflict do nothing`, id.UUID{15: byte(list)})
		b.exec(t, `insert into list_members (list_id, user_id, role) values ($1, $1, 'OWNER') on conflict do nothing`, id.UUID{15: byte(list)})
		b.exec(t, `insert into todos (id, list_id, title, creator_id) values ($1, $2, 'Paint', $2)`, id.UUID{15: byte(n)}, id.UUID{15: byte(list)})
		if list == 1 {
			listID := text(id.TodoList, list)
			add("TodoList", map[string]any{"id": listID, "name": "Home", "myRole": "OWNER"})
			add("Todo", map[string]any{"id": text(id.Todo, n), "title": "Paint", "list": map[string]any{"id": listID}})
			add("User", map[string]any{"id": text(id.User, n), "dueToday": map[string]any{"totalCount": 0}})
		}
	}
	return conformance.Subgraph{
		Name: "todos", Client: b.Client, Caller: person(1), Schema: "../../../schema/subgraphs/todos", Entities: entities,
	}
}

func TestEntitiesAreAsInTheCases(t *testing.T) {
	t.Parallel()
	conformance.Golden(t, conforming(t))
}

func TestEntitiesAreAsApolloAnswers(t *testing.T) {
	t.Parallel()
	conformance.Apollo(t, conforming(t))
}
