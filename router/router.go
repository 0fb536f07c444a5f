package router

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/router/internal/limit"
	"github.com/weftql/weft/router/internal/origin"
	"github.com/weftql/weft/router/internal/playground"
	"github.com/weftql/weft/router/internal/redis"
	"github.com/weftql/weft/router/internal/telemetry"
	"github.com/weftql/weft/router/internal/transport"
	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/schema/supergraph"
)

// Router is an http.Handler that answers GraphQL operations on a supergraph. It
// is safe for concurrent use.
type Router struct {
	config     Config
	log        *slog.Logger
	handler    http.Handler
	playground http.Handler        // nil if there is none
	auth       *auth.Authenticator // nil if tokens are not checked
	redis      *redis.Client       // nil if there is none
	metrics    telemetry.Metrics
	signer     *identity.Signer // nil if requests are not signed
	graph      atomic.Pointer[graph]
	replacing  sync.Mutex // held while the graph is being replaced
	draining   atomic.Bool
	admission  *limit.Admission
	origins    *origin.Finder
	draw       func() float64 // a random number from 0 to 100
}

// New returns a router for a supergraph. It sends nothing yet. An error about a
// setting is a *FieldError.
func New(config Config, graph *supergraph.Supergraph, log *slog.Logger) (*Router, error) {
	config = config.WithDefaults()
	if err := config.validate(namesOf(graph)); err != nil {
		return nil, err
	}
	r := &Router{config: config, log: log, draw: func() float64 { return 100 * rand.Float64() }}
	var err error
	if r.signer, err = newSigner(config.Identity); err != nil {
		return nil, err
	}
	if r.origins, err = origin.New(config.ClientAddress); err != nil {
		return nil, err
	}
	if jwt := config.Authentication.Router.JWT; jwt != nil {
		tokens := *jwt
		if claim := config.ProgressiveOverride.Claim; claim != "" {
			tokens.Lists = []string{claim}
		}
		revoked, err := r.revocations()
		if err != nil {
			return nil, err
		}
		if r.auth, err = auth.New(tokens, revoked, log); err != nil {
			return nil, err
		}
	}
	if config.Playground.Enabled {
		if r.playground, err = playground.New(config.Playground.Config); err != nil {
			return nil, fieldError(strings.TrimPrefix(err.Error(), "playground: "), "playground")
		}
	}
	r.admission = limit.NewAdmission(config.Limits.InFlightMaxBytesPerCPU * int64(runtime.GOMAXPROCS(0)))
	built, err := r.build(graph)
	if err != nil {
		return nil, err
	}
	r.graph.Store(built)
	if r.handler, err = r.middlewares(); err != nil {
		return nil, err
	}
	return r, nil
}

// revocations returns the copy of the list of revoked sessions, nil if there is
// none.
func (r *Router) revocations() (*auth.Revocations, error) {
	config := r.config.Auth.Revocation
	if config == nil {
		return nil, nil
	}
	var err error
	if r.redis, err = redis.Open(config.RedisURL); err != nil {
		return nil, fieldError(strings.TrimPrefix(err.Error(), "redis: "), "auth", "revocation", "redis_url")
	}
	return auth.NewRevocations(*config, r.redis.SortedSet(config.Key), &r.metrics, r.log), nil
}

func namesOf(graph *supergraph.Supergraph) []string {
	names := make([]string, len(graph.Subgraphs))
	for i, s := range graph.Subgraphs {
		names[i] = s.Name
	}
	return names
}

func newSigner(config IdentityConfig) (*identity.Signer, error) {
	text, field := config.Keys, "keys"
	if config.KeysFile != "" {
		file, err := os.ReadFile(config.KeysFile)
		if err != nil {
			return nil, fieldError(err.Error(), "identity", "keys_file")
		}
		text, field = string(file), "keys_file"
	}
	if strings.TrimSpace(text) == "" && config.KeysFile == "" {
		return nil, nil
	}
	keys, err := identity.ParseKeys(text)
	if err != nil {
		return nil, fieldError(err.Error(), "identity", field)
	}
	return identity.NewSigner(keys)
}

// middlewares returns the router's handler: what happens to every request, in
// this order, and to requests with operations besides.
func (r *Router) middlewares() (http.Handler, error) {
	bounded, err := limit.Middleware(r.config.Limits)
	if err != nil {
		return nil, err
	}
	operations := wrap(http.HandlerFunc(r.serveGraphQL),
		bounded,
		auth.Middleware(r.auth, refuseToken),
	)
	return wrap(r.routes(operations),
		telemetry.Middleware(r.log, r.config.HealthCheck.Path),
		transport.Recover(r.log),
	), nil
}

