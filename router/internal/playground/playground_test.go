package playground

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/playground/bundle"
)

// budgetBytes is what the committed page may weigh: it is part of every clone
// and every binary.
const budgetBytes = 2 << 20

func TestAssets(t *testing.T) {
	t.Parallel()
	folder, err := fs.Sub(embedded, "assets")
	if err != nil {
		t.Fatal(err)
	}
	built, err := bundle.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, file := range built.Files() {
		content, err := built.Content(file)
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(file.Name, ".map") || bytes.Contains(content, []byte("sourceMappingURL=")) {
			t.Errorf("%s is or names a source map", file.Name)
		}
		compressed, err := built.Compressed(file)
		if err != nil {
			t.Error(err)
		}
		total += len(compressed)
	}
	if total > budgetBytes {
		t.Errorf("the page weighs %d bytes, more than %d", total, budgetBytes)
	}
}

func TestHandlerServesIndex(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{})
	response := get(h, "/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	checkHeader(t, response, map[string]string{
		"Cache-Control":                "no-cache",
		"Content-Security-Policy":      policy,
		"Content-Type":                 "text/html; charset=utf-8",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"Vary":                         "Accept",
		"X-Content-Type-Options":       "nosniff",
	})
	if response.Code != http.StatusOK || !strings.Contains(response.Body.String(), `<div id="root">`) {
		t.Errorf("status %d, body %s", response.Code, response.Body)
	}

	t.Run("unchanged_since_etag", func(t *testing.T) {
		t.Parallel()
		etag := response.Header().Get("ETag")
		for _, match := range []string{etag, `"other", W/` + etag, "*"} {
			again := get(h, "/", "Accept", "text/html", "If-None-Match", match)
			if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("If-None-Match: %s: status %d, %d bytes", match, again.Code, again.Body.Len())
			}
		}
		if again := get(h, "/", "Accept", "text/html", "If-None-Match", `"other"`); again.Code != http.StatusOK {
			t.Errorf("another etag: status %d", again.Code)
		}
	})

	t.Run("head_has_no_body", func(t *testing.T) {
		t.Parallel()
		head := do(h, http.MethodHead, "/", "Accept", "text/html")
		if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(response.Body.Len()) {
			t.Errorf("status %d, %d bytes, header %v", head.Code, head.Body.Len(), head.Header())
		}
	})
}

func TestHandlerServesEveryFile(t *testing.T) {
	t.Parallel()
	folder, err := fs.Sub(embedded, "assets")
	if err != nil {
		t.Fatal(err)
	}
	built, err := bundle.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, Config{})
	kinds := map[string]int{}
	for _, file := range built.Files() {
		if file.Name == indexName {
			continue
		}
		want, err := built.Content(file)
		if err != nil {
			t.Fatal(err)
		}
		response := get(h, "/"+file.Name)
		if response.Code != http.StatusOK || !bytes.Equal(response.Body.Bytes(), want) {
			t.Errorf("%s: status %d, %d bytes", file.Name, response.Code, response.Body.Len())
		}
		cache := "public, max-age=31536000, immutable"
		if file.Name == "playground/licenses.md" {
			cache = "no-cache"
		}
		checkHeader(t, response, map[string]string{
			"Cache-Control":          cache,
			"Vary":                   "Accept-Encoding",
			"X-Content-Type-Options": "nosniff",
		})
		kinds[response.Header().Get("Content-Type")]++
	}
	for _, kind := range contentTypes {
		if kinds[kind] == 0 {
			t.Errorf("no file of type %s: %v", kind, kinds)
		}
	}
}

func TestHandlerNegotiatesEncoding(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{})
	script := "/" + regexp.MustCompile(`playground/index-[^"]+\.js`).FindString(get(h, "/", "Accept", "text/html").Body.String())
	plain := get(h, script)
	if encoding := plain.Header().Get("Content-Encoding"); encoding != "" {
		t.Fatalf("Content-Encoding %q without Accept-Encoding", encoding)
	}
	checkHeader(t, plain, map[string]string{
		"Content-Length": strconv.Itoa(plain.Body.Len()),
		"Content-Type":   "text/javascript; charset=utf-8",
	})

	compressed := get(h, script, "Accept-Encoding", "br, gzip;q=0.5")
	checkHeader(t, compressed, map[string]string{
		"Content-Encoding": "gzip",
		"Content-Length":   strconv.Itoa(compressed.Body.Len()),
		"Content-Type":     "text/javascript; charset=utf-8",
	})
	reader, err := gzip.NewReader(compressed.Body)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content, plain.Body.Bytes()) {
		t.Error("the compressed and the plain answer differ")
	}

	for _, c := range []struct{ accept, want string }{
		{"*", "gzip"},
		{"identity", ""},
		{"gzip;q=0", ""},
		{"gzip; q=0, *", ""},
		{"br", ""},
		{"gzip;q=nonsense", ""},
	} {
		if got := get(h, script, "Accept-Encoding", c.accept).Header().Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding: %s: answer is encoded %q, want %q", c.accept, got, c.want)
		}
	}
}

