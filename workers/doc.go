// Package workers runs the jobs that the subgraphs commit with their changes.
//
// A service inserts a job in the transaction of the change that it follows, so
// that there are both or neither. A worker process takes it from the database,
// with any number of others beside it, and does what the answer to the client
// did not wait for:
//
//	users: register ─InsertTx─▶ river.river_job ─▶ worker ─▶ internal/welcome      ─▶ SMTP
//	       register, resendVerification                    internal/verification
//	       requestPasswordReset                            internal/passwordreset
//	       new passwords and suspicions                    internal/alert
//	       deleteAccount                                   internal/deletion
//	       every quarter of an hour                        internal/digest
//	both:  whoever leads, in each period                   internal/upkeep
//	todos: createTodo, assignTodo                          internal/assignment
//	       setListMember                                   internal/share
//	       remindAt of a todo                              internal/reminder
//	       every change ─domain_events─────────────────▶   internal/relay        ─▶ Redis
//
// Jobs run at least once; a digest is sent at most once. One that fails is tried
// again, later each time; one whose worker died is taken over by another. What mails
// say, and how a letter or a language is added, is in internal/letter. This package is
// the list of all jobs; each has a package of its own under internal/.
//
// What is around each attempt at a job is in internal/attempt; what operators look at
// in internal/admin, internal/backlog and internal/metric. deploy/alerts has the rules.
package workers
