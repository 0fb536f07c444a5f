package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// exchange is one request to a subgraph and what it answered.
type exchange struct{ request, response string }

// recorder stands before a subgraph and writes down what passes.
type recorder struct {
	url string

	mu        sync.Mutex
	exchanges []exchange
}

// record puts a recorder before a handler.
func record(t *testing.T, subgraph http.Handler) *recorder {
	t.Helper()
	r := &recorder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		copied := &copying{ResponseWriter: w}
		subgraph.ServeHTTP(copied, request)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.exchanges = append(r.exchanges, exchange{string(body), copied.body.String()})
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// recordServer puts a recorder before the server at address.
func recordServer(t *testing.T, address string) *recorder {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return record(t, httputil.NewSingleHostReverseProxy(target))
}

type copying struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copying) Write(p []byte) (int, error) {
	c.body.Write(p)
	return c.ResponseWriter.Write(p)
}

// take returns what was recorded since the last time.
func (r *recorder) take() []exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Clone(r.exchanges)
	r.exchanges = nil
	return all
}

// representations returns what the requests sent, each as JSON with its keys in
// order.
func representations(t *testing.T, exchanges []exchange) (sent []string) {
	t.Helper()
	for _, e := range exchanges {
		var body struct{ Variables map[string]any }
		if err := json.Unmarshal([]byte(e.request), &body); err != nil {
			t.Fatalf("%v in %s", err, e.request)
		}
		for _, value := range body.Variables {
			list, _ := value.([]any)
			for _, item := range list {
				if object, isObject := item.(map[string]any); isObject && object["__typename"] != nil {
					text, err := json.Marshal(object)
					if err != nil {
						t.Fatal(err)
					}
					sent = append(sent, string(text))
				}
			}
		}
	}
	return sent
}

// distinct is how many different texts there are.
func distinct(texts []string) int {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return len(slices.Compact(texts))
}
