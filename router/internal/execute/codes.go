package execute

// Codes of the errors that the executor reports in extensions.code. The names
// are those of Apollo Router.
const (
	// CodeHTTP occurs when a subgraph cannot be reached, answers with another
	// status than 2xx, with something else than JSON, or too much of it.
	CodeHTTP = "SUBREQUEST_HTTP_ERROR"
	// CodeMalformed occurs when a subgraph's answer is no GraphQL response to
	// what it was asked, as with invalid JSON, or a list of entities that is
	// shorter than that of their representations.
	CodeMalformed = "SUBREQUEST_MALFORMED_RESPONSE"
	// CodeTimeout occurs when a subgraph takes longer than it may.
	CodeTimeout = "GATEWAY_TIMEOUT"
	// CodeInternal occurs when the router fails to answer a part of the operation
	// itself.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)

// redactedMessage stands in place of what subgraphs say.
const redactedMessage = "Subgraph errors redacted"