func TestHandlerServesConfig(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		config Config
		want   string
	}{
		{
			name:   "defaults",
			config: Config{},
			want:   `{"endpoint": "/graphql", "title": "Weft", "defaultQuery": "{\n  __typename\n}\n"}`,
		},
		{
			name: "demo_login",
			config: Config{
				Endpoint: "/api", Title: "Shop", DefaultQuery: "{ a }",
				Demo: &Demo{Query: "mutation { in { token } }", Variables: map[string]any{"n": "x"}, TokenPath: "in.token"},
			},
			want: `{"endpoint": "/api", "title": "Shop", "defaultQuery": "{ a }", "demo": {
				"label": "Log in as the demo user", "query": "mutation { in { token } }", "variables": {"n": "x"}, "tokenPath": "in.token"}}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			response := get(newHandler(t, c.config), "/playground/config.json")
			checkHeader(t, response, map[string]string{"Cache-Control": "no-store", "Content-Type": "application/json"})
			if diff := cmp.Diff(decode(t, []byte(c.want)), decode(t, response.Body.Bytes())); diff != "" {
				t.Errorf("config (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHandlerAnswersNotFound(t *testing.T) {
	t.Parallel()
	h := newHandler(t, Config{})
	cases := []struct{ name, method, path, accept string }{
		{"client_that_wants_json", http.MethodGet, "/", "application/json"},
		{"client_that_refuses_html", http.MethodGet, "/", "text/html;q=0, */*"},
		{"client_that_says_nothing", http.MethodGet, "/", ""},
		{"post", http.MethodPost, "/", "text/html"},
		{"post_to_config", http.MethodPost, "/playground/config.json", "*/*"},
		{"unknown_path", http.MethodGet, "/index.html", "text/html"},
		{"unknown_asset", http.MethodGet, "/playground/none-00000000.js", "*/*"},
		{"compressed_name", http.MethodGet, "/playground/licenses.md.gz", "*/*"},
		{"manifest", http.MethodGet, "/manifest.json", "*/*"},
		{"folder", http.MethodGet, "/playground/", "text/html"},
		{"path_with_dots", http.MethodGet, "/playground/../index.html", "text/html"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if response := do(h, c.method, c.path, "Accept", c.accept); response.Code != http.StatusNotFound {
				t.Errorf("status %d, want 404", response.Code)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	demo := Demo{Query: "mutation { a { token } }", TokenPath: "a.token"}
	with := func(change func(*Demo)) *Demo {
		d := demo
		change(&d)
		return &d
	}
	cases := []struct {
		name   string
		config Config
		want   string
	}{
		{"endpoint_elsewhere", Config{Endpoint: "https://example.com/graphql"}, `endpoint "https://example.com/graphql" is not a path`},
		{"endpoint_on_another_host", Config{Endpoint: "//example.com/graphql"}, "is not a path of this origin"},
		{"endpoint_with_backslash", Config{Endpoint: `/\example.com`}, "is not a path of this origin"},
		{"demo_without_query", Config{Demo: with(func(d *Demo) { d.Query = " " })}, "demo.query is empty"},
		{"demo_without_token_path", Config{Demo: with(func(d *Demo) { d.TokenPath = "" })}, "demo.tokenPath"},
		{"demo_with_broken_token_path", Config{Demo: with(func(d *Demo) { d.TokenPath = "a..token" })}, `demo.tokenPath "a..token"`},
		{"variables_that_json_cannot_say", Config{Demo: with(func(d *Demo) { d.Variables = map[string]any{"f": func() {}} })}, "demo.variables"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := New(c.config)
			if err == nil || !strings.HasPrefix(err.Error(), "playground: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one that contains %q", err, c.want)
			}
		})
	}
}

func newHandler(t *testing.T, config Config) http.Handler {
	t.Helper()
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return do(h, http.MethodGet, path, headers...)
}

// do makes a request with headers given as name, value, name, value …
func do(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			request.Header.Set(headers[i], headers[i+1])
		}
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	return recorder
}

func checkHeader(t *testing.T, response *httptest.ResponseRecorder, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := response.Header().Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}

func decode(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}
