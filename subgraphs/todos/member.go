package todos

import (
	"slices"
	"strconv"
	"time"
)

// MaxMembers bounds the members of a list.
const MaxMembers = 100

// ListMember is a person's part in a list.
type ListMember struct {
	User  User
	Role  ListRole
	Since time.Time
}

// Members are all members of one list.
type Members []ListMember

// RoleOf returns the role of a user, "" for one who is no member.
func (m Members) RoleOf(userID string) ListRole {
	for _, member := range m {
		if member.User.ID == userID {
			return member.Role
		}
	}
	return ""
}

// With tells whether a user may become a member with the role, or take it on: an
// owner remains, and there are no more than MaxMembers.
func (m Members) With(userID string, role ListRole) error {
	is := m.RoleOf(userID)
	if is == "" && len(m) >= MaxMembers {
		return Fail(CodeConflict, "userId", "a list has no more than "+strconv.Itoa(MaxMembers)+" members")
	}
	if role != RoleOwner && m.lastOwner(userID) {
		return Fail(CodeConflict, "role", "the list needs an owner: make somebody else one first")
	}
	return nil
}

// Without tells whether a user can cease to be a member: an owner remains.
func (m Members) Without(userID string) error {
	if m.RoleOf(userID) == "" {
		return NotFound("userId", "member")
	}
	if m.lastOwner(userID) {
		return Fail(CodeConflict, "userId", "the list needs an owner: make somebody else one first, or delete the list")
	}
	return nil
}

// Heir returns who becomes an owner when the account of a user is erased who is the
// only one: whichever editor has been a member longest, or else viewer. It is ""
// if another owner remains, or nobody at all.
func (m Members) Heir(userID string) string {
	if !m.lastOwner(userID) {
		return ""
	}
	var heir ListMember
	for _, member := range m {
		if member.User.ID != userID && (heir.Role == "" || member.before(heir)) {
			heir = member
		}
	}
	return heir.User.ID
}

// before tells whether a member inherits a list rather than another one.
func (m ListMember) before(other ListMember) bool {
	if m.Role != other.Role {
		return m.Role == RoleEditor
	}
	if !m.Since.Equal(other.Since) {
		return m.Since.Before(other.Since)
	}
	return m.User.ID < other.User.ID
}

// lastOwner tells whether the user is the only owner.
func (m Members) lastOwner(userID string) bool {
	return m.RoleOf(userID) == RoleOwner && !slices.ContainsFunc(m, func(other ListMember) bool {
		return other.Role == RoleOwner && other.User.ID != userID
	})
}

// SetListMemberInput makes somebody a member, or gives a member another role.
type SetListMemberInput struct {
	ListID          string
	UserID          string
	Role            ListRole
	ExpectedVersion *int32
}

// RemoveListMemberInput ends a membership.
type RemoveListMemberInput struct {
	ListID          string
	UserID          string
	ExpectedVersion *int32
}
