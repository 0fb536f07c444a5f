package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// Request is what a client wants executed: the parts of a request's body as they
// are written there. A part that is absent or null is nil. The parts lie in the
// body's memory.
//
// GraphQL over HTTP §5.1.
type Request struct {
	// Query is the JSON string of the document's text, which is not empty.
	Query json.RawMessage
	// OperationName is the JSON string that names one of the document's operations.
	OperationName json.RawMessage
	// Variables is a JSON object: the variables' values by their names.
	Variables json.RawMessage
	// Extensions is a JSON object.
	Extensions json.RawMessage
}

// parameterNames are the keys of a request, in the order of Request's fields.
var parameterNames = [...]string{"query", "operationName", "variables", "extensions"}

// parameterIndex finds a key. Its case matters, as it does to other servers.
func parameterIndex(key []byte) int {
	for i, name := range parameterNames {
		if string(key) == name {
			return i
		}
	}
	return -1
}

// parameter returns the field of an index, and the byte with which its values
// begin.
func (r *Request) parameter(i int) (field *json.RawMessage, begins byte) {
	switch i {
	case 0:
		return &r.Query, '"'
	case 1:
		return &r.OperationName, '"'
	case 2:
		return &r.Variables, '{'
	}
	return &r.Extensions, '{'
}

// set sets the parameter of an index. It returns false if the value is none of
// its type.
func (r *Request) set(i int, value []byte) bool {
	field, begins := r.parameter(i)
	if value[0] == begins {
		*field = value
		return true
	}
	return string(value) == "null"
}

// Read reads the parts of a body. Its errors are *Error.
func Read(b *Body) (Request, error) {
	if r, ok := scan(b.text); ok {
		return r, nil
	}
	return parse(b.text)
}

// Text is the document's text.
func (r *Request) Text() string { return decode(r.Query) }

// Operation names one of the document's operations, or is "".
func (r *Request) Operation() string { return decode(r.OperationName) }

// decode returns what a JSON string means; "" for none.
func decode(text json.RawMessage) string {
	switch {
	case text == nil:
		return ""
	case bytes.IndexByte(text, '\\') < 0:
		return string(text[1 : len(text)-1])
	}
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		panic("transport: a part of a request is no JSON: " + err.Error()) // it has been read
	}
	return value
}

// Key is what decides which operation is meant: requests with equal keys mean
// the same. It is written into the body's memory, where another call of Key
// overwrites it.
func (r *Request) Key(b *Body) []byte {
	if r.OperationName == nil {
		return r.Query
	}
	b.key = append(append(b.key[:0], r.Query...), r.OperationName...)
	return b.key
}

// parse reads the parts of a body whatever they look like, and says what is wrong
// with a body that is no request.
func parse(body []byte) (r Request, err error) {
	if !utf8.Valid(body) { // encoding/json would put U+FFFD in place of it
		return r, refusal(http.StatusBadRequest, CodeRequest, "the request's body is not UTF-8")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return r, refusal(http.StatusBadRequest, CodeBatching,
			"batching is not supported: send each operation in a request of its own")
	}
	// A map, because encoding/json matches the fields of a struct whatever their
	// case, and would take "Query" or "QUERY" for the query.
	var parameters map[string]json.RawMessage
	if err := json.Unmarshal(body, &parameters); err != nil {
		return r, refusal(http.StatusBadRequest, CodeRequest, "the request's body is no JSON object: %s", place(body, err))
	}
	for i, name := range parameterNames {
		value := parameters[name]
		if len(value) == 0 || r.set(i, value) {
			continue
		}
		want := "a string"
		if _, begins := r.parameter(i); begins == '{' {
			want = "an object"
		}
		return r, refusal(http.StatusBadRequest, CodeRequest, "%q has to be %s, got %s", name, want, kindOf(value))
	}
	return r, missing(&r)
}

// missing refuses a request without a query.
func missing(request *Request) error {
	if len(request.Query) > len(`""`) {
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
