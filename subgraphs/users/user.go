package users

import (
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// User is an account as one viewer may see it. Email, EmailVerified, Roles, Status
// and Locale are nil unless the viewer is the user or an administrator.
type User struct {
	ID            string // usr_…
	DisplayName   string
	AvatarURL     *string // https://…
	TimeZone      string  // IANA name
	Email         *string
	EmailVerified *bool
	Roles         []Role
	Status        *UserStatus
	Locale        *string   // language tag
	CreatedAt     time.Time // UTC
	UpdatedAt     time.Time // UTC
	Version       int32
}

// IsEntity marks User as an entity of the federated graph.
func (User) IsEntity() {}

// IsNode marks User as a Node.
func (User) IsNode() {}

// Role is what an account may do beyond owning itself.
type Role string

// The roles. Every account has RoleUser.
const (
	RoleUser  Role = "USER"
	RoleAdmin Role = "ADMIN"
)

// UserStatus is where an account is in its life.
type UserStatus string

// The statuses; only pending and active accounts can log in.
const (
	StatusPending   UserStatus = "PENDING"
	StatusActive    UserStatus = "ACTIVE"
	StatusSuspended UserStatus = "SUSPENDED"
	StatusDeleted   UserStatus = "DELETED"
)

// UserConnection is one page of users.
type UserConnection struct {
	Edges    []UserEdge
	PageInfo page.Info
	// Filter is what the users were searched with.
	Filter UserFilter
}

// UserEdge is a user's place in a connection.
type UserEdge struct {
	Cursor string
	Node   *User
}
