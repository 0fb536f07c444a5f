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
	ListWriter
	TodoWriter
	TagWriter

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

	// TagsOfLists returns, for each list, its tags by name.
	TagsOfLists(ctx context.Context, viewer Viewer, listIDs []string) ([][]Tag, error)

	// TagsOfTodos returns, for each todo, its tags by name.
	TagsOfTodos(ctx context.Context, viewer Viewer, todoIDs []string) ([][]Tag, error)

	// History returns, for each todo, the same page of what happened to it, the
	// latest first.
	History(ctx context.Context, viewer Viewer, todoIDs []string, args page.Args) ([]*TodoEventConnection, error)

	// CountHistory returns, for each todo, how many events History would return in
	// all.
	CountHistory(ctx context.Context, viewer Viewer, todoIDs []string) ([]int32, error)
}

// Every method of the interfaces below changes something, on behalf of a viewer who
// is logged in, in one transaction with the Event that tells of it. What they have
// in common: UserErrors with CodeNotFound for what the viewer may not see, with
// CodeForbidden for what the viewer's role does not allow (access.go), with
// CodeStaleVersion for an object whose version is not the expected one, and with
// CodeBadInput for input that its Normalize refuses. A change that changes nothing
// succeeds and leaves the version as it is.

// ListWriter changes lists and their members.
type ListWriter interface {
	// CreateTodoList creates a list; the viewer becomes its owner and first member.
	CreateTodoList(ctx context.Context, viewer Viewer, in CreateTodoListInput) (*TodoList, error)

	// RenameTodoList gives a list another name.
	RenameTodoList(ctx context.Context, viewer Viewer, in RenameTodoListInput) (*TodoList, error)

	// DeleteTodoList deletes a list, and with it what lies in it.
	DeleteTodoList(ctx context.Context, viewer Viewer, in DeleteTodoListInput) error

	// SetListMember makes somebody a member, or gives a member another role.
	// UserErrors: CodeConflict if the last owner would be none, or for one member
	// too many.
	SetListMember(ctx context.Context, viewer Viewer, in SetListMemberInput) (*TodoList, error)

	// RemoveListMember ends a membership and takes the person off the list's todos.
	// Owners remove everybody, others themselves. The list is nil if the viewer has
	// left it. UserErrors: CodeConflict for the last owner.
	RemoveListMember(ctx context.Context, viewer Viewer, in RemoveListMemberInput) (*TodoList, error)
}

// TodoWriter changes todos.
type TodoWriter interface {
	// CreateTodo adds a todo to a list, or returns the one that was added under the
	// same idempotency key. UserErrors: CodeBadInput also for assignees who are no
	// members; CodeIdempotencyKeyReused.
	CreateTodo(ctx context.Context, viewer Viewer, in CreateTodoInput) (*Todo, error)

	// UpdateTodo changes what a todo says.
	UpdateTodo(ctx context.Context, viewer Viewer, in TodoPatch) (*Todo, error)

	// SetTodoStatus says how far a todo is.
	SetTodoStatus(ctx context.Context, viewer Viewer, in SetTodoStatusInput) (*Todo, error)

	// AssignTodo gives a todo other assignees. UserErrors: CodeBadInput also for
	// people who are no members.
	AssignTodo(ctx context.Context, viewer Viewer, in AssignTodoInput) (*Todo, error)

	// TagTodo gives a todo other tags, of its list.
	TagTodo(ctx context.Context, viewer Viewer, in TagTodoInput) (*Todo, error)

	// CompleteTodos sets the status of todos to done. It returns those that are, and
	// UserErrors beside them for the others.
	CompleteTodos(ctx context.Context, viewer Viewer, in CompleteTodosInput) ([]*Todo, error)

	// DeleteTodo deletes a todo and returns what it was, with the version that
	// RestoreTodo expects.
	DeleteTodo(ctx context.Context, viewer Viewer, in DeleteTodoInput) (*Todo, error)

	// RestoreTodo brings a todo back that was deleted within the RestoreWindow.
	RestoreTodo(ctx context.Context, viewer Viewer, in RestoreTodoInput) (*Todo, error)
}

// TagWriter changes the tags of lists.
type TagWriter interface {
	// CreateTag adds a tag to a list. UserErrors: CodeConflict if there is one of the
	// name, or for one tag too many.
	CreateTag(ctx context.Context, viewer Viewer, in CreateTagInput) (*Tag, error)

	// RenameTag gives a tag another name. UserErrors: CodeConflict if there is one of
	// the name.
	RenameTag(ctx context.Context, viewer Viewer, in RenameTagInput) (*Tag, error)

	// DeleteTag takes a tag off its list and todos.
	DeleteTag(ctx context.Context, viewer Viewer, in DeleteTagInput) error
}
