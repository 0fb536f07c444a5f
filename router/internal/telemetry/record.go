package telemetry

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Record is what the log's line of one request says. The handler that answers
// the request fills it in, in the request's own goroutine.
type Record struct {
	// RequestID is the request's id. It has letters, digits, '-', '_' and '.'
	// only, at most 64 of them.
	RequestID string
	// Operation is the name of the operation that was executed, or "".
	Operation string
	// Status is the response's status, 0 until the response has begun, and Bytes is
	// the size of its body so far. Middleware sets them.
	Status int
	Bytes  int64
	// Codes are the extensions.code of the response's errors, each once.
	Codes []string
}

// maxCodes bounds the codes of a line.
const maxCodes = 10

// AddCode notes the codes of errors, extensions.code, each once.
func (r *Record) AddCode(errors ...*gqlerror.Error) {
	for _, err := range errors {
		code, _ := err.Extensions["code"].(string)
		if code != "" && len(r.Codes) < maxCodes && !slices.Contains(r.Codes, code) {
			r.Codes = append(r.Codes, code)
		}
	}
}

type recordKey struct{}

// RecordOf returns the record of the request that ctx belongs to. Outside a
// request it returns a record that nobody reads.
func RecordOf(ctx context.Context) *Record {
	if record, ok := ctx.Value(recordKey{}).(*Record); ok {
		return record
	}
	return &Record{}
}

// maxIDBytes bounds an id that a client sends: it goes into every log line and
// into a header of every request to a subgraph.
const maxIDBytes = 64

// requestID returns the id that the client sent if it can be used, or a new one.
func requestID(sent string) string {
	if sent == "" || len(sent) > maxIDBytes {
		return rand.Text()
	}
	for i := range len(sent) {
		c := sent[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return sent
}
