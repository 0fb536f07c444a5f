package router

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
)

// held is a router whose subgraph people answers when it is told to, and says in
// each answer who asked, and how many it has answered.
type held struct {
	*fixture
	issuer  *issuer
	began   chan struct{} // gets one for each request that has come
	release chan struct{} // lets one request be answered
	ended   atomic.Int64  // requests that were given up
	cookie  atomic.Bool   // answers set one
	fails   atomic.Bool
}

func serveHeld(t *testing.T, change func(*Config)) *held {
	t.Helper()
	h := &held{issuer: newIssuer(t), began: make(chan struct{}, 1000), release: make(chan struct{}, 1000)}
	h.fixture = serve(t, func(c *Config) {
		withIdentity(h.issuer)(c)
		c.TrafficShaping.Router.DeduplicateQuery = true
		c.TrafficShaping.All.DeduplicateQuery = new(false) // what is shared is shared here
		c.IncludeSubgraphErrors.All.Whole = new(true)
		withHeaders(t, "  all:\n    request:\n    - propagate: {named: X-Tenant}\n    response:\n    - propagate: {named: X-Count}\n")(c)
		if change != nil {
			change(c)
		}
	})
	keys, err := identity.ParseKeys(identityKey)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	var answered atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		envelope, err := verifier.Verify(r.Method, r.URL.RequestURI(), r.Header, body)
		if err != nil {
			t.Errorf("a request is refused: %v", err)
		}
		h.began <- struct{}{}
		select {
		case <-h.release:
		case <-r.Context().Done():
			h.ended.Add(1)
			return
		}
		if h.cookie.Load() {
			w.Header().Set("Set-Cookie", "a=b")
		}
		number := answered.Add(1)
		w.Header().Set("X-Count", fmt.Sprint(number))
		var request struct{ Variables json.RawMessage }
		_ = json.Unmarshal(body, &request)
		who := fmt.Sprintf("%s/%s/%v %s %s #%d", envelope.Subject, envelope.Session, envelope.Scopes, request.Variables, r.Header.Get("X-Tenant"), number)
		if h.fails.Load() {
			text(200, "application/json", fmt.Sprintf(`{"data":{"me":null},"errors":[{"message":%q,"path":["me"]}]}`, who))(w, r)
			return
		}
		text(200, "application/json", fmt.Sprintf(`{"data":{"me":{"name":%q,"__typename":"Person","id":"1"},"rename":{"name":%q},"people":[{"name":%q}]}}`, who, who, who))(w, r)
	})
	h.faults["people"].Store(&handler)
	return h
}

// ask sends a body in a goroutine of its own.
func (h *held) ask(ctx context.Context, body string, header http.Header) <-chan reply {
	request := httptest.NewRequest("POST", "/graphql", strings.NewReader(body)).WithContext(ctx)
	request.Header = header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("Content-Type", "application/json")
	answer := make(chan reply, 1)
	go func() {
		w := httptest.NewRecorder()
		h.router.ServeHTTP(w, request)
		answer <- reply{w.Code, w.Result().Header, w.Body.String()}
	}()
	return answer
}

// waiting waits until so many wait for answers.
func (h *held) waiting(t *testing.T, count int) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); h.router.graph.Load().answers.Waiting() != count; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("%d wait, want %d", h.router.graph.Load().answers.Waiting(), count)
		}
	}
}

// givenUp waits until so many requests to the subgraph were given up.
func (h *held) givenUp(t *testing.T, count int64) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); h.ended.Load() != count; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("%d requests were given up, want %d", h.ended.Load(), count)
		}
	}
}

// counted fails the test if another number of requests has come to the subgraph.
func (h *held) counted(t *testing.T, want int) {
	t.Helper()
	if got := len(h.began); got != want {
		t.Errorf("%d requests to the subgraph, want %d", got, want)
	}
}

const me = `{"query":"{ me { name } }"}`

