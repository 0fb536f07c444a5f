package todos

// User is a person as the todos know one: an id, and the time zone when the
// router brings it along. That such a user exists is for the users subgraph to
// know.
type User struct {
	ID       string // usr_…
	TimeZone string // IANA name; empty unless required by the field being resolved
}

// IsEntity marks User as an entity of the federated graph.
func (User) IsEntity() {}
