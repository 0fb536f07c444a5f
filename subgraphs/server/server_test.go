package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// schema answers every operation with what resolve returns.
func schema(resolve func(ctx context.Context) (data string, err error)) graphql.ExecutableSchema {
	parsed := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { it(n: Int): String } type Mutation { do: String }`})
	return &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return parsed },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			return graphql.OneShot(func() *graphql.Response {
				data, err := resolve(ctx)
				if err != nil {
					graphql.AddError(ctx, err)
				}
				return &graphql.Response{Data: json.RawMessage(data), Errors: graphql.GetErrors(ctx)}
			}())
		},
	}
}

// newHandler returns a handler of resolve that logs to log.
func newHandler(t *testing.T, log io.Writer, change func(*server.Config), resolve func(ctx context.Context) (string, error)) *server.Handler {
	t.Helper()
	cfg := server.Config{Schema: schema(resolve), Verifier: servertest.Verifier(t), Logger: slog.New(slog.NewTextHandler(log, nil))}
	if change != nil {
		change(&cfg)
	}
	handler, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func it(context.Context) (string, error) { return `{"it":"it"}`, nil }

func TestHandlerTellsWhoCalls(t *testing.T) {
	t.Parallel()
	var got identity.Envelope
	handler := newHandler(t, io.Discard, nil, func(ctx context.Context) (string, error) {
		got = server.Caller(ctx)
		return it(ctx)
	})
	caller := identity.Claims{Subject: "usr_1", Session: "ses_1", Scopes: []string{"admin"}}
	response := servertest.NewClient(t, handler).Do(t, caller, `{ it }`, nil)
	if response.Status != http.StatusOK || string(response.Data) != `{"it":"it"}` {
		t.Errorf("response %+v", response)
	}
	if diff := cmp.Diff(caller, got.Claims); diff != "" || got.RequestID != "test.1" {
		t.Errorf("request %q, claims (-want +got):\n%s", got.RequestID, diff)
	}
}

// TestHandlerRefuses changes signed requests, none of which may reach a resolver.
func TestHandlerRefuses(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, io.Discard, func(c *server.Config) { c.MaxBodyBytes, c.MaxTokens = 1000, 50 }, func(context.Context) (string, error) {
		t.Error("a refused request is executed")
		return "null", nil
	})
	client := servertest.NewClient(t, handler)
	for _, c := range []struct {
		name   string
		body   string
		change func(*http.Request)
		status int
		code   string
	}{
		{"no signature", `{"query":"{ it }"}`, func(r *http.Request) { r.Header.Del(identity.SignatureHeader) }, 401, "UNAUTHENTICATED"},
		{"no identity", `{"query":"{ it }"}`, func(r *http.Request) { r.Header.Del(identity.IdentityHeader) }, 401, "UNAUTHENTICATED"},
		{"an access token instead", `{"query":"{ it }"}`, func(r *http.Request) {
			r.Header.Del(identity.SignatureHeader)
			r.Header.Set("Authorization", "Bearer x")
		}, 401, "UNAUTHENTICATED"},
		{"somebody else's identity", `{"query":"{ it }"}`, func(r *http.Request) {
			claims, err := identity.Claims{Subject: "usr_2"}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(r.Header.Get(identity.IdentityHeader), ";")
			parts[3] = claims
			r.Header.Set(identity.IdentityHeader, strings.Join(parts, ";"))
		}, 401, "UNAUTHENTICATED"},
		{"another body", `{"query":"{ it }"}`, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"query":"{ its }"}`)) }, 401, "UNAUTHENTICATED"},
		{"another address", `{"query":"{ it }"}`, func(r *http.Request) { r.URL.RawQuery = "x=1" }, 401, "UNAUTHENTICATED"},
		{"GET", ``, func(r *http.Request) { r.Method = http.MethodGet }, 405, "METHOD_NOT_ALLOWED"},
		{"a form", `query={it}`, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"no content type", `{"query":"{ it }"}`, func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a large body", `{"query":"{ it }` + strings.Repeat(" ", 1000) + `"}`, nil, 413, "PAYLOAD_TOO_LARGE"},
		{"malformed JSON", `{"query":`, nil, 400, "BAD_REQUEST"},
		{"two values", `{"query":"{ it }"}{}`, nil, 400, "BAD_REQUEST"},
		{"an array", `[{"query":"{ it }"}]`, nil, 400, "BAD_REQUEST"},
		{"variables that are none", `{"query":"{ it }","variables":[]}`, nil, 400, "BAD_REQUEST"},
		{"no query", `{}`, nil, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"a syntax error", `{"query":"{ it"}`, nil, 200, "GRAPHQL_PARSE_FAILED"},
		{"too many tokens", `{"query":"{ ` + strings.Repeat("it ", 60) + `}"}`, nil, 200, "GRAPHQL_PARSE_FAILED"},
		{"an unknown field", `{"query":"{ its }"}`, nil, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"a variable of another type", `{"query":"query ($n: Int) { it(n: $n) }","variables":{"n":"x"}}`, nil, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown operation", `{"query":"query A { it }","operationName":"B"}`, nil, 200, "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			request := client.Request(t, identity.Claims{Subject: "usr_1"}, []byte(c.body))
			if c.change != nil {
				c.change(request)
			}
			response := client.Send(t, request)
			if response.Status != c.status || !cmp.Equal(response.Codes(), []string{c.code}) {
				t.Errorf("status %d, errors %+v; want %d, %s", response.Status, response.Errors, c.status, c.code)
			}
			for _, err := range response.Errors {
				if strings.Contains(err.Message, "Did you mean") || strings.Contains(err.Message, "query\":") {
					t.Errorf("the error helps too much: %s", err.Message)
				}
			}
		})
	}
}

