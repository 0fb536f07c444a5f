// Package telemetry is what the router tells its operators: the structured log, the
// id of each request, the metrics, and the names that all of them use.
//
// In comes every HTTP request; out goes the same request with a Record in its
// context, and one line in the log when it has been answered:
//
//	request ─▶ Middleware ─▶ next handlers ──▶ response + X-Request-Id
//	              │   Record{ID, Operation} ▲
//	              └─▶ {"msg":"request","method":"POST","path":"/graphql",
//	                   "status":200,"duration_ms":3.1,"request_id":"…","operation":"Me"}
//
// Metrics have names and units of OpenTelemetry's conventions and are served in
// Prometheus' text format:
//
//	Instrument ─Metrics.Counter, Metrics.Gauge─▶ values ◀─GET /metrics─
//
// Lines hold neither tokens nor variables nor the text of operations: a log is
// read by more people than the data is.
package telemetry
