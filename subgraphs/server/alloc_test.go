//go:build !race

package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// TestRequestsAllocate counts what a request allocates before and after its
// resolvers, gqlgen included: the body, the signature, the contexts, the answer.
func TestRequestsAllocate(t *testing.T) {
	const runs, most = 200, 50
	handler := newHandler(t, io.Discard, nil, it)
	client := servertest.NewClient(t, handler)
	body := []byte(`{"query":"query ($n: Int) { it(n: $n) }","variables":{"n":1}}`)
	requests := make(chan *http.Request, runs+1) // AllocsPerRun warms up with one
	for range runs + 1 {
		request := client.Request(t, identity.Claims{Subject: "usr_1", Session: "ses_1"}, body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		requests <- request
	}
	recorder := httptest.NewRecorder()
	n := testing.AllocsPerRun(runs, func() {
		recorder.Body.Reset()
		handler.ServeHTTP(recorder, <-requests)
	})
	if got := recorder.Body.String(); got != `{"data":{"it":"it"}}` {
		t.Fatal(got)
	}
	if n > most {
		t.Errorf("%.0f allocations, at most %d", n, most)
	}
}
