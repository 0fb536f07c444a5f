package todos

// PurgeArgs is the job that removes what nobody can bring back any more.
type PurgeArgs struct{}

// Kind names the job in the queue.
func (PurgeArgs) Kind() string { return "todos.purge" }

// Purged is how much was removed, by table: todos and lists with everything that
// belongs to them, and idempotency keys.
type Purged map[string]int64
