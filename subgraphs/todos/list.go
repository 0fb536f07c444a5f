package todos

import (
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// MaxNameChars bounds the name of a list, in characters.
const MaxNameChars = 100

// TodoList is a list that its members share, as one of them sees it.
type TodoList struct {
	ID        string // tdl_…
	Name      string
	MyRole    ListRole // the viewer's
	OwnerID   string   // usr_…
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int32
}

// IsEntity marks TodoList as an entity of the federated graph.
func (TodoList) IsEntity() {}

// IsNode marks TodoList as a Node.
func (TodoList) IsNode() {}

// Owner is the owner who has been a member longest.
func (l TodoList) Owner() *User { return &User{ID: l.OwnerID} }

// ListRole is what a member may do with a list.
type ListRole string

// The roles, from the most to the least.
const (
	RoleOwner  ListRole = "OWNER"
	RoleEditor ListRole = "EDITOR"
	RoleViewer ListRole = "VIEWER"
)

// TodoListConnection is one page of the lists of a person.
type TodoListConnection struct {
	Edges    []TodoListEdge
	PageInfo page.Info
	// UserID is whose lists these are.
	UserID string
}

// TodoListEdge is a list's place in a connection, with the role that the person
// of the connection has in it.
type TodoListEdge struct {
	Cursor string
	Node   *TodoList
	Role   ListRole
}

// CreateTodoListInput is a new list as the client describes it.
type CreateTodoListInput struct {
	Name string
}

// Normalize returns the input without surrounding white space, or the reasons
// for which it cannot be accepted.
func (in CreateTodoListInput) Normalize() (CreateTodoListInput, error) {
	in.Name = strings.TrimSpace(in.Name)
	if message := checkLine(in.Name, MaxNameChars); message != "" {
		return in, Fail(CodeBadInput, "name", message)
	}
	return in, nil
}

// RenameTodoListInput is another name for a list.
type RenameTodoListInput struct {
	ID              string
	Name            string
	ExpectedVersion *int32
}

// Normalize returns the input without surrounding white space, or the reasons
// for which it cannot be accepted.
func (in RenameTodoListInput) Normalize() (RenameTodoListInput, error) {
	in.Name = strings.TrimSpace(in.Name)
	if message := checkLine(in.Name, MaxNameChars); message != "" {
		return in, Fail(CodeBadInput, "name", message)
	}
	return in, nil
}