func TestEqualQueriesAreExecutedOnce(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	var answers []<-chan reply
	for i := range 20 {
		// However it is written, and wherever it comes from: the operation is the same.
		answers = append(answers, h.ask(t.Context(), []string{me, `{"query":"query {\n  me { name }\n}","variables":{"x":1}}`, `{"query":"{ me { ...F } } fragment F on Person { name }"}`}[i%3],
			http.Header{"User-Agent": {fmt.Sprint("Fox/", i)}}))
	}
	h.waiting(t, 20)
	h.release <- struct{}{}
	for _, answer := range answers {
		if got := <-answer; got.Body != `{"data":{"me":{"name":"//[]   #1"}}}` || got.Header.Get("X-Count") != "1" {
			t.Error(got)
		}
	}
	h.counted(t, 1)
	// Nothing is kept.
	h.release <- struct{}{}
	if got := <-h.ask(t.Context(), me, nil); got.Body != `{"data":{"me":{"name":"//[]   #2"}}}` || got.Header.Get("X-Count") != "2" {
		t.Error(got)
	}
}

func TestQueriesAreNotSharedUnlessThatIsConfigured(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, func(c *Config) { c.TrafficShaping.Router.DeduplicateQuery = false })
	answers := []<-chan reply{h.ask(t.Context(), me, nil), h.ask(t.Context(), me, nil)}
	for range answers {
		h.release <- struct{}{}
	}
	if first, second := <-answers[0], <-answers[1]; first.Body == second.Body {
		t.Errorf("both got %s", first.Body)
	}
}

// Requests that differ in anything on which the answer depends are executed each
// by itself.
func TestQueriesThatDifferAreNotShared(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, func(c *Config) { c.QueryPlanning.Expose = true })
	token := func(changes map[string]any) http.Header {
		claims := map[string]any{"iss": "https://issuer.test", "aud": "weft", "sub": "a", "sid": "s", "scope": "x", "exp": time.Now().Add(time.Hour).Unix()}
		for name, value := range changes {
			claims[name] = value
		}
		return bearer(h.issuer.sign(t, claims))
	}
	with := func(n string) string {
		return `{"query":"query($n: Int, $k: Kind) { people(first: $n, kind: $k) { name } }","variables":` + n + `}`
	}
	asked := []struct {
		body   string
		header http.Header
	}{
		{me, nil},
		{me, http.Header{"X-Tenant": {"a"}}},
		{me, http.Header{"X-Tenant": {"b"}}},
		{me, token(nil)},
		{me, token(map[string]any{"sub": "b"})},
		{me, token(map[string]any{"sid": "t"})},
		{me, token(map[string]any{"scope": "x y"})},
		{me, token(map[string]any{"exp": time.Now().Add(2 * time.Hour).Unix()})},
		{me, http.Header{"Apollo-Expose-Query-Plan": {"true"}}},
		{`{"query":"{ me { id } }"}`, nil},
		{`{"query":"query A { me { name } }"}`, nil},
		{`{"query":"{ me { name: name, other: name } }"}`, nil},
		{with(`{}`), nil},
		{with(`{"n":1}`), nil},
		{with(`{"n":12}`), nil},
		{with(`{"n":null}`), nil},
		{with(`{"k":"ADULT"}`), nil},
		{`{"query":"mutation { rename(id: 1, name: \"a\") { name } }"}`, nil},
		{`{"query":"mutation { rename(id: 1, name: \"a\") { name } }"}`, nil},
	}
	var answers []<-chan reply
	for _, a := range asked {
		answers = append(answers, h.ask(t.Context(), a.body, a.header))
	}
	for range asked {
		<-h.began
		h.release <- struct{}{}
	}
	for _, answer := range answers {
		if got := <-answer; strings.Contains(got.Body, "errors") {
			t.Error(got)
		}
	}
}

// Many users ask the same at the same time: each reads what is its own.
func TestUsersNeverShareAnswers(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	headers := map[string]http.Header{"//[]": nil}
	for _, user := range []string{"a", "b", "a/b"} {
		for _, session := range []string{"s", "t"} {
			for _, scope := range []string{"x", "x y"} {
				headers[fmt.Sprintf("%s/%s/%v", user, session, strings.Fields(scope))] = bearer(h.issuer.sign(t, map[string]any{
					"iss": "https://issuer.test", "aud": "weft", "sub": user, "sid": session, "scope": scope, "exp": time.Now().Add(time.Hour).Unix(),
				}))
			}
		}
	}
	close(h.release)
	var group sync.WaitGroup
	var shared atomic.Int64
	seen := sync.Map{}
	for who, header := range headers {
		for range 4 {
			group.Go(func() {
				for range 25 {
					got := (<-h.ask(t.Context(), me, header)).Body
					if !strings.HasPrefix(got, `{"data":{"me":{"name":"`+who+`  `) {
						t.Errorf("%s got %s", who, got)
					}
					if _, before := seen.LoadOrStore(got, true); before {
						shared.Add(1)
					}
				}
			})
		}
	}
	group.Wait()
	if shared.Load() == 0 {
		t.Error("no answer was shared")
	}
}

