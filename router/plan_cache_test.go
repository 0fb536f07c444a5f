package router

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestPlanCacheTellsOperationsApart(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	const document = `query A { me { name } } query B { me { id } }`
	for range 2 {
		for name, want := range map[string]string{"A": `{"data":{"me":{"name":"Ada"}}}`, "B": `{"data":{"me":{"id":"1"}}}`} {
			body := fmt.Sprintf(`{"query":%q,"operationName":%q}`, document, name)
			if a := f.send(t, "POST", "/graphql", body, nil); a.Text != want {
				t.Errorf("%s: %s", name, a.Text)
			}
		}
	}
	if n := f.router.graph.Load().plans.planned.Len(); n != 2 {
		t.Errorf("%d plans", n)
	}
}

func TestPlanCacheKnowsOperationsHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	texts := []string{
		`{ me { name pets } }`,
		"query {\n  me { ...F }\n}\nfragment F on Person { name, pets }",
		`{ me { name ... on Person { pets @include(if: true) } id @skip(if: true) } }`,
	}
	for _, text := range texts {
		if a := f.send(t, "POST", "/graphql", fmt.Sprintf(`{"query":%q}`, text), nil); a.Text != `{"data":{"me":{"name":"Ada","pets":["Cat 1"]}}}` {
			t.Errorf("%s: %s", text, a.Text)
		}
	}
	plans := &f.router.graph.Load().plans
	if d, p := plans.documents.texts.Len(), plans.planned.Len(); d != len(texts) || p != 1 {
		t.Errorf("%d documents and %d plans", d, p)
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			body := fmt.Sprintf(`{"query":"query($n: String!) { rename(id: %d, name: $n) { name } }","variables":{"n":"N%d"}}`, i%3, i)
			body = strings.Replace(body, "query(", "mutation(", 1)
			if a := f.send(t, "POST", "/graphql", body, nil); a.Text != fmt.Sprintf(`{"data":{"rename":{"name":"N%d"}}}`, i) {
				t.Errorf("%d: %s", i, a.Text)
			}
		})
	}
	group.Wait()
}

// What is planned, but cannot be answered yet, is refused by name, and nothing is
// sent.
func TestWhatCannotBeAnsweredIsRefused(t *testing.T) {
	t.Parallel()
	subgraphs := moving()
	subgraphs[1].SDL += " type Subscription { ticks: Int }"
	f := serveSubgraphs(t, subgraphs, nil)
	for query, want := range map[string]string{
		"subscription { ticks }":                                   "subscriptions are not supported",
		"{ item { id ... @defer { stays } } }":                     "@defer is not supported",
		"{ item { id stays @stream } }":                            "@stream is not supported",
		"{ item { id ...F @defer } } fragment F on Item { named }": "@defer is not supported",
	} {
		a := f.send(t, "POST", "/graphql", fmt.Sprintf(`{"query":%q}`, query), nil)
		if len(a.Errors) != 1 || a.Errors[0].code() != "UNSUPPORTED_FEATURE" || a.Errors[0].Message != want {
			t.Errorf("%s: got %s", query, a.Text)
		}
	}
	for name, handler := range f.handlers {
		if n := len(handler.Requests()); n != 0 {
			t.Errorf("%s got %d requests", name, n)
		}
	}
}
