package todos

// TodoStats is how many todos of a set there are in each state, as the viewer sees
// the set.
type TodoStats struct {
	Open       int32
	InProgress int32
	Done       int32
	Archived   int32
	Overdue    int32 // of those that are open or in progress
}
