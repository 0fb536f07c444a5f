package users

import "time"

// PurgeArgs is the job that removes what nobody needs any more.
type PurgeArgs struct{}

// Kind names the job in the queue.
func (PurgeArgs) Kind() string { return "users.purge" }

// Purged is how many rows were removed, by table.
type Purged map[string]int64

// AuditSealArgs is the job that attests that the audit log is sound.
type AuditSealArgs struct{}

// Kind names the job in the queue.
func (AuditSealArgs) Kind() string { return "users.audit_seal" }

// How often the audit log is sealed, and when a newest seal is older than it can be
// while a worker runs.
const (
	SealInterval = time.Hour
	SealOverdue  = 3 * SealInterval
)

// PartitionsArgs is the job that makes the partitions of the audit log for the months
// to come, and removes those that are too old.
type PartitionsArgs struct{}

// Kind names the job in the queue.
func (PartitionsArgs) Kind() string { return "users.partitions" }
