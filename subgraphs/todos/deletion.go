package todos

import "time"

// RestoreWindow is how long a deleted todo can be restored.
const RestoreWindow = 30 * 24 * time.Hour

// DeleteTodoListInput says which list to delete.
type DeleteTodoListInput struct {
	ID              string
	ExpectedVersion *int32
}

// DeleteTodoInput says which todo to delete.
type DeleteTodoInput struct {
	ID              string
	ExpectedVersion *int32
}

// RestoreTodoInput says which deleted todo to bring back.
type RestoreTodoInput struct {
	ID              string
	ExpectedVersion *int32
}