func TestHandlerRefusesAReplay(t *testing.T) {
	t.Parallel()
	var executed int
	handler := newHandler(t, io.Discard, nil, func(ctx context.Context) (string, error) {
		executed++
		return it(ctx)
	})
	client := servertest.NewClient(t, handler)
	body := []byte(`{"query":"{ it }"}`)
	request := client.Request(t, identity.Claims{}, body)
	for _, want := range []int{200, 401} {
		request.Body = io.NopCloser(bytes.NewReader(body))
		if response := client.Send(t, request); response.Status != want {
			t.Errorf("status %d, want %d", response.Status, want)
		}
	}
	if executed != 1 {
		t.Errorf("executed %d times", executed)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		err     error
		message string
		code    string
		logged  string
	}{
		{"a refusal", fmt.Errorf("wrapped: %w", refusal.Forbidden()), "this needs the scope admin", "FORBIDDEN", ""},
		{"bad input", refusal.BadInput("argument %s", "x"), "argument x", "BAD_USER_INPUT", ""},
		{"trouble", errors.New("password is hunter2"), "internal error", "INTERNAL_SERVER_ERROR", "requestId=test.1"},
		{"a client that went away", context.Canceled, "internal error", "INTERNAL_SERVER_ERROR", "request cancelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			handler := newHandler(t, &log, nil, func(context.Context) (string, error) { return "null", c.err })
			response := servertest.NewClient(t, handler).Do(t, identity.Claims{}, `{ it }`, nil)
			if len(response.Errors) != 1 || response.Errors[0].Message != c.message || response.Errors[0].Code() != c.code {
				t.Errorf("errors %+v", response.Errors)
			}
			if n := strings.Count(log.String(), "\n"); (c.logged == "") != (n == 0) || n > 1 || !strings.Contains(log.String(), c.logged) {
				t.Errorf("log, want %q once:\n%s", c.logged, &log)
			}
		})
	}
}

// TestTroubleIsLoggedOnce has many objects fail in one request.
func TestTroubleIsLoggedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		trouble func(i int) error
		records int
	}{
		{"the same trouble", func(int) error { return errors.New("no database") }, 1},
		{"two troubles", func(i int) error { return fmt.Errorf("trouble %d", i%2) }, 2},
		{"ever new trouble", func(i int) error { return fmt.Errorf("trouble %d", i) }, 20},
		{"a client that went away", func(i int) error { return fmt.Errorf("statement %d: %w", i, context.Canceled) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			handler := newHandler(t, &log, nil, func(ctx context.Context) (string, error) {
				for i := range 99 {
					graphql.AddError(ctx, c.trouble(i))
				}
				return "null", c.trouble(99)
			})
			client := servertest.NewClient(t, handler)
			for request := range 2 {
				log.Reset()
				response := client.Do(t, identity.Claims{}, `{ it }`, nil)
				id := fmt.Sprintf("test.%d", request+1)
				if n := strings.Count(log.String(), "requestId="+id); n != c.records || strings.Count(log.String(), "\n") != n {
					t.Errorf("%d records with the request's id, want %d:\n%s", n, c.records, &log)
				}
				if told := strings.Contains(log.String(), "last=true"); told != (c.records == 20) {
					t.Errorf("the log says that it ends: %v", told)
				}
				for _, err := range response.Errors {
					if err.Message != "internal error" || err.Code() != "INTERNAL_SERVER_ERROR" || err.Extensions["requestId"] != id {
						t.Fatalf("error %+v", err)
					}
				}
				if len(response.Errors) != 100 {
					t.Errorf("%d errors", len(response.Errors))
				}
			}
		})
	}
}

