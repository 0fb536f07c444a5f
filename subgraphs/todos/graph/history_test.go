package graph_test

import (
	"fmt"
	"slices"
	"testing"
)

// TestHistory changes a todo in each way and reads what became of it.
func TestHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob, eve := person(1), person(2), person(3)
	list := b.list(t, ada, "Home")
	b.join(t, list, bob, "EDITOR")
	todo := b.todo(t, ada, map[string]any{"listId": list, "title": "Paint", "assigneeIds": []string{bob.Subject}})
	change := func(mutation string) {
		t.Helper()
		response := b.Do(t, bob, fmt.Sprintf(`mutation { it: `+mutation+` { errors { code message } } }`, todo), nil)
		response.WantCodes(t)
		response.WantData(t, `{"it":{"errors":[]}}`)
	}
	change(`updateTodo(input: {id: %q, title: "Paint it", description: "black", dueAt: "2030-01-01T00:00:00+01:00"})`)
	change(`updateTodo(input: {id: %q, description: null})`)
	change(`setTodoStatus(input: {id: %q, status: DONE})`)
	change(`assignTodo(input: {id: %q, assigneeIds: []})`)
	change(`deleteTodo(input: {id: %q})`)
	change(`restoreTodo(input: {id: %q})`)
	query := fmt.Sprintf(`{ it: todo(id: %q) { c: history(last: 20) { totalCount edges { node { type version actor { id } changes { field from to added removed } } } } } }`, todo)
	event := func(kind string, version int, actor, changes string) string {
		return fmt.Sprintf(`{"node":{"type":%q,"version":%d,"actor":{"id":%q},"changes":[%s]}}`, kind, version, actor, changes)
	}
	value := func(field, from, to string) string {
		return fmt.Sprintf(`{"field":%q,"from":%s,"to":%s,"added":[],"removed":[]}`, field, from, to)
	}
	response := b.Do(t, bob, query, nil)
	response.WantCodes(t)
	response.WantData(t, `{"it":{"c":{"totalCount":7,"edges":[`+
		event("RESTORED", 7, bob.Subject, "")+","+
		event("DELETED", 6, bob.Subject, "")+","+
		event("ASSIGNED", 5, bob.Subject, fmt.Sprintf(`{"field":"assigneeIds","from":null,"to":null,"added":[],"removed":[%q]}`, bob.Subject))+","+
		event("STATUS_CHANGED", 4, bob.Subject, value("status", `"OPEN"`, `"DONE"`))+","+
		event("UPDATED", 3, bob.Subject, value("description", `"black"`, `null`))+","+
		event("UPDATED", 2, bob.Subject, value("description", `null`, `"black"`)+","+value("dueAt", `null`, `"2029-12-31T23:00:00Z"`)+","+value("title", `"Paint"`, `"Paint it"`))+","+
		event("CREATED", 1, ada.Subject, fmt.Sprintf(`{"field":"assigneeIds","from":null,"to":null,"added":[%q],"removed":[]},`, bob.Subject)+
			value("priority", `null`, `"NORMAL"`)+","+value("status", `null`, `"OPEN"`)+","+value("title", `null`, `"Paint"`))+
		`]}}}`)

	types := []string{"CREATED", "UPDATED", "UPDATED", "STATUS_CHANGED", "ASSIGNED", "DELETED", "RESTORED"}
	slices.Reverse(types)
	walk(t, b, ada, "history", func(page string) string {
		return fmt.Sprintf(`{ it: todo(id: %q) { c: history(%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { label: type } } } } }`, todo, page)
	}, types)
	b.Do(t, eve, query, nil).WantData(t, `{"it":null}`)
}
