package todos

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Bounds of a todo; lengths are in characters.
const (
	MaxTitleChars       = 255
	MaxDescriptionChars = 10_000
	MaxAssignees        = 20
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
	AssigneeIDs []string
}

// Normalize returns the input without surrounding white space in the title and
// with each assignee once, or the reasons for which it cannot be accepted.
func (in CreateTodoInput) Normalize() (CreateTodoInput, error) {
	var refused UserErrors
	refuse := func(field, message string) {
		refused = append(refused, Fail(CodeBadInput, field, message)...)
	}
	in.Title = strings.TrimSpace(in.Title)
	if message := checkLine(in.Title, MaxTitleChars); message != "" {
		refuse("title", message)
	}
	if in.Description != nil {
		if message := checkText(*in.Description, MaxDescriptionChars); message != "" {
			refuse("description", message)
		}
	}
	if in.DueAt != nil && (in.DueAt.Year() < 1970 || in.DueAt.Year() > 9999) {
		refuse("dueAt", "must lie between the years 1970 and 9999")
	}
	in.AssigneeIDs = unique(in.AssigneeIDs)
	if len(in.AssigneeIDs) > MaxAssignees {
		refuse("assigneeIds", "must not name more than "+strconv.Itoa(MaxAssignees)+" people")
	}
	if refused != nil {
		return in, refused
	}
	return in, nil
}

// checkText returns what is wrong with a text of at most limit characters that
// may have several lines, "" if nothing.
func checkText(text string, limit int) string {
	if utf8.RuneCountInString(text) > limit {
		return "must not be longer than " + strconv.Itoa(limit) + " characters"
	}
	inLine := func(r rune) bool { return unprintable(r) && r != '\n' && r != '\r' && r != '\t' }
	if strings.ContainsFunc(text, inLine) {
		return "must not contain control characters"
	}
	return ""
}

// unique returns the texts in their order, each once.
func unique(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	kept := make([]string, 0, len(texts))
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			kept = append(kept, text)
		}
	}
	return kept
}
