package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Handler serves one subgraph. It is safe for concurrent use.
type Handler struct {
	mux *http.ServeMux
}

// New returns the Handler of a subgraph.
func New(cfg Config) (*Handler, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	entities, err := newEntities(cfg.Schema.Schema(), cfg.MaxRepresentations)
	if err != nil {
		return nil, err
	}
	endpoint := &endpoint{
		cfg: cfg, places: make(chan struct{}, cfg.MaxRequests),
		writers: newWriters(cfg.ReadYourWrites, cfg.MaxWriters, cfg.Now),
		post:    post{executor: newExecutor(cfg, entities), reads: cfg.Reads, texts: &sync.Pool{}},
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", endpoint)
	mux.Handle("GET "+healthPath, health(cfg.Ready))
	for pattern, route := range cfg.Routes {
		mux.Handle(pattern, route)
	}
	return &Handler{mux: mux}, nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// newExecutor assembles gqlgen's part: no suggestions of names, no stack traces in
// answers.
func newExecutor(cfg Config, entities *entities) *executor.Executor {
	executor := executor.New(cfg.Schema)
	executor.SetQueryCache(lru.New[*ast.QueryDocument](cfg.MaxCachedOperations))
	executor.SetParserTokenLimit(cfg.MaxTokens)
	executor.SetDisableSuggestion(true)
	// _service { sdl } needs it; only who can sign gets here.
	executor.Use(extension.Introspection{})
	executor.Use(entities)
	errors := errorPresenter{logger: cfg.Logger}
	executor.SetErrorPresenter(errors.present)
	executor.SetRecoverFunc(errors.recovered)
	return executor
}

// endpoint is /graphql: what happens to a request before it is GraphQL's.
type endpoint struct {
	cfg     Config
	places  chan struct{} // one for each request in progress
	writers *writers
	bodies  sync.Pool // of *[]byte: requests that were answered
	post    post
	// unchecked are the bytes of large bodies that are being read.
	unchecked atomic.Int64
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "use POST")
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "the content type must be application/json")
		return
	}
	select {
	case e.places <- struct{}{}:
		defer func() { <-e.places }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", "the service has too many requests in progress")
		return
	}
	buffer, _ := e.bodies.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	e.serve(w, r, buffer)
	if cap(*buffer) <= maxKeptText {
		e.bodies.Put(buffer)
	}
}

// serve reads a request into buffer, and answers it if the router signed it.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request, buffer *[]byte) {
	body, ok := e.read(w, r, (*buffer)[:0])
	*buffer = body
	if !ok {
		return
	}
	envelope, err := e.cfg.Verifier.Verify(r.Method, r.URL.RequestURI(), r.Header, body)
	if err != nil {
		e.unsigned(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(&exchange{
		Context: graphql.StartOperationTrace(r.Context()),
		caller:  envelope, request: r, answer: w.Header(), writers: e.writers,
	}, e.cfg.Timeout)
	defer cancel()
	e.post.serve(e.cfg.Prepare(ctx), w, r.Header, body)
}

// readAll is io.ReadAll into memory that there is.
func readAll(r io.Reader, into []byte) ([]byte, error) {
	for {
		into = slices.Grow(into, bytes.MinRead)
		n, err := r.Read(into[len(into):cap(into)])
		into = into[:len(into)+n]
		if err == io.EOF {
			return into, nil
		}
		if err != nil {
			return into, err
		}
	}
}

// largeBody is from how many bytes on a body is looked at twice before it is read.
const largeBody = 64 << 10

// read reads a body into buffer, or refuses it and returns false. Who has not signed
// anything does not get a large one read, and nobody too many of them.
func (e *endpoint) read(w http.ResponseWriter, r *http.Request, buffer []byte) (body []byte, ok bool) {
	if size := r.ContentLength; size > largeBody || size < 0 {
		if err := e.cfg.Verifier.Check(r.Header); err != nil {
			e.unsigned(w, r, err)
			return buffer, false
		}
		if size < 0 || size > e.cfg.MaxBodyBytes {
			size = e.cfg.MaxBodyBytes // no more of it is read
		}
		defer e.unchecked.Add(-size)
		if e.unchecked.Add(size) > e.cfg.MaxUncheckedBytes {
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", "the service reads too many large requests")
			return buffer, false
		}
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, e.cfg.MaxBodyBytes), buffer)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE", "the request is too large")
	case err != nil:
		refuse(w, http.StatusBadRequest, "BAD_REQUEST", "the request could not be read")
	}
	return body, err == nil
}

// unsigned refuses a request that the router has not signed, which err explains.
func (e *endpoint) unsigned(w http.ResponseWriter, r *http.Request, err error) {
	e.cfg.Logger.Warn("request refused", slog.Any("reason", err), slog.String("from", r.RemoteAddr))
	refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", "the request is not signed by the router")
}

// refuse answers with a GraphQL response that has nothing but an error.
func refuse(w http.ResponseWriter, status int, code, message string) {
	refuseWith(w, status, &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}})
}

func refuseWith(w http.ResponseWriter, status int, err *gqlerror.Error) {
	w.Header()["Content-Type"] = jsonContent
	w.WriteHeader(status)
	// A client that went away does not read the answer either.
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": gqlerror.List{err}})
}

// healthPath is where load balancers and supervisors look.
const healthPath = "/health"

// health answers 200 if ready returns nil in time.
func health(ready func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			unavailable(w)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"ok"}`+"\n")
	})
}

// unavailable answers for a service that cannot work.
func unavailable(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `{"status":"unavailable"}`+"\n")
}
