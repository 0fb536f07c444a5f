package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"
)

// Request is what a client wants executed.
//
// GraphQL over HTTP §5.1.
type Request struct {
	// Query is the document's text; it is not empty.
	Query string
	// OperationName names one of the document's operations, or is "".
	OperationName string
	// Variables are the JSON texts of the variables' values by their names, or
	// nil if there are none.
	Variables map[string]json.RawMessage
	// Extensions is a JSON object, or nil if there are none.
	Extensions json.RawMessage
}

// Read reads a request's body, which Negotiate has let pass. Its errors are
// *Error, or that of a connection which broke.
func Read(body io.Reader) (*Request, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, refusal(http.StatusRequestEntityTooLarge, CodeRequest,
				"the request's body is larger than %d bytes (limits.http_max_request_bytes)", large.Limit)
		}
		return nil, fmt.Errorf("transport: read body: %w", err)
	}
	return parse(text)
}

func parse(body []byte) (*Request, error) {
	if !utf8.Valid(body) { // encoding/json would put U+FFFD in place of it
		return nil, refusal(http.StatusBadRequest, CodeRequest, "the request's body is not UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, refusal(http.StatusBadRequest, CodeBatching,
			"batching is not supported: send each operation in a request of its own")
	}
	// A map, because encoding/json matches the fields of a struct whatever their
	// case, and would take "Query" or "QUERY" for the query.
	var parameters map[string]json.RawMessage
	if err := json.Unmarshal(body, &parameters); err != nil {
		return nil, refusal(http.StatusBadRequest, CodeRequest, "the request's body is no JSON object: %s", place(body, err))
	}
	request := &Request{}
	var variables json.RawMessage
	var err *Error
	for _, parameter := range []struct {
		name string
		text *string
		data *json.RawMessage
	}{
		{name: "query", text: &request.Query},
		{name: "operationName", text: &request.OperationName},
		{name: "variables", data: &variables},
		{name: "extensions", data: &request.Extensions},
	} {
		value := parameters[parameter.name]
		switch {
		case len(value) == 0 || string(value) == "null": // null is the same as absent
		case parameter.text != nil && value[0] == '"':
			// The value has been checked: it is a string.
			_ = json.Unmarshal(value, parameter.text)
		case parameter.data != nil && value[0] == '{':
			*parameter.data = value
		case parameter.text != nil:
			err = refusal(http.StatusBadRequest, CodeRequest, "%q has to be a string, got %s", parameter.name, kindOf(value))
		default:
			err = refusal(http.StatusBadRequest, CodeRequest, "%q has to be an object, got %s", parameter.name, kindOf(value))
		}
		if err != nil {
			return nil, err
		}
	}
	if variables != nil {
		_ = json.Unmarshal(variables, &request.Variables) // it is an object
	}
	return request, missing(request)
}

// missing refuses a request without a query.
func missing(request *Request) error {
	if request.Query != "" {
		return nil
	}
	var extensions map[string]json.RawMessage
	if request.Extensions != nil && json.Unmarshal(request.Extensions, &extensions) == nil {
		if _, has := extensions["persistedQuery"]; has {
			// The message too is one that clients look for.
			return refusal(http.StatusBadRequest, CodePersistedQuery, "PersistedQueryNotSupported")
		}
	}
	return refusal(http.StatusBadRequest, CodeMissingQuery, `Must provide query string: the request has no "query"`)
}

// place says what is wrong with body, and where.
func place(body []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "it is empty"
	case errors.As(err, &syntax):
		before := body[:min(max(int(syntax.Offset)-1, 0), len(body))]
		line := bytes.Count(before, []byte("\n")) + 1
		column := len(before) - bytes.LastIndexByte(before, '\n')
		return fmt.Sprintf("%s at line %d, column %d", syntax, line, column)
	case errors.As(err, &kind):
		return "got " + kindOf(bytes.TrimSpace(body))
	}
	return err.Error()
}

// kindOf names what a JSON value is, with its article.
func kindOf(value json.RawMessage) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
