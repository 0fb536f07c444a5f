package servertest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

// Keys are those that a Client signs with.
func Keys() identity.Keys {
	return identity.Keys{{ID: "test", Secret: bytes.Repeat([]byte("weft"), identity.MinKeyBytes/4)}}
}

// Verifier accepts what a Client signs.
func Verifier(t testing.TB) *identity.Verifier {
	t.Helper()
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: Keys()})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// Client sends requests to a handler. It is safe for concurrent use.
type Client struct {
	handler  http.Handler
	signer   *identity.Signer
	requests atomic.Int64
}

// NewClient returns a Client of handler.
func NewClient(t testing.TB, handler http.Handler) *Client {
	t.Helper()
	signer, err := identity.NewSigner(Keys())
	if err != nil {
		t.Fatal(err)
	}
	return &Client{handler: handler, signer: signer}
}

// Error is an error of a response.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Code is the error's extensions.code.
func (e Error) Code() string {
	code, _ := e.Extensions["code"].(string)
	return code
}

// Response is a GraphQL response.
type Response struct {
	Status int             `json:"-"`
	Header http.Header     `json:"-"`
	Body   []byte          `json:"-"` // as it was sent
	Data   json.RawMessage `json:"data"`
	Errors []Error         `json:"errors"`
}

// Decode reads the data into v, which must have a place for all of it.
func (r Response) Decode(t testing.TB, v any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(r.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		t.Fatalf("%v\ndata: %s\nerrors: %+v", err, r.Data, r.Errors)
	}
}

// WantData compares the data with JSON text; the order of fields does not matter.
func (r Response) WantData(t testing.TB, want string) {
	t.Helper()
	var got, wanted any
	if err := json.Unmarshal(r.Data, &got); err != nil {
		t.Fatalf("%v: %s %+v", err, r.Data, r.Errors)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("data (-want +got):\n%s\nerrors: %+v", diff, r.Errors)
	}
}

// WantCodes compares the codes of the errors; without codes there must be none.
func (r Response) WantCodes(t testing.TB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, r.Codes()); diff != "" {
		t.Errorf("codes (-want +got):\n%s\nerrors: %+v\ndata: %s", diff, r.Errors, r.Data)
	}
}

// Codes are the codes of the errors, in their order.
func (r Response) Codes() []string {
	var codes []string
	for _, err := range r.Errors {
		codes = append(codes, err.Code())
	}
	return codes
}

// Do sends an operation on behalf of a caller; the zero Claims are an anonymous
// one.
func (c *Client) Do(t testing.TB, caller identity.Claims, query string, variables map[string]any) Response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return c.Send(t, c.Request(t, caller, body))
}

// Request returns a signed request, to be changed before it is sent.
func (c *Client) Request(t testing.TB, caller identity.Claims, body []byte) *http.Request {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	signed, signature := c.sign(t, caller, body)
	request.Header.Set(identity.IdentityHeader, signed)
	request.Header.Set(identity.SignatureHeader, signature)
	return request
}

// Send sends a request as it is.
func (c *Client) Send(t testing.TB, request *http.Request) Response {
	t.Helper()
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, request)
	response := Response{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &response); err != nil {
		t.Fatalf("status %d: %v\n%s", recorder.Code, err, recorder.Body)
	}
	return response
}

// Serve sends a request and returns the size of the answer, which has to be one
// without errors: for benchmarks, which have no time to read it.
func (c *Client) Serve(t testing.TB, request *http.Request) int {
	t.Helper()
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, request)
	if answer := recorder.Body.Bytes(); recorder.Code != http.StatusOK || !bytes.HasPrefix(answer, []byte(`{"data":`)) {
		t.Fatalf("status %d: %.300s", recorder.Code, answer)
	}
	return recorder.Body.Len()
}

func (c *Client) sign(t testing.TB, caller identity.Claims, body []byte) (signed, signature string) {
	t.Helper()
	claims, err := caller.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return c.signer.Sign(identity.Request{
		Method: http.MethodPost, Target: "/graphql", RequestID: "test." + strconv.FormatInt(c.requests.Add(1), 10),
		Body: body, Claims: claims,
	}, time.Now())
}
