package users

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// Bounds of a search, in characters: shorter texts are in nearly everything.
const (
	MinSearchChars = 3
	MaxSearchChars = 100
)

// UserFilter says which users a search finds: those to which everything in it
// applies. The zero value finds all.
type UserFilter struct {
	// Search is a part of the name or of the e-mail address, in any letter case.
	Search *string
	Role   *Role
	Status *UserStatus
}

// Normalize returns the filter without white space around the text, or a refusal.
func (f UserFilter) Normalize() (UserFilter, error) {
	if f.Search == nil {
		return f, nil
	}
	text := strings.TrimSpace(*f.Search)
	if n := utf8.RuneCountInString(text); n < MinSearchChars || n > MaxSearchChars {
		return f, refusal.BadInput("filter.search has %d characters, but must have from %d to %d", n, MinSearchChars, MaxSearchChars)
	}
	if strings.ContainsFunc(text, unprintable) {
		return f, refusal.BadInput("filter.search contains control characters")
	}
	f.Search = &text
	return f, nil
}

// String is the same for equal filters alone.
func (f UserFilter) String() string {
	return quoted(f.Search) + " " + quoted(f.Role) + " " + quoted(f.Status)
}

// quoted returns the text in quotation marks, and none for none.
func quoted[T ~string](text *T) string {
	if text == nil {
		return "none"
	}
	return fmt.Sprintf("%q", *text)
}

// UserOrder is the order of a search's results.
type UserOrder struct {
	Field     UserOrderField
	Direction OrderDirection
}

// UserOrderField is what users are ordered by.
type UserOrderField string

// The fields that users are ordered by; the id decides between equal ones.
const (
	OrderByCreatedAt   UserOrderField = "CREATED_AT"
	OrderByDisplayName UserOrderField = "DISPLAY_NAME"
)

// OrderDirection tells which end comes first.
type OrderDirection string

// The directions.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)
