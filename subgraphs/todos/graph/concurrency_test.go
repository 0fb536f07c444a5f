package graph_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/weftql/weft/schema/identity"
)

// TestTwoSessionsChangeOneTodo has both change what they saw: one does, the other
// learns that it was too late.
func TestTwoSessionsChangeOneTodo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	for version := 1; version <= 20; version++ {
		var group sync.WaitGroup
		answers := make([]payload, 2)
		for i, caller := range []identity.Claims{h.owner, h.editor} {
			group.Go(func() {
				answers[i] = b.do(t, caller, "updateTodo", "todo { title version }", map[string]any{
					"id": h.todo, "title": strings.Repeat(string(rune('a'+i)), version), "expectedVersion": version,
				})
			})
		}
		group.Wait()
		if answers[0].Todo == nil {
			answers[0], answers[1] = answers[1], answers[0]
		}
		if answers[0].Todo == nil || answers[0].Todo.Version != int32(version+1) {
			t.Fatalf("nobody has changed version %d: %+v", version, answers)
		}
		answers[1].refused(t, "STALE_VERSION expectedVersion")
	}
	b.consistent(t)
}

// TestManyChangesAtOnce has everybody change everything; what is left is a list
// that holds together.
func TestManyChangesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	second := b.do(t, h.owner, "createTodo", "todo { id }", map[string]any{"listId": h.list, "title": "second"}).Todo.ID
	var group sync.WaitGroup
	for i, changes := range [][]func(){
		{func() { b.do(t, h.editor, "completeTodos", "", map[string]any{"ids": []string{h.todo, second}}) }},
		{func() { b.do(t, h.owner, "completeTodos", "", map[string]any{"ids": []string{second, h.todo}}) }},
		{
			func() {
				b.do(t, h.owner, "assignTodo", "", map[string]any{"id": h.todo, "assigneeIds": []string{h.viewer.Subject}})
			},
			func() {
				b.do(t, h.owner, "assignTodo", "", map[string]any{"id": second, "assigneeIds": []string{h.viewer.Subject, h.owner.Subject}})
			},
		},
		{
			func() {
				b.do(t, h.owner, "removeListMember", "", map[string]any{"listId": h.list, "userId": h.viewer.Subject})
			},
			func() {
				b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.viewer.Subject, "role": "EDITOR"})
			},
		},
		{
			func() { b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": h.todo, "status": "OPEN"}) },
			func() { b.do(t, h.owner, "setTodoStatus", "", map[string]any{"id": second, "status": "OPEN"}) },
		},
		{
			func() { b.do(t, h.editor, "tagTodo", "", map[string]any{"id": second, "tagIds": []string{h.tag}}) },
			func() { b.do(t, h.owner, "renameTag", "", map[string]any{"id": h.tag, "name": "y"}) },
			func() { b.do(t, h.editor, "tagTodo", "", map[string]any{"id": second, "tagIds": []string{}}) },
			func() { b.do(t, h.owner, "renameTag", "", map[string]any{"id": h.tag, "name": "z"}) },
		},
	} {
		group.Go(func() {
			for n := range 15 {
				changes[(n+i)%len(changes)]()
			}
		})
	}
	group.Wait()
	b.consistent(t)
}

// TestTwoOwnersLeave has both try at once, so that one has to stay.
func TestTwoOwnersLeave(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": h.editor.Subject, "role": "OWNER"}).refused(t)
	for range 10 {
		var group sync.WaitGroup
		for _, who := range []identity.Claims{h.owner, h.editor} {
			group.Go(func() { b.do(t, who, "removeListMember", "", map[string]any{"listId": h.list, "userId": who.Subject}) })
		}
		group.Wait()
		b.consistent(t)
		stays, other := h.owner, h.editor
		if len(b.do(t, h.editor, "renameTodoList", "", map[string]any{"id": h.list, "name": "x"}).Errors) == 0 {
			stays, other = other, stays
		}
		b.do(t, stays, "setListMember", "", map[string]any{"listId": h.list, "userId": other.Subject, "role": "OWNER"}).refused(t)
	}
}
