package response

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// CodeValidation is the code of an error that says that a subgraph's value does
// not fit the schema. It occurs when a subgraph answers null for a non-null
// field, a string for an Int, or an object without "__typename" where its type
// has to be known.
const CodeValidation = "RESPONSE_VALIDATION_FAILED"

// CodeTooLarge is the code of an error that says that the data was dropped
// because it got longer than Emitter.MaxBytes. It occurs when an operation asks
// for the friends of the friends of the friends of everybody.
const CodeTooLarge = "RESPONSE_TOO_LARGE"

// PathElement is a response key or an index of a list.
type PathElement = ast.PathElement

// The bounds of what one response reports. What is beyond them is still null,
// and not counted.
const (
	// MaxErrors is how many errors a response has at most.
	MaxErrors = 256
	// MaxLocations is at how many places one subgraph error is reported.
	MaxLocations = 32
)

// Failure is something that went wrong and may concern several places of the
// response. An emitter reports it at each of them, up to MaxLocations.
type Failure struct {
	// Error is the report, without its path.
	Error gqlerror.Error
	// Reported is at how many places.
	Reported int
}

// Cause explains why there is nothing to show.
type Cause struct {
	// Failure is to be reported at the fields that it costs; nil for none.
	Failure *Failure
	// Explained says that the reason is reported elsewhere.
	Explained bool
}

// report is an error of the emitter's. Its path is complete when the emitter has
// returned to the root, and backwards before.
type report struct {
	err       gqlerror.Error
	path      []PathElement
	violation bool
}

// settle returns the reports as errors. A violation is left out if another error
// is reported at the same place or below it: the null came from there.
func settle(reports []report) gqlerror.List {
	var list gqlerror.List
	for i := range reports {
		r := &reports[i]
		if r.violation && explained(reports, r) {
			continue
		}
		err := r.err
		err.Path = r.path
		list = append(list, &err)
	}
	return list
}

func explained(reports []report, violation *report) bool {
	for i := range reports {
		other := &reports[i]
		if !other.violation && len(other.path) >= len(violation.path) &&
			slices.Equal(other.path[:len(violation.path)], violation.path) {
			return true
		}
	}
	return false
}

// AppendErrors appends the JSON text of errors to dst (GraphQL specification,
// section 7.1.2 "Errors").
func AppendErrors(dst []byte, errors gqlerror.List) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(errors); err != nil {
		// Only an extension can be something that JSON does not know.
		text.Reset()
		plain := make(gqlerror.List, len(errors))
		for i, e := range errors {
			plain[i] = &gqlerror.Error{Message: e.Message, Path: e.Path, Locations: e.Locations}
		}
		if err := encoder.Encode(plain); err != nil {
			panic("response: errors of texts and numbers have no JSON: " + err.Error())
		}
	}
	return append(dst, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
}
