package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weftql/weft/subgraphs/todos"
)

// todoPayload is the answer of a mutation that made or changed a todo; err is what
// the service said.
func todoPayload(ctx context.Context, todo *todos.Todo, err error) (*TodoPayload, error) {
	errs, err := userErrors(err)
	if err != nil {
		return nil, err
	}
	if len(errs) > 0 {
		return &TodoPayload{Errors: errs}, nil
	}
	reload(ctx).sawTodos([]*todos.Todo{todo})
	return &TodoPayload{Todo: todo, Errors: errs}, nil
}

// listPayload is todoPayload for lists; the list may be nil.
func listPayload(ctx context.Context, list *todos.TodoList, err error) (*TodoListPayload, error) {
	errs, err := userErrors(err)
	if err != nil {
		return nil, err
	}
	if len(errs) > 0 {
		return &TodoListPayload{Errors: errs}, nil
	}
	reload(ctx).sawLists([]*todos.TodoList{list})
	return &TodoListPayload{List: list, Errors: errs}, nil
}

// patch is what of the input was given.
func patch(in UpdateTodoInput) todos.TodoPatch {
	return todos.TodoPatch{
		ID: in.ID, Title: given(in.Title), Description: given(in.Description), Priority: given(in.Priority),
		DueAt: given(in.DueAt), RemindAt: given(in.RemindAt), ExpectedVersion: in.ExpectedVersion.Value(),
	}
}

// given tells an omitted field from one that is null.
func given[T any](field graphql.Omittable[T]) todos.Given[T] {
	value, is := field.ValueOK()
	return todos.Given[T]{Is: is, Value: value}
}
