package server_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// large is an operation of about 100 KiB.
var large = []byte(`{"query":"{ it }` + strings.Repeat(" ", 100<<10) + `"}`)

// unreadable fails the test if somebody reads it.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.ErrUnexpectedEOF
}

// TestLargeBodiesOfStrangersAreNotRead sends what nobody has signed, with and without
// telling the size.
func TestLargeBodiesOfStrangersAreNotRead(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, newHandler(t, io.Discard, nil, it))
	for name, change := range map[string]func(http.Header){
		"unsigned":       func(h http.Header) { h.Del(identity.SignatureHeader) },
		"malformed":      func(h http.Header) { h.Set(identity.IdentityHeader, "v1;x") },
		"no signature":   func(h http.Header) { h.Set(identity.SignatureHeader, "x") },
		"an unknown key": func(h http.Header) { part(h, identity.SignatureHeader, 1, "other") },
	} {
		for _, size := range []int64{int64(len(large)), -1} {
			request := client.Request(t, identity.Claims{}, large)
			change(request.Header)
			request.Body, request.ContentLength = io.NopCloser(unreadable{t}), size
			if response := client.Send(t, request); response.Status != http.StatusUnauthorized {
				t.Errorf("%s, %d bytes: %+v", name, size, response)
			}
		}
	}
}

// TestUncheckedBodiesAreBounded has one large body on its way while others come: no
// other large one is read, and small ones are answered.
func TestUncheckedBodiesAreBounded(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, io.Discard, func(c *server.Config) { c.MaxUncheckedBytes = 150 << 10 }, it)
	client := servertest.NewClient(t, handler)
	send := func(body []byte) servertest.Response {
		return client.Send(t, client.Request(t, identity.Claims{}, body))
	}
	slow, begun := io.Pipe()
	request := client.Request(t, identity.Claims{}, large)
	request.Body = slow
	answered := make(chan servertest.Response, 1)
	go func() { answered <- client.Send(t, request) }()
	if _, err := begun.Write(large[:1]); err != nil { // it has been read
		t.Fatal(err)
	}
	refused := send(large)
	refused.WantCodes(t, "SERVICE_UNAVAILABLE")
	if refused.Status != http.StatusServiceUnavailable || refused.Header.Get("Retry-After") == "" {
		t.Errorf("response %+v", refused)
	}
	send([]byte(`{"query":"{ it }"}`)).WantCodes(t)
	_, err := io.Copy(begun, bytes.NewReader(large[1:]))
	if err := errors.Join(err, begun.Close()); err != nil {
		t.Fatal(err)
	}
	(<-answered).WantCodes(t)
	send(large).WantCodes(t)
}
