package todos_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/todos"
)

func of[T any](value T) *T { return &value }

// TestTodoQuery shows that one meaning has one form, which is what cursors are
// bound to and batches are made of.
func TestTodoQuery(t *testing.T) {
	t.Parallel()
	query := func(filter *todos.TodoFilter, order *todos.TodoOrder) todos.TodoQuery {
		t.Helper()
		q, err := todos.NewTodoQuery(filter, order)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	noon := time.Date(2026, 7, 15, 12, 0, 0, 1_999, time.FixedZone("", 3600))
	same := map[string][2]todos.TodoQuery{
		"nothing, and an empty filter": {query(nil, nil), query(&todos.TodoFilter{Search: of("  "), Status: []todos.TodoStatus{}}, nil)},
		"the order of nothing":         {query(nil, nil), query(nil, &todos.TodoOrder{Field: todos.OrderByCreatedAt, Direction: todos.Descending})},
		"words in another order": {
			query(&todos.TodoFilter{Status: []todos.TodoStatus{"OPEN", "DONE", "OPEN"}, TagIDs: []string{"b", "a"}}, nil),
			query(&todos.TodoFilter{Status: []todos.TodoStatus{"DONE", "OPEN"}, TagIDs: []string{"a", "b", "b"}}, nil),
		},
		"a moment in another zone, in the database's precision": {
			query(&todos.TodoFilter{DueBefore: &noon}, nil),
			query(&todos.TodoFilter{DueBefore: of(time.Date(2026, 7, 15, 11, 0, 0, 1_000, time.UTC))}, nil),
		},
		"archived todos by their status": {
			query(&todos.TodoFilter{Status: []todos.TodoStatus{"ARCHIVED"}}, nil),
			query(&todos.TodoFilter{Status: []todos.TodoStatus{"ARCHIVED"}, IncludeArchived: true}, nil),
		},
	}
	for name, pair := range same {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" || pair[0] != pair[1] || pair[0].String() != pair[1].String() {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	different := []todos.TodoQuery{
		query(nil, nil),
		query(nil, &todos.TodoOrder{Field: todos.OrderByCreatedAt, Direction: todos.Ascending}),
		query(nil, &todos.TodoOrder{Field: todos.OrderByTitle, Direction: todos.Descending}),
		query(&todos.TodoFilter{Search: of("a")}, nil),
		query(&todos.TodoFilter{Status: []todos.TodoStatus{"OPEN"}}, nil),
		query(&todos.TodoFilter{Priority: []todos.Priority{"LOW"}}, nil),
		query(&todos.TodoFilter{AssigneeID: of("a")}, nil),
		query(&todos.TodoFilter{TagIDs: []string{"a"}}, nil),
		query(&todos.TodoFilter{DueBefore: &noon}, nil),
		query(&todos.TodoFilter{DueAfter: &noon}, nil),
		query(&todos.TodoFilter{Overdue: of(true)}, nil),
		query(&todos.TodoFilter{Overdue: of(false)}, nil),
		query(&todos.TodoFilter{IncludeArchived: true}, nil),
	}
	seen := map[string]int{}
	for i, q := range different {
		if j, known := seen[q.String()]; known {
			t.Errorf("queries %d and %d look the same: %s", j, i, q)
		}
		seen[q.String()] = i
	}
}

func TestTodoQueryRefuses(t *testing.T) {
	t.Parallel()
	for want, filter := range map[string]todos.TodoFilter{
		"argument filter.search must not be longer than 200 characters":        {Search: of(strings.Repeat("ä", 201))},
		"argument filter.search must not contain control characters":           {Search: of("a\x00b")},
		"argument filter.tagIds names 11 tags, but must not name more than 10": {TagIDs: make([]string, 11)},
		"argument filter.tagIds has an element that is no id":                  {TagIDs: []string{"a,b"}},
		"argument filter.assigneeId is no id":                                  {AssigneeID: of("")},
		"argument filter.dueBefore must lie between the years 1970 and 9999":   {DueBefore: of(time.Time{})},
		"argument filter.dueAfter must lie between the years 1970 and 9999":    {DueAfter: of(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC))},
	} {
		if _, err := todos.NewTodoQuery(&filter, nil); err == nil || err.Error() != want || !errors.Is(err, refusal.BadInput("")) {
			t.Errorf("%v, want the refusal %q", err, want)
		}
	}
	for words, want := range map[string]string{
		" ":                      "argument query must not be empty",
		strings.Repeat("x", 201): "argument query must not be longer than 200 characters",
		"\xff":                   "argument query must not contain control characters",
	} {
		if _, err := todos.Matching(words, nil); err == nil || err.Error() != want || !errors.Is(err, refusal.BadInput("")) {
			t.Errorf("%v, want the refusal %q", err, want)
		}
	}
}
