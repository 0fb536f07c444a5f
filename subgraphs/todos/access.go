package todos

import "slices"

// Action is what a mutation does to a list or to what lies in it. Reading is no
// action: every member may read everything in the list, and nobody else anything.
type Action int

const (
	// WriteTodos is adding, changing and deleting todos and tags.
	WriteTodos Action = iota
	// ManageList is renaming and deleting the list and choosing its members.
	ManageList
)

// rolesThatMay is all there is to say about who may do what. Scopes of the access
// token have no part in it: administrators are strangers to lists, too.
var rolesThatMay = [...][]ListRole{
	WriteTodos: {RoleOwner, RoleEditor},
	ManageList: {RoleOwner},
}

// RolesThatMay returns the roles that allow an action.
func RolesThatMay(action Action) []ListRole { return slices.Clone(rolesThatMay[action]) }

// May tells whether a member with this role may do something.
func (r ListRole) May(action Action) bool { return slices.Contains(rolesThatMay[action], r) }

// Forbidden refuses an action to a member, at a field of the argument input.
func Forbidden(action Action, field string) UserErrors {
	if action == ManageList {
		return Fail(CodeForbidden, field, "only owners of the list may do this")
	}
	return Fail(CodeForbidden, field, "you may read this list, but not write to it")
}
