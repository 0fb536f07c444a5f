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
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
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
	endpoint := &endpoint{cfg: cfg, graphql: newGraphQL(cfg, entities), places: make(chan struct{}, cfg.MaxRequests)}
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

// newGraphQL assembles gqlgen's part: one transport, no suggestions of names, no
// stack traces in answers.
func newGraphQL(cfg Config, entities *entities) *handler.Server {
	server := handler.New(cfg.Schema)
	server.AddTransport(post{reads: cfg.Reads, writers: newWriters(cfg.ReadYourWrites, cfg.MaxWriters, cfg.Now), texts: &sync.Pool{}})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cfg.MaxCachedOperations))
	server.SetParserTokenLimit(cfg.MaxTokens)
	server.SetDisableSuggestion(true)
	// _service { sdl } needs it; only who can sign gets here.
	server.Use(extension.Introspection{})
	server.Use(entities)
	errors := errorPresenter{logger: cfg.Logger}
	server.SetErrorPresenter(errors.present)
	server.SetRecoverFunc(errors.recovered)
	return server
}

// endpoint is /graphql: what happens to a request before it is GraphQL's.
type endpoint struct {
	cfg     Config
	graphql http.Handler
	places  chan struct{} // one for each request in progress
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, e.cfg.MaxBodyBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			refuse(w, http.StatusRequestEntityTooLarge, "PAYLOAD_TOO_LARGE", "the request is too large")
			return
		}
		refuse(w, http.StatusBadRequest, "BAD_REQUEST", "the request could not be read")
		return
	}
	envelope, err := e.cfg.Verifier.Verify(r.Method, r.URL.RequestURI(), r.Header, body)
	if err != nil {
		e.cfg.Logger.Warn("request refused", slog.Any("reason", err), slog.String("from", r.RemoteAddr))
		refuse(w, http.StatusUnauthorized, "UNAUTHENTICATED", "the request is not signed by the router")
		return
	}
	ctx, cancel := context.WithTimeout(withCookies(withRecorder(WithCaller(r.Context(), envelope)), w, r), e.cfg.Timeout)
	defer cancel()
	r = r.WithContext(e.cfg.Prepare(ctx))
	r.Body = io.NopCloser(bytes.NewReader(body))
	e.graphql.ServeHTTP(w, r)
}

// refuse answers with a GraphQL response that has nothing but an error.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that went away does not read the answer either.
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": gqlerror.List{{
		Message: message, Extensions: map[string]any{"code": code},
	}}})
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
