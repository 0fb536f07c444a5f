package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// post is the one transport of a subgraph: a JSON request, a JSON response.
// gqlgen's own repeats the request's body in its errors and answers 422 to an
// invalid operation; a router expects 200 and the errors.
type post struct {
	reads   func(context.Context) context.Context
	writers *writers
	texts   *sync.Pool // of *[]byte: responses that were written
}

var _ graphql.Transport = post{}

// Supports implements graphql.Transport; the endpoint has checked the request.
func (post) Supports(*http.Request) bool { return true }

// Do implements graphql.Transport.
func (p post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
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
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
		p.writeResponse(w, requestErrors(response))
		return
	}
	p.writeResponse(w, p.dispatch(ctx, exec, operation))
}

// dispatch executes an operation. A read may be answered by a replica unless its
// caller has just written; who writes is remembered before the answer is sent,
// also if the mutation failed: it may have been carried out all the same.
func (p post) dispatch(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext) *graphql.Response {
	caller := Caller(ctx).Subject
	ctx = context.WithValue(ctx, writersKey{}, p.writers)
	if operation.Operation.Operation == ast.Query {
		if !p.writers.recently(caller) {
			ctx = p.reads(ctx)
		}
	} else {
		defer p.writers.wrote(caller)
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	return responses(ctx)
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

// requestErrors returns a response of errors for which nothing was executed. The
// path of such an error would be one in the answer, which there is not
// (GraphQL §7.1.2); where gqlparser has one it leads to a variable.
func requestErrors(response *graphql.Response) *graphql.Response {
	for _, err := range response.Errors {
		if len(err.Path) > 0 {
			err.Message, err.Path = err.Path.String()+": "+err.Message, nil
		}
	}
	return response
}

// maxKeptText is up to how many bytes the memory of a response is kept.
const maxKeptText = 1 << 20

// writeResponse sends a response. It is put together before the header is
// written, so that the status is still ours if that fails. The data is JSON
// already; encoding/json would read it all again.
func (p post) writeResponse(w http.ResponseWriter, response *graphql.Response) {
	if response == nil { // gqlgen's answer to a context that has ended
		refuse(w, http.StatusServiceUnavailable, "TIMEOUT", "the request took too long")
		return
	}
	buffer, _ := p.texts.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	text := append((*buffer)[:0], '{')
	defer func() {
		if *buffer = text; cap(text) <= maxKeptText {
			p.texts.Put(buffer)
		}
	}()
	member := func(name string, value any) (err error) {
		encoded, raw := value.(json.RawMessage)
		if !raw {
			encoded, err = json.Marshal(value)
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, '"'), name...), `":`...)
		text = append(text, encoded...)
		return err
	}
	var err error
	if len(response.Errors) > 0 {
		err = member("errors", response.Errors)
	}
	if response.Data != nil {
		err = errors.Join(err, member("data", response.Data))
	}
	if len(response.Extensions) > 0 {
		err = errors.Join(err, member("extensions", response.Extensions))
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, codeInternal, internalMessage)
		return
	}
	text = append(text, '}')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a client that went away does not read it
}