// wrap returns a handler that goes through middlewares in their order.
func wrap(handler http.Handler, middlewares ...func(http.Handler) http.Handler) http.Handler {
	for i := len(middlewares) - 1; i >= 0; i-- {
		handler = middlewares[i](handler)
	}
	return handler
}

// routes chooses by the path.
func (r *Router) routes(operations http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch path := request.URL.Path; {
		case path == r.config.Supergraph.Path && r.playground != nil && path != "/" && transport.AcceptsHTML(request):
			http.Redirect(w, request, "/", http.StatusSeeOther) // a browser that opens the endpoint
		case path == r.config.Supergraph.Path && (r.playground == nil || path != "/" || request.Method == http.MethodPost):
			operations.ServeHTTP(w, request)
		case path == r.config.HealthCheck.Path && *r.config.HealthCheck.Enabled:
			r.serveHealth(w, request)
		case r.playground != nil:
			r.playground.ServeHTTP(w, request)
		default:
			media, _ := transport.Negotiate(request)
			transport.Refuse(w, media, transport.NotFound(path, r.config.Supergraph.Path))
		}
	})
}

// ServeHTTP answers a request.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.handler.ServeHTTP(w, request)
}

// Metrics serves the router's metrics in Prometheus' text format. Run does not: they
// are for operators, and belong on another address than operations.
func (r *Router) Metrics() http.Handler { return &r.metrics }

// refuseToken answers a request whose access token is refused.
func refuseToken(w http.ResponseWriter, request *http.Request, err *auth.Error) {
	telemetry.RecordOf(request.Context()).AddCode(err.Cause)
	media, _ := transport.Negotiate(request)
	transport.Refuse(w, media, &transport.Error{Status: err.Status, Cause: err.Cause})
}

// serveGraphQL reads a request, has the pipeline answer it, and writes the
// answer.
func (r *Router) serveGraphQL(w http.ResponseWriter, request *http.Request) {
	media, err := transport.Negotiate(request)
	if err != nil {
		r.refuse(w, request, media, err)
		return
	}
	body, err := transport.ReadBody(request.Body)
	if err != nil {
		r.refuse(w, request, media, err)
		return
	}
	defer body.Release()
	ctx := request.Context()
	g := r.graph.Load()
	t := terms{
		caller:   auth.CallerOf(ctx),
		source:   origin.Source{RemoteAddr: request.RemoteAddr, Header: request.Header},
		headers:  g.headers.Of(request.Header),
		exposure: r.exposure(request),
		deadline: time.Now().Add(r.config.TrafficShaping.Router.Timeout),
	}
	t.labels = r.choice(request, t.caller)
	answer, err := g.answer(ctx, body, t)
	if err != nil {
		r.refuse(w, request, media, err)
		return
	}
	defer answer.Release()
	telemetry.RecordOf(ctx).AddCode(answer.Errors...)
	t.headers.Answer(w.Header())
	transport.Write(ctx, w, media, answer.Body)
}

// exposure tells whether a request asks for its plan and may have it.
func (r *Router) exposure(request *http.Request) exposure {
	if !r.config.QueryPlanning.Expose {
		return hidden
	}
	switch strings.ToLower(request.Header.Get("Apollo-Expose-Query-Plan")) {
	case "true":
		return exposed
	case "dry-run":
		return dryRun
	}
	return hidden
}

// refuse answers a request that was not executed.
func (r *Router) refuse(w http.ResponseWriter, request *http.Request, media transport.MediaType, err error) {
	record := telemetry.RecordOf(request.Context())
	var refused *transport.Error
	list, isList := errorList(err)
	switch {
	case errors.As(err, &refused):
	case isList:
		record.AddCode(list...)
		transport.WriteErrors(w, media, list)
		return
	case errors.Is(err, context.DeadlineExceeded):
		refused = transport.Timeout()
	default:
		if request.Context().Err() == nil { // else the client has gone
			r.log.ErrorContext(request.Context(), "internal error",
				telemetry.RequestIDKey, record.RequestID, telemetry.ErrorKey, err.Error())
		}
		refused = transport.Internal(record.RequestID)
	}
	record.AddCode(refused.Cause)
	transport.Refuse(w, media, refused)
}
