package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
)

const serviceSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3") type Query { me: Int }`

// tellSDL answers as a subgraph does.
func tellSDL(w http.ResponseWriter, sdl string) {
	_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": sdl}}})
}

// serviceAt runs a service and returns a configuration of it.
func serviceAt(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return "subgraphs:\n  users:\n    schema:\n      subgraph_url: " + server.URL + "/graphql?x=1\n"
}

func TestCompose_introspects(t *testing.T) {
	t.Parallel()
	config := serviceAt(t, func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Query string }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || !strings.Contains(request.Query, "_service { sdl }") {
			t.Errorf("got %q: %v", request.Query, err)
		}
		if r.Method != http.MethodPost || r.RequestURI != "/graphql?x=1" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s %s %v", r.Method, r.RequestURI, r.Header)
		}
		if r.Header.Get("Authorization") != "Bearer s3cret" || r.Header.Get("X-Plain") != "plain" {
			t.Errorf("got the headers %v", r.Header)
		}
		if r.Header.Get(identity.IdentityHeader) != "" {
			t.Error("the request is signed, without keys")
		}
		tellSDL(w, serviceSDL)
	})
	config += "      introspection_headers:\n        authorization: Bearer ${env.TOKEN}\n        X-Plain: plain\n"
	code, stdout, stderr := weftWith(t, map[string]string{"TOKEN": "s3cret"}, config, "compose", "--config", "-")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	// The address is where the router shall go, too, unless another is given.
	if !strings.Contains(stdout, `USERS @join__graph(name: "users", url: "http://127.0.0.1:`) || !strings.Contains(stdout, "me: Int") {
		t.Errorf("got %s", stdout)
	}
	config += "    routing_url: http://elsewhere/${env.TOKEN}\n"
	_, stdout, _ = weftWith(t, map[string]string{"TOKEN": "path"}, strings.ReplaceAll(config, "Bearer ${env.TOKEN}", "Bearer s3cret"), "compose", "--config", "-")
	if !strings.Contains(stdout, `USERS @join__graph(name: "users", url: "http://elsewhere/path")`) {
		t.Errorf("got %s", stdout)
	}
}

func TestCompose_errorsOfIntrospectedSchemas(t *testing.T) {
	t.Parallel()
	config := serviceAt(t, func(w http.ResponseWriter, _ *http.Request) { tellSDL(w, sdlA+" type Query { me: Nope }") })
	code, _, stderr := weft(t, config, "compose", "--config", "-")
	if code != exitError || !strings.HasPrefix(stderr, "<service users>:2:15: error: ") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
}

// testKeys are keys of services, and the variable that holds them.
func testKeys(secret string) (identity.Keys, string) {
	key := identity.Key{ID: "test", Secret: bytes.Repeat([]byte(secret), identity.MinKeyBytes/len(secret))}
	return identity.Keys{key}, key.ID + ":" + base64.StdEncoding.EncodeToString(key.Secret)
}

// signedOnly is a service that refuses unsigned requests, as those of the
// platform do.
func signedOnly(t *testing.T) http.HandlerFunc {
	t.Helper()
	keys, _ := testKeys("weft")
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		envelope, err := verifier.Verify(r.Method, r.RequestURI, r.Header, body)
		if err != nil || envelope.Authenticated() {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"errors":[{"message":"the request is not signed by the router","extensions":{"code":"UNAUTHENTICATED"}}]}`)
			return
		}
		tellSDL(w, serviceSDL)
	}
}

func TestCompose_signsIntrospection(t *testing.T) {
	t.Parallel()
	_, keys := testKeys("weft")
	_, others := testKeys("weave-it")
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(keys+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const unsigned = `<stdin>:4:21: error: INTROSPECTION_FAILED: subgraphs.users.schema.subgraph_url: the service refuses the request (401: UNAUTHENTICATED "the request is not signed by the router"): set introspection_headers, or WEFT_IDENTITY_KEYS if it accepts the router's signature alone [subgraph users]`
	for _, tt := range []struct {
		name      string
		variables map[string]string
		want      string // of standard error; empty if it composes
	}{
		{"with the keys", map[string]string{"WEFT_IDENTITY_KEYS": keys}, ""},
		{"with the keys of a file", map[string]string{"WEFT_IDENTITY_KEYS_FILE": file}, ""},
		{"without keys", nil, unsigned},
		{"with other keys", map[string]string{"WEFT_IDENTITY_KEYS": others}, "the service refuses the request, which was signed (401"},
		{"with both", map[string]string{"WEFT_IDENTITY_KEYS": keys, "WEFT_IDENTITY_KEYS_FILE": file}, "error: INVALID_CONFIGURATION: WEFT_IDENTITY_KEYS and WEFT_IDENTITY_KEYS_FILE are both set"},
		{"with keys that are none", map[string]string{"WEFT_IDENTITY_KEYS": "a:c2VjcmV0"}, `error: INVALID_CONFIGURATION: WEFT_IDENTITY_KEYS: identity keys: entry 1: key "a" has 6 bytes`},
		{"with a file that is none", map[string]string{"WEFT_IDENTITY_KEYS_FILE": file + "?"}, "error: INVALID_CONFIGURATION: WEFT_IDENTITY_KEYS_FILE: open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := weftWith(t, tt.variables, serviceAt(t, signedOnly(t)), "compose", "--config", "-")
			if tt.want == "" {
				if code != exitOK || !strings.Contains(stdout, "me: Int") {
					t.Errorf("exit %d, stderr %q", code, stderr)
				}
				return
			}
			if code != exitError || stdout != "" || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d, stderr %q; want %q", code, stderr, tt.want)
			}
			for _, secret := range append([]string{"c2VjcmV0"}, strings.Split(keys+":"+others, ":")...) {
				if len(secret) > 4 && strings.Contains(stderr, secret) {
					t.Errorf("standard error shows a key: %q", stderr)
				}
			}
		})
	}
}

