package trial

import (
	"bytes"
	"io"
	"net/http"
	"sync"

	"github.com/weftql/weft/router/internal/subgraph"
)

// sender hands requests to the subgraphs' handlers, without a network between
// them, and notes which fetches were made.
type sender struct {
	handlers []http.Handler // by subgraph

	mu   sync.Mutex
	sent map[int]string // the bodies of the requests, by fetch
}

var _ subgraph.Sender = (*sender)(nil)

// Send implements subgraph.Sender.
func (s *sender) Send(_ *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	body := string(request.Body)
	s.mu.Lock()
	s.sent[request.Number] = body
	s.mu.Unlock()
	w := &recorder{header: http.Header{}, status: http.StatusOK, body: bytes.NewBuffer(answer.Body[:0])}
	s.handlers[request.Subgraph].ServeHTTP(w, &http.Request{
		Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(request.Body)),
	})
	answer.Status, answer.Body = w.status, w.body.Bytes()
	if w.status != http.StatusOK {
		return &subgraph.Error{Kind: subgraph.Status, Reason: http.StatusText(w.status)}
	}
	return nil
}

// reset forgets what was sent.
func (s *sender) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = map[int]string{}
}

// recorder is an http.ResponseWriter that keeps the response.
type recorder struct {
	header http.Header
	status int
	body   *bytes.Buffer
}

func (r *recorder) Header() http.Header                  { return r.header }
func (r *recorder) WriteHeader(status int)               { r.status = status }
func (r *recorder) Write(text []byte) (n int, err error) { return r.body.Write(text) }