// TestRequestsInProgressAreBounded keeps as many in progress as there may be.
func TestRequestsInProgressAreBounded(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	handler := newHandler(t, io.Discard, func(c *server.Config) { c.MaxRequests = 2 }, func(ctx context.Context) (string, error) {
		begun <- struct{}{}
		<-end
		return it(ctx)
	})
	client := servertest.NewClient(t, handler)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if response := client.Do(t, identity.Claims{}, `{ it }`, nil); response.Status != http.StatusOK {
				t.Errorf("%+v", response)
			}
		})
		<-begun
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, client.Request(t, identity.Claims{}, []byte(`{"query":"{ it }"}`)))
	if recorder.Code != http.StatusServiceUnavailable || !strings.Contains(recorder.Body.String(), "SERVICE_UNAVAILABLE") || recorder.Header().Get("Retry-After") != "1" {
		t.Errorf("one too many: %d %s", recorder.Code, recorder.Body)
	}
	// Who asks after the service's health is answered all the same.
	recorder = httptest.NewRecorder()
	if handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/health", nil)); recorder.Code != http.StatusOK {
		t.Errorf("health: %d", recorder.Code)
	}
	close(end)
	group.Wait()
	group.Go(func() { <-begun })
	if response := client.Do(t, identity.Claims{}, `{ it }`, nil); response.Status != http.StatusOK {
		t.Errorf("when there is room again: %+v", response)
	}
	group.Wait()
}

func TestRequestsHaveATimeLimit(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, io.Discard, func(c *server.Config) { c.Timeout = time.Millisecond }, func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "null", ctx.Err()
	})
	response := servertest.NewClient(t, handler).Do(t, identity.Claims{}, `{ it }`, nil)
	// gqlgen itself notices if the time is over before it begins.
	if len(response.Errors) != 1 || response.Errors[0].Code() != "INTERNAL_SERVER_ERROR" && response.Errors[0].Code() != "TIMEOUT" {
		t.Errorf("%+v", response)
	}
}

func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := newHandler(t, &log, nil, func(context.Context) (string, error) { panic("hunter2") })
	client := servertest.NewClient(t, handler)
	for range 2 {
		response := client.Do(t, identity.Claims{}, `{ it }`, nil)
		if len(response.Errors) != 1 || response.Errors[0].Message != "internal error" || response.Errors[0].Code() != "INTERNAL_SERVER_ERROR" {
			t.Errorf("errors %+v", response.Errors)
		}
	}
	if !strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "server_test.go") || strings.Count(log.String(), "\n") != 2 {
		t.Errorf("the log does not tell where, once each:\n%s", &log)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var ready error
	handler := newHandler(t, io.Discard, func(c *server.Config) {
		c.Ready = func(context.Context) error { return ready }
		c.Routes = map[string]http.Handler{"GET /other": http.NotFoundHandler()}
	}, it)
	for _, c := range []struct {
		ready  error
		status int
		body   string
	}{{nil, 200, `{"status":"ok"}`}, {errors.New("no database at 10.0.0.1"), 503, `{"status":"unavailable"}`}} {
		ready = c.ready
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/health", nil))
		if recorder.Code != c.status || strings.TrimSpace(recorder.Body.String()) != c.body {
			t.Errorf("%d %s, want %d %s", recorder.Code, recorder.Body, c.status, c.body)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := func() server.Config {
		return server.Config{Schema: schema(it), Verifier: servertest.Verifier(t), Logger: slog.New(slog.DiscardHandler)}
	}
	for name, change := range map[string]func(*server.Config){
		"no schema": func(c *server.Config) { c.Schema = nil }, "no verifier": func(c *server.Config) { c.Verifier = nil },
		"no logger": func(c *server.Config) { c.Logger = nil }, "a negative size": func(c *server.Config) { c.MaxBodyBytes = -1 },
		"a negative bound": func(c *server.Config) { c.MaxRequests = -1 }, "a negative number of writers": func(c *server.Config) { c.MaxWriters = -1 },
		"a negative time": func(c *server.Config) { c.Timeout = -time.Second },
	} {
		cfg := good()
		change(&cfg)
		if _, err := server.New(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
