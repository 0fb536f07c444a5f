package todos

import (
	"context"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Service is what can be done with lists and todos. Implementations are safe for
// concurrent use. Expected failures of mutations are UserErrors, refused callers
// and arguments are refusals; every other error is the service's own trouble.
//
// Methods that take several keys answer in the order of the keys, nil or empty
// where there is nothing that the viewer may see; keys may be malformed or there
// twice. Each needs a number of statements that does not depend on that of keys
// or rows.
type Service interface {
	// CreateTodoList creates a list; the viewer becomes its owner and first
	// member. UserErrors: CodeBadInput.
	CreateTodoList(ctx context.Context, viewer Viewer, in CreateTodoListInput) (*TodoList, error)

	// CreateTodo adds a todo to a list in which the viewer is owner or editor.
	// UserErrors: CodeBadInput, also for assignees who are no members;
	// CodeNotFound, CodeForbidden.
	CreateTodo(ctx context.Context, viewer Viewer, in CreateTodoInput) (*Todo, error)

	// ListsByID returns lists by their ids.
	ListsByID(ctx context.Context, viewer Viewer, ids []string) ([]*TodoList, error)

	// TodosByID returns todos by their ids.
	TodosByID(ctx context.Context, viewer Viewer, ids []string) ([]*Todo, error)

	// Lists returns, for each user, the same page of the lists of which the user
	// and the viewer are members; what the user joined last comes first.
	Lists(ctx context.Context, viewer Viewer, userIDs []string, args page.Args) ([]*TodoListConnection, error)

	// CountLists returns, for each user, how many lists Lists would return in all.
	CountLists(ctx context.Context, viewer Viewer, userIDs []string) ([]int32, error)

	// Todos returns, for each set, the same page of what the query takes of it.
	// DueToday comes in the order of the due dates and Matching with the best match
	// first, whatever the query says; nothing but the page matters to them.
	Todos(ctx context.Context, viewer Viewer, sets []TodoSet, query TodoQuery, args page.Args) ([]*TodoConnection, error)

	// CountTodos returns the size of what the query takes of each set.
	CountTodos(ctx context.Context, viewer Viewer, sets []TodoSet, query TodoQuery) ([]int32, error)

	// ListStats returns the numbers of todos in each list.
	ListStats(ctx context.Context, viewer Viewer, listIDs []string) ([]TodoStats, error)

	// UserStats returns the numbers of todos that are assigned to each user.
	UserStats(ctx context.Context, viewer Viewer, userIDs []string) ([]TodoStats, error)

	// Members returns, for each list, its first 100 members in order of joining.
	Members(ctx context.Context, viewer Viewer, listIDs []string) ([][]ListMember, error)

	// Assignees returns, for each todo, who it is assigned to, in order of
	// assignment.
	Assignees(ctx context.Context, viewer Viewer, todoIDs []string) ([][]User, error)
}
