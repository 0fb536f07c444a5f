package subgraph_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/subgraph"
)

func named(name string) subgraph.HeaderRule {
	return subgraph.HeaderRule{Propagate: &subgraph.Propagate{Named: name}}
}

func matching(pattern string) subgraph.HeaderRule {
	return subgraph.HeaderRule{Propagate: &subgraph.Propagate{Matching: pattern}}
}

func propagate(p subgraph.Propagate) subgraph.HeaderRule { return subgraph.HeaderRule{Propagate: &p} }

func insert(name, value string) subgraph.HeaderRule {
	return subgraph.HeaderRule{Insert: &subgraph.Insert{Name: name, Value: value}}
}

func remove(r subgraph.Remove) subgraph.HeaderRule { return subgraph.HeaderRule{Remove: &r} }

// rulesFor returns rules for the subgraphs a and b.
func rulesFor(t *testing.T, config subgraph.HeaderConfig) *subgraph.HeaderRules {
	t.Helper()
	if problem := config.Validate(); problem != nil {
		t.Fatalf("%+v", problem)
	}
	return subgraph.NewHeaderRules(config, []string{"a", "b"})
}

func TestHeaders_go_to_subgraphs_by_rules(t *testing.T) {
	t.Parallel()
	client := http.Header{
		"Authorization": {"Bearer x"}, "X-User": {"ann"}, "X-Tag": {"1", "2"}, "X-Old": {"old"}, "Cookie": {"c=1"},
		"User-Agent": {"browser"}, "Traceparent": {"00-1"}, "X-B3-Traceid": {"7"},
		"Host": {"evil"}, "Content-Length": {"9"}, "Connection": {"keep-alive, X-Gone"}, "Keep-Alive": {"5"}, "X-Gone": {"1"},
		"Proxy-Authorization": {"p"}, "Te": {"trailers"}, "Transfer-Encoding": {"chunked"}, "Upgrade": {"h2c"}, "Trailer": {"x"},
		"Accept": {"*/*"}, "Accept-Encoding": {"br"}, "Content-Type": {"text/plain"}, "Content-Encoding": {"gzip"}, "Expect": {"100-continue"},
		"Weft-Identity": {"forged"}, "Weft-Signature": {"forged"}, "Http2-Settings": {"x"}, "Range": {"bytes=1-"},
		"X-Bad": {"a\r\nWeft-Identity: forged"}, "Bad name": {"1"},
	}
	type rules = []subgraph.HeaderRule
	for _, tc := range []struct {
		name      string
		all, one  rules
		a, traces string // what the subgraph a is sent
	}{
		{name: "nothing by default"},
		{name: "named", all: rules{named("x-user"), named("X-Tag"), named("X-None")}, a: "X-User: ann\r\nX-Tag: 1\r\nX-Tag: 2\r\n"},
		{name: "renamed", all: rules{propagate(subgraph.Propagate{Named: "x-user", Rename: "x-account"})}, a: "X-Account: ann\r\n"},
		{name: "with a default", all: rules{
			propagate(subgraph.Propagate{Named: "X-User", Default: "nobody"}), propagate(subgraph.Propagate{Named: "X-None", Default: "nobody"}),
			propagate(subgraph.Propagate{Named: "X-Nil", Rename: "X-Zero", Default: "0"}),
		}, a: "X-User: ann\r\nX-None: nobody\r\nX-Zero: 0\r\n"},
		{name: "matching", all: rules{matching("^x-(user|old)$")}, a: "X-Old: old\r\nX-User: ann\r\n"},
		{
			name: "everything but what is reserved", all: rules{matching(".*")},
			a:      "User-Agent: browser\r\nAuthorization: Bearer x\r\nCookie: c=1\r\nX-Old: old\r\nX-Tag: 1\r\nX-Tag: 2\r\nX-User: ann\r\n",
			traces: "Traceparent: 00-1\r\nX-B3-Traceid: 7\r\n",
		},
		{name: "those of the client's connection not even by name", all: rules{named("X-Gone"), named("X-User")}, a: "X-User: ann\r\n"},
		{name: "a header under the name of a trace is none", all: rules{
			propagate(subgraph.Propagate{Named: "X-User", Rename: "Traceparent"}), propagate(subgraph.Propagate{Named: "X-B3-Traceid", Rename: "X-Key"}),
		}, a: "Traceparent: ann\r\nX-Key: 7\r\n"},
		{name: "removed", all: rules{matching("^x-[a-z]+$"), remove(subgraph.Remove{Named: "x-old"}), remove(subgraph.Remove{Matching: "^x-t"})}, a: "X-User: ann\r\n"},
		{name: "removed too early", all: rules{remove(subgraph.Remove{Named: "X-Old"}), named("X-Old")}, a: "X-Old: old\r\n"},
		{name: "inserted in place of what is there", all: rules{named("X-User"), insert("x-user", "router"), insert("X-Name", "a b")}, a: "X-User: router\r\nX-Name: a b\r\n"},
		{name: "not beside what is inserted", all: rules{insert("X-User", "router"), named("X-User"), matching("user")}, a: "User-Agent: browser\r\nX-User: router\r\n"},
		{name: "the first of two", all: rules{named("X-Old"), propagate(subgraph.Propagate{Named: "X-User", Rename: "X-Old"})}, a: "X-Old: old\r\n"},
		{name: "all, then one", all: rules{named("X-User"), named("X-Old")}, one: rules{remove(subgraph.Remove{Named: "X-Old"}), named("X-Tag")}, a: "X-User: ann\r\nX-Tag: 1\r\nX-Tag: 2\r\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			config := subgraph.HeaderConfig{All: subgraph.HeaderLists{Request: tc.all}}
			if tc.one != nil {
				config.Subgraphs = map[string]subgraph.HeaderLists{"a": {Request: tc.one}}
			}
			headers := rulesFor(t, config).Of(client)
			for range 2 {
				got := headers.For(0)
				if diff := cmp.Diff(subgraph.Sent{Lines: tc.a, Traces: tc.traces}, got); diff != "" {
					t.Error(diff)
				}
			}
			other := subgraph.HeaderConfig{All: subgraph.HeaderLists{Request: tc.all}}
			if diff := cmp.Diff(rulesFor(t, other).Of(client).For(1), headers.For(1)); diff != "" {
				t.Errorf("what is said of a counts for b:\n%s", diff)
			}
		})
	}
}

