// Package telemetry is what the router tells its operators about requests: the
// structured log, the id of each request and the names that both use.
//
// In comes every HTTP request; out goes the same request with a Record in its
// context, and one line in the log when it has been answered:
//
//	request ─▶ Middleware ─▶ next handlers ──▶ response + X-Request-Id
//	              │   Record{ID, Operation} ▲
//	              └─▶ {"msg":"request","method":"POST","path":"/graphql",
//	                   "status":200,"duration_ms":3.1,"request_id":"…","operation":"Me"}
//
// Lines hold neither tokens nor variables nor the text of operations: a log is
// read by more people than the data is.
package telemetry
