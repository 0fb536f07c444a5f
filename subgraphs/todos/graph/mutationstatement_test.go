package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestStatementsOfMutations counts the SQL of each mutation, over few and many
// rows: the number follows from the operation alone. Begin and commit count; that
// workers are told of jobs does not, because they are told so often at most.
func TestStatementsOfMutations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const many = 20
	soon := time.Now().Add(time.Hour).Format(time.RFC3339) // by the clock of the database
	// Each case has a home in which nothing is left to do by another one.
	setting := func(t *testing.T, rows int) (h home, people, tags, todos []string) {
		h = b.home(t)
		for i := range rows {
			who := person(100 + i)
			b.do(t, h.owner, "setListMember", "", map[string]any{"listId": h.list, "userId": who.Subject, "role": "VIEWER"}).refused(t)
			people = append(people, who.Subject)
			tags = append(tags, b.do(t, h.owner, "createTag", "tag { id }", map[string]any{"listId": h.list, "name": fmt.Sprint(i)}).Tag.ID)
			todos = append(todos, b.do(t, h.owner, "createTodo", "todo { id }", map[string]any{
				"listId": h.list, "title": "x", "assigneeIds": people[:1], "tagIds": tags[:1], "remindAt": soon,
			}).Todo.ID)
		}
		return h, people, tags, todos
	}
	for _, c := range []struct {
		name  string
		input func(h home, people, tags, todos []string) map[string]any
		want  int
	}{
		// begin, list, members, tags, jobs, todo, assignees, tags, commit
		{"createTodo", func(h home, people, tags, _ []string) map[string]any {
			return map[string]any{"listId": h.list, "title": "x", "assigneeIds": people, "tagIds": tags, "remindAt": soon}
		}, 9},
		{"renameTodoList", func(h home, _, _, _ []string) map[string]any { return map[string]any{"id": h.list, "name": "x"} }, 4},
		// begin, list, jobs, list, commit
		{"deleteTodoList", func(h home, _, _, _ []string) map[string]any { return map[string]any{"id": h.list} }, 5},
		// begin, list, members, job, member, list, commit
		{"setListMember", func(h home, _, _, _ []string) map[string]any {
			return map[string]any{"listId": h.list, "userId": h.stranger.Subject, "role": "VIEWER"}
		}, 7},
		// begin, list, members, member, their todos, list, commit
		{"removeListMember", func(h home, people, _, _ []string) map[string]any {
			return map[string]any{"listId": h.list, "userId": people[0]}
		}, 7},
		{"updateTodo", func(_ home, _, _, todos []string) map[string]any { return map[string]any{"id": todos[0], "title": "y"} }, 4},
		// begin, todo, job, todo, commit
		{"updateTodo", func(_ home, _, _, todos []string) map[string]any {
			return map[string]any{"id": todos[0], "remindAt": time.Now().Add(2 * time.Hour).Format(time.RFC3339)}
		}, 5},
		{"updateTodo", func(_ home, _, _, todos []string) map[string]any {
			return map[string]any{"id": todos[0], "remindAt": nil}
		}, 4},
		{"setTodoStatus", func(_ home, _, _, todos []string) map[string]any {
			return map[string]any{"id": todos[0], "status": "DONE"}
		}, 4},
		// begin, todo, members, assignees, assignees, jobs, todo, commit
		{"assignTodo", func(h home, people, _, _ []string) map[string]any {
			return map[string]any{"id": h.todo, "assigneeIds": people}
		}, 8},
		{"tagTodo", func(h home, _, tags, _ []string) map[string]any { return map[string]any{"id": h.todo, "tagIds": tags} }, 7},
		// begin, todos, jobs, commit
		{"completeTodos", func(_ home, _, _, todos []string) map[string]any { return map[string]any{"ids": todos} }, 4},
		{"deleteTodo", func(h home, _, _, _ []string) map[string]any { return map[string]any{"id": h.todo} }, 4},
		{"restoreTodo", func(h home, _, _, _ []string) map[string]any { return map[string]any{"id": h.todo} }, 3},
		// begin, list, names, tag, list, commit
		{"createTag", func(h home, _, _, _ []string) map[string]any { return map[string]any{"listId": h.list, "name": "y"} }, 6},
		{"renameTag", func(_ home, _, tags, _ []string) map[string]any { return map[string]any{"id": tags[0], "name": "y"} }, 7},
		{"deleteTag", func(_ home, _, tags, _ []string) map[string]any { return map[string]any{"id": tags[0]} }, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, rows := range []int{1, many} {
				h, people, tags, todos := setting(t, rows)
				b.statements.Take()
				b.do(t, h.owner, c.name, "", c.input(h, people, tags, todos)).refused(t)
				if got := withoutNotice(b.statements.Take()); len(got) != c.want {
					t.Errorf("%d rows: %d statements, want %d:\n%s", rows, len(got), c.want, strings.Join(heads(got), "\n"))
				}
			}
		})
	}
	t.Run("what is selected of the result", func(t *testing.T) {
		for _, rows := range []int{1, many} {
			h, _, _, todos := setting(t, rows)
			b.statements.Take()
			b.do(t, h.owner, "completeTodos", "todos { title list { name tags { name } members { role } } assignees { id } tags { name } createdBy { id } }",
				map[string]any{"ids": todos}).refused(t)
			// The mutation's four, and one each for lists, their tags and members, for
			// assignees and for tags.
			if got := b.statements.Take(); len(got) != 9 {
				t.Errorf("%d rows: %d statements, want 9:\n%s", rows, len(got), strings.Join(heads(got), "\n"))
			}
		}
	})
}

// withoutNotice leaves out the statements that tell workers of jobs.
func withoutNotice(statements []string) []string {
	return slices.DeleteFunc(statements, func(sql string) bool { return strings.Contains(sql, "PGNotifyMany") })
}

// TestMutationsInOneRequest reads after each of several mutations what that one
// has made, not what was read before.
func TestMutationsInOneRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.home(t)
	response := b.Do(t, h.owner, fmt.Sprintf(`mutation {
		a: assignTodo(input: {id: %[1]q, assigneeIds: [%[2]q]}) { todo { assignees { id } list { version } } }
		b: renameTodoList(input: {id: %[4]q, name: "Garden"}) { list { version } }
		c: assignTodo(input: {id: %[1]q, assigneeIds: [%[3]q]}) { todo { assignees { id } list { name version } } }
	}`, h.todo, h.owner.Subject, h.editor.Subject, h.list), nil)
	response.WantCodes(t)
	response.WantData(t, fmt.Sprintf(`{"a":{"todo":{"assignees":[{"id":%q}],"list":{"version":4}}},"b":{"list":{"version":5}},
		"c":{"todo":{"assignees":[{"id":%q}],"list":{"name":"Garden","version":5}}}}`, h.owner.Subject, h.editor.Subject))
}
