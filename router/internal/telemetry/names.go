package telemetry

// The names of the log's attributes.
const (
	MethodKey    = "method"
	PathKey      = "path"
	StatusKey    = "status"
	DurationKey  = "duration_ms"
	BytesKey     = "response_bytes"
	RequestIDKey = "request_id"
	OperationKey = "operation"
	CodesKey     = "error_codes"
	SubgraphKey  = "subgraph"
	ErrorKey     = "error"
)

// RequestIDHeader carries a request's id: a client or a proxy may send one, and
// every response has one.
const RequestIDHeader = "X-Request-Id"
