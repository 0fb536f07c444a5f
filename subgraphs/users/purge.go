package users

// PurgeArgs is the job that removes what nobody needs any more.
type PurgeArgs struct{}

// Kind names the job in the queue.
func (PurgeArgs) Kind() string { return "users.purge" }

// Purged is how many rows were removed, by table.
type Purged map[string]int64
