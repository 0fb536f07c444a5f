package graph_test

import (
	"sync"
	"testing"

	"github.com/weftql/weft/schema/identity"
)

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	full := func(change map[string]any) map[string]any {
		input := map[string]any{
			"listId": h.list, "title": "Paint", "description": "white", "priority": "HIGH", "dueAt": "2026-07-16T12:00:00Z", "remindAt": "2026-07-16T10:00:00Z",
			"assigneeIds": []string{h.viewer.Subject}, "tagIds": []string{h.tag}, "idempotencyKey": "k1",
		}
		for name, value := range change {
			input[name] = value
		}
		return input
	}
	create := func(caller identity.Claims, change map[string]any) payload {
		t.Helper()
		return b.do(t, caller, "createTodo", "todo { id title version }", full(change))
	}
	first := create(h.owner, nil)
	first.refused(t)
	for name, same := range map[string]map[string]any{
		"the same":                    nil,
		"another way of writing it":   {"title": " Paint ", "dueAt": "2026-07-16T14:00:00+02:00"},
		"the same, with what is said": {"assigneeIds": []string{h.viewer.Subject, h.viewer.Subject}},
	} {
		if again := create(h.owner, same); again.Todo == nil || again.Todo.ID != first.Todo.ID {
			t.Errorf("%s: %+v, want %s", name, again, first.Todo.ID)
		}
	}
	for field, value := range map[string]any{
		"listId": "tdl_00000000000000000000000000", "title": "paint", "description": nil, "priority": "LOW", "dueAt": "2026-07-16T12:00:01Z", "remindAt": nil,
		"assigneeIds": []string{}, "tagIds": []string{},
	} {
		create(h.owner, map[string]any{field: value}).refused(t, "IDEMPOTENCY_KEY_REUSED idempotencyKey")
	}
	if other := create(h.owner, map[string]any{"idempotencyKey": "k2"}); other.Todo == nil || other.Todo.ID == first.Todo.ID {
		t.Errorf("another key: %+v", other)
	}
	if other := create(h.editor, nil); other.Todo == nil || other.Todo.ID == first.Todo.ID {
		t.Errorf("another caller: %+v", other)
	}
	// What is refused takes no key.
	create(h.owner, map[string]any{"idempotencyKey": "k3", "listId": "tdl_x"}).refused(t, "NOT_FOUND listId")
	create(h.owner, map[string]any{"idempotencyKey": "k3"}).refused(t)
	// The todo is shown as it is now.
	b.do(t, h.owner, "updateTodo", "", map[string]any{"id": first.Todo.ID, "title": "Painted"}).refused(t)
	if again := create(h.owner, nil); again.Todo == nil || again.Todo.Title != "Painted" || again.Todo.Version != 2 {
		t.Errorf("%+v", again)
	}
	b.do(t, h.owner, "deleteTodo", "", map[string]any{"id": first.Todo.ID}).refused(t)
	create(h.owner, nil).refused(t, "NOT_FOUND idempotencyKey")
	// A key can be used again when its time is over.
	b.exec(t, `update idempotency_keys set expires_at = $1`, noon)
	if other := create(h.owner, map[string]any{"title": "again"}); other.Todo == nil || other.Todo.ID == first.Todo.ID {
		t.Errorf("%+v", other)
	}
	b.consistent(t)
}

// TestIdempotencyKeyAtOnce sends one request several times at the same moment.
func TestIdempotencyKeyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	var mu sync.Mutex
	ids := map[string]bool{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got := b.do(t, h.editor, "createTodo", "todo { id }", map[string]any{"listId": h.list, "title": "x", "idempotencyKey": "k"})
			got.refused(t)
			mu.Lock()
			defer mu.Unlock()
			if got.Todo != nil {
				ids[got.Todo.ID] = true
			}
		})
	}
	group.Wait()
	if len(ids) != 1 {
		t.Errorf("todos %v, want one", ids)
	}
	b.consistent(t)
}
