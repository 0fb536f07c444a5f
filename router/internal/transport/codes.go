package transport

// Codes of errors in extensions.code. The names are Apollo Router's where it
// has one.
const (
	// CodeMethod occurs when a method other than POST is used, as in a GET of
	// /graphql?query={me{name}}.
	CodeMethod = "METHOD_NOT_ALLOWED"
	// CodeContentType occurs when the body is not application/json, as with
	// Content-Type: text/plain.
	CodeContentType = "INVALID_CONTENT_TYPE_HEADER"
	// CodeAccept occurs when the client accepts none of the media types that
	// there are, as with Accept: text/css.
	CodeAccept = "INVALID_ACCEPT_HEADER"
	// CodeRequest occurs when the body is no request: malformed JSON, or a
	// parameter of the wrong type, as in {"query": 1}; and when it is too large.
	CodeRequest = "INVALID_GRAPHQL_REQUEST"
	// CodeMissingQuery occurs when there is nothing to execute, as in {}.
	CodeMissingQuery = "MISSING_QUERY_STRING"
	// CodeBatching occurs when the body is an array of requests, as in
	// [{"query": "{me{name}}"}].
	CodeBatching = "BATCHING_NOT_ENABLED"
	// CodePersistedQuery occurs when a client sends the hash of a query in place
	// of the query, as in {"extensions": {"persistedQuery": {…}}}. Clients that
	// do so send the query when they read this code.
	CodePersistedQuery = "PERSISTED_QUERY_NOT_SUPPORTED"
	// CodeNotFound occurs when nothing is at the path of the request.
	CodeNotFound = "NOT_FOUND"
	// CodeTimeout occurs when an answer takes longer than it may.
	CodeTimeout = "GATEWAY_TIMEOUT"
	// CodeInternal occurs when the router fails. The cause is in its log, under
	// the request id that the error names.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)