func TestHeaders_come_back_by_rules(t *testing.T) {
	t.Parallel()
	a := http.Header{
		"X-Cost": {"1"}, "X-Role": {"admin", "user"}, "Set-Cookie": {"s=1", "t=2"}, "Content-Type": {"application/json"},
		"Cache-Control": {"max-age=5"}, "Access-Control-Allow-Origin": {"*"}, "X-Request-Id": {"7"}, "Connection": {"close, x-gone"}, "X-Gone": {"1"},
	}
	b := http.Header{"X-Cost": {"2"}, "X-Role": {"guest"}, "Set-Cookie": {"s=3"}}
	by := func(name, algorithm string) subgraph.HeaderRule {
		return propagate(subgraph.Propagate{Named: name, Algorithm: algorithm})
	}
	type rules = []subgraph.HeaderRule
	for _, tc := range []struct {
		name     string
		all, one rules // one: of b
		want     http.Header
	}{
		{"nothing by default", nil, nil, http.Header{}},
		{"the last one", rules{named("x-cost"), by("X-Role", "last")}, nil, http.Header{"X-Cost": {"2"}, "X-Role": {"guest"}}},
		{"the first one", rules{by("X-Cost", "first"), by("X-Role", "first")}, nil, http.Header{"X-Cost": {"1"}, "X-Role": {"admin", "user"}}},
		{"all", rules{by("X-Cost", "append"), by("X-Role", "append")}, nil, http.Header{"X-Cost": {"1, 2"}, "X-Role": {"admin, user, guest"}}},
		{"cookies line by line", rules{by("Set-Cookie", "last")}, nil, http.Header{"Set-Cookie": {"s=1", "t=2", "s=3"}}},
		{"cookies line by line, appended", rules{by("Set-Cookie", "append")}, nil, http.Header{"Set-Cookie": {"s=1", "t=2", "s=3"}}},
		{"what is about the connection not even by name", rules{named("X-Gone"), named("X-Cost")}, nil, http.Header{"X-Cost": {"2"}}},
		{"everything but what is reserved, and cookies", rules{matching(".*")}, nil, http.Header{"X-Cost": {"2"}, "X-Role": {"guest"}}},
		{"of one subgraph", nil, rules{named("X-Cost"), insert("X-Seen", "b")}, http.Header{"X-Cost": {"2"}, "X-Seen": {"b"}}},
		{"but for one subgraph", rules{named("X-Cost")}, rules{remove(subgraph.Remove{Named: "X-Cost"})}, http.Header{"X-Cost": {"1"}}},
		{"a default", rules{propagate(subgraph.Propagate{Named: "X-None", Rename: "X-Some", Default: "0"})}, nil, http.Header{"X-Some": {"0"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			config := subgraph.HeaderConfig{All: subgraph.HeaderLists{Response: tc.all}}
			if tc.one != nil {
				config.Subgraphs = map[string]subgraph.HeaderLists{"b": {Response: tc.one}}
			}
			rules := rulesFor(t, config)
			if rules.Keeps(0) != (tc.all != nil) || rules.Keeps(1) != (tc.all != nil || tc.one != nil) {
				t.Errorf("keeps %t, %t", rules.Keeps(0), rules.Keeps(1))
			}
			headers := rules.Of(http.Header{})
			headers.Received(0, a)
			headers.Received(1, b)
			got := http.Header{}
			headers.Answer(got)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeaders_have_a_key_for_those_who_share_answers(t *testing.T) {
	t.Parallel()
	rules := rulesFor(t, subgraph.HeaderConfig{
		All:       subgraph.HeaderLists{Request: []subgraph.HeaderRule{named("X-User"), named("Traceparent")}, Response: []subgraph.HeaderRule{named("X-Cost")}},
		Subgraphs: map[string]subgraph.HeaderLists{"b": {Request: []subgraph.HeaderRule{named("X-Tag")}}},
	})
	keys := map[string]http.Header{}
	for _, client := range []http.Header{
		{},
		{"X-User": {"ann"}},
		{"X-User": {"ann", "bob"}},
		{"X-User": {"bob"}},
		{"X-Tag": {"ann"}},
		{"X-User": {"ann"}, "X-Tag": {"1"}},
	} {
		key := rules.Of(client).Key()
		if other, known := keys[key]; known {
			t.Errorf("%v and %v have the same key", client, other)
		}
		keys[key] = client
	}
	one, other := rules.Of(http.Header{"X-User": {"ann"}, "Traceparent": {"1"}}), rules.Of(http.Header{"X-User": {"ann"}, "X-Other": {"1"}})
	if one.Key() != other.Key() {
		t.Errorf("%q and %q", one.Key(), other.Key())
	}
	one.Received(0, http.Header{"X-Cost": {"5"}})
	other.Share(one)
	got := http.Header{}
	other.Answer(got)
	if diff := cmp.Diff(http.Header{"X-Cost": {"5"}}, got); diff != "" {
		t.Error(diff)
	}
	if none := (*subgraph.HeaderRules)(nil).Of(http.Header{"X-User": {"ann"}}); none.Key() != "" || none.For(3) != (subgraph.Sent{}) {
		t.Error("without rules there is something")
	}
}

func TestHeaderConfig_refuses_what_cannot_be(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rule            subgraph.HeaderRule
		inRequest       string // the problem, if the rule is one of a request
		inResponse      string
		anywhere, field string
	}{
		{rule: subgraph.HeaderRule{}, anywhere: "one of the keys propagate, insert and remove"},
		{rule: subgraph.HeaderRule{Propagate: &subgraph.Propagate{Named: "A"}, Remove: &subgraph.Remove{Named: "A"}}, anywhere: "one of the keys"},
		{rule: propagate(subgraph.Propagate{}), anywhere: "want one of named and matching", field: "propagate"},
		{rule: propagate(subgraph.Propagate{Named: "A", Matching: "a"}), anywhere: "want one of", field: "propagate"},
		{rule: named("a b"), anywhere: `"a b" is no name`, field: "propagate.named"},
		{rule: named("a:"), anywhere: `"a:" is no name`, field: "propagate.named"},
		{rule: matching("("), anywhere: "missing closing )", field: "propagate.matching"},
		{rule: matching("(?!x)"), anywhere: "invalid or unsupported Perl syntax", field: "propagate.matching"},
		{rule: propagate(subgraph.Propagate{Matching: "a", Rename: "b"}), anywhere: "for a header that is named", field: "propagate.matching"},
		{rule: named("connection"), anywhere: "connection is never propagated", field: "propagate.named"},
		{rule: named("Proxy-Authorization"), anywhere: "never propagated", field: "propagate.named"},
		{rule: named("weft-identity"), anywhere: "never propagated", field: "propagate.named"},
		{rule: named("Content-Length"), anywhere: "never propagated", field: "propagate.named"},
		{rule: named("Host"), inRequest: "never propagated", field: "propagate.named"},
		{rule: named("Accept-Encoding"), inRequest: "never propagated", field: "propagate.named"},
		{rule: named("Cache-Control"), inResponse: "never propagated", field: "propagate.named"},
		{rule: named("Access-Control-Allow-Origin"), inResponse: "never propagated", field: "propagate.named"},
		{rule: propagate(subgraph.Propagate{Named: "A", Rename: "Transfer-Encoding"}), anywhere: "never propagated", field: "propagate.rename"},
		{rule: propagate(subgraph.Propagate{Named: "A", Rename: "b\n"}), anywhere: "no name", field: "propagate.rename"},
		{rule: propagate(subgraph.Propagate{Named: "A", Default: "b\r\nC: d"}), anywhere: "a line break", field: "propagate.default"},
		{rule: propagate(subgraph.Propagate{Named: "A", Algorithm: "last"}), inRequest: "it is for responses", field: "propagate.algorithm"},
		{rule: propagate(subgraph.Propagate{Named: "A", Algorithm: "best"}), inRequest: "it is for responses", inResponse: `"best" is none of`, field: "propagate.algorithm"},
		{rule: insert("", "x"), anywhere: "no name", field: "insert.name"},
		{rule: insert("Weft-Signature", "x"), anywhere: "cannot be set", field: "insert.name"},
		{rule: insert("A", "secret\n"), anywhere: "a line break", field: "insert.value"},
		{rule: remove(subgraph.Remove{}), anywhere: "want one of", field: "remove"},
		{rule: remove(subgraph.Remove{Matching: "["}), anywhere: "missing closing ]", field: "remove.matching"},
	} {
		rules := []subgraph.HeaderRule{named("X"), tc.rule}
		for section, c := range map[string]struct {
			config subgraph.HeaderConfig
			want   string
		}{
			"all.request.1":              {subgraph.HeaderConfig{All: subgraph.HeaderLists{Request: rules}}, tc.anywhere + tc.inRequest},
			"subgraphs.users.response.1": {subgraph.HeaderConfig{Subgraphs: map[string]subgraph.HeaderLists{"users": {Response: rules}}}, tc.anywhere + tc.inResponse},
		} {
			problem := c.config.Validate()
			if c.want == "" {
				if problem != nil {
					t.Errorf("%s, %+v: %+v", section, tc.rule, problem)
				}
				continue
			}
			field := strings.TrimSuffix(section+"."+tc.field, ".")
			if problem == nil || !strings.Contains(problem.Message, c.want) || strings.Join(problem.Field, ".") != field || strings.Contains(problem.Message, "secret") {
				t.Errorf("%s, %+v: %+v, want %q at %s", section, tc.rule, problem, c.want, field)
			}
		}
	}
}

func TestFetch_sends_headers_and_keeps_those_of_the_response(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"plain": plain, "TLS": secure} {
		var got http.Header
		var saw served
		server := saw.start(t, nil, func(server *httptest.Server) {
			handler := server.Config.Handler
			server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				w.Header()["X-Role"] = []string{"admin", "user"}
				handler.ServeHTTP(w, r)
			})
			start(server)
		})
		settings := trusting(t)
		settings.KeepHeaders = true
		client := clientOf(t, settings, nil, server.URL)
		want := http.Header{
			"Accept":       {"application/graphql-response+json, application/json;q=0.9"},
			"Content-Type": {"application/json"}, "User-Agent": {"weft"}, "Content-Length": {"15"},
		}
		for _, sent := range []subgraph.Sent{
			{},
			{Lines: "User-Agent: browser\r\nX-Tag: 1\r\nX-Tag: 2\r\nX-User: a: b\r\n", Traces: "Traceparent: 00-1\r\n"},
		} {
			if sent.Lines != "" {
				want["User-Agent"], want["X-Tag"], want["X-User"], want["Traceparent"] = []string{"browser"}, []string{"1", "2"}, []string{"a: b"}, []string{"00-1"}
			}
			request := query()
			request.Headers = sent
			var answer subgraph.Response
			if err := client.Fetch(t.Context(), request, &answer); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			if diff := cmp.Diff([]string{"admin", "user"}, answer.Header["X-Role"]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// mirror is a Sender that answers with the headers of the request once it lets
// all land.
type mirror struct {
	sent chan struct{}
	land chan struct{} // closed
}

func (m mirror) Send(_ *subgraph.Call, request *subgraph.Request, response *subgraph.Response) error {
	m.sent <- struct{}{}
	<-m.land
	response.Body = append(response.Body[:0], request.Headers.Lines...)
	return nil
}

// Whoever has equal headers shares a request, and nobody else does; traces differ
// without that.
func TestFlights_share_requests_with_equal_headers(t *testing.T) {
	t.Parallel()
	sender, parser := mirror{make(chan struct{}, 100), make(chan struct{})}, &words{}
	flights := subgraph.NewFlights(sender, subgraph.FlightConfig{})
	asking := map[*passenger]string{}
	users := []string{"", "X-User: ann\r\n", "X-User: bob\r\n", "X-User: ann\r\nX-Admin: 1\r\n"}
	for i := range 5 {
		for _, lines := range users {
			request := asked("{a}", parser)
			request.Headers = subgraph.Sent{Lines: lines, Traces: fmt.Sprintf("Traceparent: %d\r\n", i)}
			asking[join(flights, request)] = lines
		}
	}
	for range users {
		<-sender.sent
	}
	close(sender.land)
	for p, want := range asking {
		if got := p.answer(); got != want {
			t.Errorf("who sent %q got the answer to %q", want, got)
		}
	}
	if n := parser.parsed.Load(); int(n) != len(users) || len(sender.sent) != 0 {
		t.Errorf("%d answers were parsed, %d more requests were sent", n, len(sender.sent))
	}
}
