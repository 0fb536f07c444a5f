package oracle

// unreachable are the codes that Apollo's packages name and its composition can
// not give, with the reason.
var unreachable = map[string]string{
	"DOWNSTREAM_SERVICE_ERROR":                      "of requests, not of composition",
	"INVALID_FEDERATION_SUPERGRAPH":                 "of the reader of supergraphs",
	"UNSUPPORTED_LINKED_FEATURE":                    "of the reader of supergraphs",
	"UNSUPPORTED_FEATURE":                           "nothing raises it",
	"INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS":  "nothing raises it: directives for schemas are merged by composition of @composeDirective",
	"INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE": "nothing raises it: directives for schemas are merged by composition of @composeDirective",
}
