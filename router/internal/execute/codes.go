package execute

// Codes of the errors that the executor reports in extensions.code. The names
// are those of Apollo Router, as far as it has them.
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
	// CodeContext occurs when a field is not asked for because no value can be
	// found for an argument that it takes from a context, or because there are too
	// many different ones.
	CodeContext = "CONTEXTUAL_ARGUMENT_MISSING"
	// CodeInternal occurs when the router fails to answer a part of the operation
	// itself.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)

// redactedMessage stands in place of what subgraphs say.
const redactedMessage = "Subgraph errors redacted"
