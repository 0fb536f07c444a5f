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

// The router's metrics.
var (
	RevocationAge = Instrument{
		"weft.auth.revocation.age", "s", "Time since the revoked sessions were last read",
	}
	RevocationFailures = Instrument{
		"weft.auth.revocation.failures", "{look}", "Looks at the revoked sessions that failed",
	}
	RevocationSessions = Instrument{
		"weft.auth.revocation.sessions", "{session}", "Revoked sessions that are remembered",
	}
	RevocationDropped = Instrument{
		"weft.auth.revocation.dropped", "{session}", "Revoked sessions that were forgotten because there were too many",
	}
	RevocationRefusals = Instrument{
		"weft.auth.revocation.refusals", "{request}", "Requests refused because their session was revoked",
	}
)