// The one who began may leave; the last one to leave ends the execution.
func TestSharedExecutionLivesAsLongAsSomebodyWaits(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	first, leaveFirst := context.WithCancel(t.Context())
	second, leaveSecond := context.WithCancel(t.Context())
	defer leaveSecond()
	one := h.ask(first, me, nil)
	h.waiting(t, 1)
	other := h.ask(second, me, nil)
	h.waiting(t, 2)
	leaveFirst()
	<-one
	h.waiting(t, 1)
	h.release <- struct{}{}
	if got := <-other; got.Body != `{"data":{"me":{"name":"//[]   #1"}}}` {
		t.Error(got)
	}
	h.counted(t, 1)

	last := h.ask(second, me, nil)
	<-h.began
	<-h.began
	leaveSecond()
	<-last
	h.givenUp(t, 1)
}

// An answer that sets a cookie is for the one who caused it.
func TestAnswersThatSetCookiesAreNotShared(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	h.cookie.Store(true)
	var answers []<-chan reply
	for range 5 {
		answers = append(answers, h.ask(t.Context(), me, nil))
	}
	h.waiting(t, 5)
	close(h.release)
	seen := map[string]bool{}
	for _, answer := range answers {
		got := (<-answer).Body
		if seen[got] || !strings.HasPrefix(got, `{"data":{"me":{"name":"//[]  `) {
			t.Errorf("got %s", got)
		}
		seen[got] = true
	}
	h.counted(t, 5)
}

func TestErrorsAreSharedAsTheyAre(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	h.fails.Store(true)
	answers := []<-chan reply{h.ask(t.Context(), me, nil), h.ask(t.Context(), me, nil)}
	h.waiting(t, 2)
	h.release <- struct{}{}
	first, second := (<-answers[0]).Body, (<-answers[1]).Body
	if first != second || !strings.Contains(first, `"message":"//[]   #1"`) || !strings.Contains(first, `"data":{"me":null}`) {
		t.Errorf("%s\n%s", first, second)
	}
	h.counted(t, 1)
}

// Who joins has as much time as anybody: what ended with the time of the first one
// is done again.
func TestWhoJoinsHasADeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	h.release <- struct{}{}
	<-h.ask(t.Context(), me, nil) // now there is a plan
	h.router.config.TrafficShaping.Router.Timeout = time.Second
	first := h.ask(t.Context(), me, nil)
	h.waiting(t, 1)
	h.router.config.TrafficShaping.Router.Timeout = time.Minute
	second := h.ask(t.Context(), me, nil)
	if got := <-first; !strings.HasPrefix(got.Body, `{"data":{"me":null},"errors":`) || !strings.Contains(got.Body, "GATEWAY_TIMEOUT") {
		t.Errorf("the first one got %s", got.Body)
	}
	h.givenUp(t, 1)
	h.release <- struct{}{}
	if got := <-second; got.Body != `{"data":{"me":{"name":"//[]   #2"}}}` {
		t.Errorf("the second one got %s", got.Body)
	}
}

// The same holds for the time before the execution, while there is no memory for
// it.
func TestWhoJoinsWaitsForMemoryUntilADeadlineOfItsOwn(t *testing.T) {
	t.Parallel()
	h := serveHeld(t, nil)
	h.release <- struct{}{}
	<-h.ask(t.Context(), me, nil) // now there is a plan
	const everything = 1 << 60
	if err := h.router.admission.Enter(t.Context(), time.Now().Add(time.Minute), everything); err != nil {
		t.Fatal(err)
	}
	h.router.config.TrafficShaping.Router.Timeout = time.Second
	first := h.ask(t.Context(), me, nil)
	h.waiting(t, 1)
	h.router.config.TrafficShaping.Router.Timeout = time.Minute
	second := h.ask(t.Context(), me, nil)
	if got := <-first; got.Status != http.StatusGatewayTimeout {
		t.Errorf("the first one got %d %s", got.Status, got.Body)
	}
	h.router.admission.Leave(everything)
	h.release <- struct{}{}
	if got := <-second; got.Body != `{"data":{"me":{"name":"//[]   #2"}}}` {
		t.Errorf("the second one got %s", got.Body)
	}
}