func TestCompose_introspectionFails(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"a page", answer(200, "<html>"), "the service's answer is not the JSON of a GraphQL response"},
		{"not found", answer(404, "nothing here"), "the service answers 404"},
		{"no service field", answer(200, `{"data":{"_service":null}}`), "the service tells no SDL"},
		{"an empty schema", answer(200, `{"data":{"_service":{"sdl":" "}}}`), "the service tells no SDL"},
		{"nothing", answer(200, `{}`), "the service tells no SDL"},
		{"an error", answer(200, `{"errors":[{"message":"Cannot query field \"_service\"\u001b[31m"}]}`), `the service answers with an error: "Cannot query field \"_service\"\x1b[31m"`},
		{"an error of the server", answer(500, `{"errors":[{"message":"oops","extensions":{"code":"INTERNAL"}}]}`), `the service answers 500: INTERNAL "oops"`},
		{"a refusal", answer(200, `{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}`), `the service refuses the request (200: UNAUTHENTICATED "no"): set introspection_headers`},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/graphql" {
				t.Error("the redirect was followed")
			}
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		}, "the service answers 307, a redirect, which is not followed"},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
		}, "the service's answer ends early"},
		{"a service that hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "the service cannot be reached: EOF"},
		{"an answer without end", func(w http.ResponseWriter, _ *http.Request) {
			for chunk := bytes.Repeat([]byte(" "), 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "the service's answer is larger than 32 MiB"},
		{"a header sent back", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"errors":[{"message":"bad token %s"}]}`, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		}, `the service refuses the request (403: "bad token ***")`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			config := serviceAt(t, tt.handler) + "      introspection_headers: {Authorization: \"Bearer ${env.TOKEN}\"}\n"
			code, stdout, stderr := weftWith(t, map[string]string{"TOKEN": "s3cret"}, config, "compose", "--config", "-")
			want := "<stdin>:4:21: error: INTROSPECTION_FAILED: subgraphs.users.schema.subgraph_url: " + tt.want
			if code != exitError || stdout != "" || !strings.HasPrefix(stderr, want) {
				t.Errorf("exit %d, stdout %q\nstderr %s\nwant   %s", code, stdout, stderr, want)
			}
			if strings.Contains(stderr, "s3cret") {
				t.Errorf("standard error shows the token: %s", stderr)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(nil)
		server.Close()
		code, _, stderr := weft(t, "subgraphs:\n  users: {schema: {subgraph_url: \"http://user:s3cret@"+strings.TrimPrefix(server.URL, "http://")+"/s3cret\"}}\n", "compose", "--config", "-")
		if code != exitError || !strings.Contains(stderr, "the service cannot be reached: dial tcp") || strings.Contains(stderr, "s3cret") {
			t.Errorf("exit %d, stderr %q", code, stderr)
		}
	})
}

func TestIntrospection_hasADeadline(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the end of the connection is not seen
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	i := introspection{client: &http.Client{Timeout: time.Millisecond}}
	_, err := i.ask(t.Context(), service{url: server.URL, header: http.Header{}})
	if err == nil || !strings.Contains(err.Error(), "the service does not answer within") {
		t.Errorf("got %v", err)
	}
}
