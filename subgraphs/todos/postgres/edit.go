package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// UpdateTodo implements todos.Service.
func (s *Service) UpdateTodo(ctx context.Context, viewer todos.Viewer, in todos.TodoPatch) (*todos.Todo, error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	in, err := in.Normalize()
	if err != nil {
		return nil, err
	}
	return s.edit(ctx, "update todo", viewer, in.ID, in.ExpectedVersion, todos.TodoUpdated,
		func(t todos.Todo, _ time.Time) todos.Todo { return in.Apply(t) })
}

// SetTodoStatus implements todos.Service.
func (s *Service) SetTodoStatus(ctx context.Context, viewer todos.Viewer, in todos.SetTodoStatusInput) (*todos.Todo, error) {
	return s.edit(ctx, "set status", viewer, in.ID, in.ExpectedVersion, todos.TodoStatusChanged,
		func(t todos.Todo, now time.Time) todos.Todo { return t.WithStatus(in.Status, now) })
}

// edit makes of a todo what a function of the domain makes of it.
func (s *Service) edit(ctx context.Context, name string, viewer todos.Viewer, text string, expected *int32, event todos.EventType,
	make func(todos.Todo, time.Time) todos.Todo,
) (todo *todos.Todo, err error) {
	err = s.change(ctx, name, viewer, func(c change) error {
		held, err := c.todo(ctx, text, expected, existing)
		if err != nil {
			return err
		}
		before := held.Todo
		held.Todo = make(before, c.at)
		changes := held.Changes(&before)
		if len(changes) == 0 {
			todo = &before
			return nil
		}
		todo, err = c.saveTodo(ctx, held, event, changes)
		return err
	})
	return todo, err
}

// AssignTodo implements todos.Service.
func (s *Service) AssignTodo(ctx context.Context, viewer todos.Viewer, in todos.AssignTodoInput) (todo *todos.Todo, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "assign todo", viewer, func(c change) error {
		held, err := c.todo(ctx, in.ID, in.ExpectedVersion, existing)
		if err != nil {
			return err
		}
		list, err := id.Parse(id.TodoList, held.ListID)
		if err != nil {
			return err
		}
		people, err := c.mustBeMembers(ctx, list, in.AssigneeIDs, "assigneeIds")
		if err != nil {
			return err
		}
		before, err := c.assignees(ctx, held.key)
		if err != nil {
			return err
		}
		if slices.Equal(before, in.AssigneeIDs) {
			todo = &held.Todo
			return nil
		}
		if err := c.replaceAssignees(ctx, held.key, people); err != nil {
			return err
		}
		if held.Status.Active() {
			told := todos.ToldOfAssignment(before, in.AssigneeIDs, viewer.ID)
			if _, err := c.insertJobs(ctx, c.assignments(held.key, held.Version+1, told)); err != nil {
				return err
			}
		}
		changes := todos.Changes{}
		changes.SetItems("assigneeIds", before, in.AssigneeIDs)
		todo, err = c.saveTodo(ctx, held, todos.TodoAssigned, changes)
		return err
	})
	return todo, err
}

// assignees reads who a locked todo is assigned to, in order.
func (c change) assignees(ctx context.Context, todo id.UUID) ([]string, error) {
	rows, err := c.tx.Query(ctx, `select user_id from todo_assignees where todo_id = $1 order by position, user_id`, todo)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var user id.UUID
		err := row.Scan(&user)
		return id.Format(id.User, user), err
	})
}

// DeleteTodo implements todos.Service.
func (s *Service) DeleteTodo(ctx context.Context, viewer todos.Viewer, in todos.DeleteTodoInput) (todo *todos.Todo, err error) {
	err = s.change(ctx, "delete todo", viewer, func(c change) error {
		held, err := c.todo(ctx, in.ID, in.ExpectedVersion, existing)
		if err != nil {
			return err
		}
		held.deletedAt = &c.at
		todo, err = c.saveTodo(ctx, held, todos.TodoDeleted, todos.Changes{})
		return err
	})
	return todo, err
}

// RestoreTodo implements todos.Service.
func (s *Service) RestoreTodo(ctx context.Context, viewer todos.Viewer, in todos.RestoreTodoInput) (todo *todos.Todo, err error) {
	err = s.change(ctx, "restore todo", viewer, func(c change) error {
		held, err := c.todo(ctx, in.ID, in.ExpectedVersion, c.at.Add(-todos.RestoreWindow))
		if err != nil {
			return err
		}
		if held.deletedAt == nil {
			todo = &held.Todo
			return nil
		}
		held.deletedAt = nil
		todo, err = c.saveTodo(ctx, held, todos.TodoRestored, todos.Changes{})
		return err
	})
	return todo, err
}
