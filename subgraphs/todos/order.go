package todos

// TodoOrder is what a connection of todos is ordered by, before the id.
type TodoOrder struct {
	Field     TodoOrderField
	Direction OrderDirection
}

// TodoOrderField is a property of todos that they can be ordered by.
type TodoOrderField string

// The properties. Todos without a due date count as due last of all, titles are
// compared by code points without regard to case.
const (
	OrderByCreatedAt TodoOrderField = "CREATED_AT"
	OrderByUpdatedAt TodoOrderField = "UPDATED_AT"
	OrderByDueAt     TodoOrderField = "DUE_AT"
	OrderByPriority  TodoOrderField = "PRIORITY"
	OrderByTitle     TodoOrderField = "TITLE"
)

// OrderDirection is which end of an order comes first.
type OrderDirection string

// The directions.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)
