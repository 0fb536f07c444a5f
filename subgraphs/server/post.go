package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// post answers JSON requests with JSON, as a transport of gqlgen's would. Those
// repeat the request's body in their errors and answer 422 to an invalid operation;
// a router expects 200 and the errors.
type post struct {
	executor *executor.Executor
	reads    func(context.Context) context.Context
	texts    *sync.Pool // of *[]byte: responses that were written
}

// serve answers a request, whose body may be used otherwise afterwards. The
// context has its exchange.
func (p post) serve(ctx context.Context, w http.ResponseWriter, header http.Header, body []byte) {
	defer func() {
		if value := recover(); value != nil {
			var shown *gqlerror.Error // errorPresenter has no others
			errors.As(p.executor.PresentRecoveredError(ctx, value), &shown)
			refuseWith(w, http.StatusInternalServerError, shown)
		}
	}()
	params := &graphql.RawParams{ReadTime: graphql.TraceTiming{Start: graphql.Now()}, Headers: header}
	if err := decode(body, params); err != nil {
		refuse(w, http.StatusBadRequest, "BAD_REQUEST", "the body is not the JSON of a GraphQL request")
		return
	}
	params.ReadTime.End = graphql.Now()
	operation, errs := p.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		response := p.executor.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
		p.writeResponse(w, requestErrors(response))
		return
	}
	p.writeResponse(w, p.dispatch(ctx, operation))
}

// dispatch executes an operation. A read may be answered by a replica unless its
// caller has just written; who writes is remembered before the answer is sent,
// also if the mutation failed: it may have been carried out all the same.
func (p post) dispatch(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	x := exchangeOf(ctx)
	if operation.Operation.Operation == ast.Query {
		if !x.writers.recently(x.caller.Subject) {
			ctx = p.reads(ctx)
		}
	} else {
		defer x.writers.wrote(x.caller.Subject)
	}
	responses, ctx := p.executor.DispatchOperation(ctx, operation)
	return responses(ctx)
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

// jsonContent is the Content-Type of every answer.
var jsonContent = []string{"application/json"}

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
	header["Content-Type"] = jsonContent
	header.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a client that went away does not read it
}
