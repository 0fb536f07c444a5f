package todos

import (
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Bounds of a todo; lengths are in characters.
const (
	MaxTitleChars       = 255
	MaxDescriptionChars = 10_000
	MaxAssignees        = 20
	MaxTagsOfTodo       = 20
)

// Todo is something to do, as a member of its list sees it.
type Todo struct {
	ID          string // tdo_…
	ListID      string // tdl_…
	Title       string
	Description *string
	Status      TodoStatus
	Priority    Priority
	DueAt       *time.Time
	RemindAt    *time.Time
	// CompletedAt is when it was done: set if the status is done, and possibly if
	// it is archived.
	CompletedAt *time.Time
	// Overdue says that DueAt had passed when the todo was read, and that it is
	// neither done nor archived.
	Overdue   bool
	CreatorID string // usr_…
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int32
}

// IsEntity marks Todo as an entity of the federated graph.
func (Todo) IsEntity() {}

// IsNode marks Todo as a Node.
func (Todo) IsNode() {}

// CreatedBy is who added the todo.
func (t Todo) CreatedBy() *User { return &User{ID: t.CreatorID} }

// TodoStatus is how far a todo is.
type TodoStatus string

// The statuses. Todos begin as open; open and in progress are the active ones.
const (
	StatusOpen       TodoStatus = "OPEN"
	StatusInProgress TodoStatus = "IN_PROGRESS"
	StatusDone       TodoStatus = "DONE"
	StatusArchived   TodoStatus = "ARCHIVED"
)

// Active tells whether there is something left to do.
func (s TodoStatus) Active() bool { return s == StatusOpen || s == StatusInProgress }

// Priority is how urgent a todo is.
type Priority string

// The priorities, least urgent first.
const (
	PriorityLow    Priority = "LOW"
	PriorityNormal Priority = "NORMAL"
	PriorityHigh   Priority = "HIGH"
	PriorityUrgent Priority = "URGENT"
)

// TodoConnection is one page of a set of todos.
type TodoConnection struct {
	Edges    []TodoEdge
	PageInfo page.Info
	// Of is the whole set, of which Query takes a part.
	Of    TodoSet
	Query TodoQuery
}

// TodoEdge is a todo's place in a connection.
type TodoEdge struct {
	Cursor string
	Node   *Todo
}

// CreateTodoInput is a new todo as the client describes it.
type CreateTodoInput struct {
	ListID      string
	Title       string
	Description *string
	Priority    Priority
	DueAt       *time.Time
	RemindAt    *time.Time
	AssigneeIDs []string
	TagIDs      []string
	// IdempotencyKey makes a repeated request harmless; see Request.
	IdempotencyKey *string
}

// Normalize returns the input without surrounding white space in the title and
// with each assignee and tag once, or the reasons for which it cannot be accepted.
func (in CreateTodoInput) Normalize() (CreateTodoInput, error) {
	in.Title = strings.TrimSpace(in.Title)
	in.AssigneeIDs, in.TagIDs = unique(in.AssigneeIDs), unique(in.TagIDs)
	return in, join(
		refuse("title", checkLine(in.Title, MaxTitleChars)),
		refuse("description", checkDescription(in.Description)),
		refuse("dueAt", checkMoment(in.DueAt)),
		refuse("remindAt", checkMoment(in.RemindAt)),
		refuse("assigneeIds", checkCount(len(in.AssigneeIDs), MaxAssignees, "people")),
		refuse("tagIds", checkCount(len(in.TagIDs), MaxTagsOfTodo, "tags")),
		refuse("idempotencyKey", checkKey(in.IdempotencyKey)),
	)
}
