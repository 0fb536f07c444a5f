package server

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// post is the one transport of a subgraph: a JSON request, a JSON response.
// gqlgen's own repeats the request's body in its errors and answers 422 to an
// invalid operation; a router expects 200 and the errors.
type post struct{}

var _ graphql.Transport = post{}

// Supports implements graphql.Transport; the endpoint has checked the request.
func (post) Supports(*http.Request) bool { return true }

// Do implements graphql.Transport.
func (post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx := r.Context()
	params := &graphql.RawParams{ReadTime: graphql.TraceTiming{Start: graphql.Now()}}
	if err := decode(r.Body, params); err != nil {
		refuse(w, http.StatusBadRequest, "BAD_REQUEST", "the body is not the JSON of a GraphQL request")
		return
	}
	params.Headers = r.Header
	params.ReadTime.End = graphql.Now()
	operation, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		write(w, exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	write(w, responses(ctx))
}

// decode reads one JSON object and nothing behind it. Numbers stay text, so that
// large integers keep their digits.
func decode(body io.Reader, params *graphql.RawParams) error {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	if err := decoder.Decode(params); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return gqlerror.Errorf("there is more than one value")
	}
	return nil
}

// write sends a response. It is encoded before the header is written, so that
// the status is still ours if that fails.
func write(w http.ResponseWriter, response *graphql.Response) {
	text, err := json.Marshal(response)
	if err != nil {
		refuse(w, http.StatusInternalServerError, codeInternal, internalMessage)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // a client that went away does not read it
}
