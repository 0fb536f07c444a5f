package router

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestPlanCacheForgetsWhatWasNotUsedLately(t *testing.T) {
	t.Parallel()
	var cache planCache
	key := func(i int) planKey { return planKey{query: fmt.Sprint(i)} }
	plans := make([]*planned, maxPlans+1)
	for i := range plans {
		plans[i] = &planned{}
		if i == maxPlans && cache.find(key(0)) != plans[0] { // uses the oldest
			t.Fatal("the first plan is not there")
		}
		cache.add(key(i), plans[i])
	}
	if cache.find(key(0)) != plans[0] || cache.find(key(maxPlans)) != plans[maxPlans] {
		t.Error("a plan that was used is not there")
	}
	if cache.find(key(1)) != nil || len(cache.entries) != maxPlans || cache.recent.Len() != maxPlans {
		t.Error("the plan that was not used is still there")
	}
}

func TestPlanCacheIsBoundedByText(t *testing.T) {
	t.Parallel()
	var cache planCache
	for i := range 40 {
		cache.add(planKey{query: fmt.Sprint(i) + strings.Repeat("x", maxPlanText/16-10)}, &planned{})
		if cache.size > maxPlanText {
			t.Fatalf("%d bytes", cache.size)
		}
	}
	if len(cache.entries) != 16 {
		t.Errorf("%d entries", len(cache.entries))
	}
	huge := planKey{query: strings.Repeat("x", maxPlanText/16+1)}
	if cache.add(huge, &planned{}); cache.find(huge) != nil {
		t.Error("a text that is too large was kept")
	}
}

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
	if n := len(f.router.graph.Load().plans.entries); n != 2 {
		t.Errorf("%d plans", n)
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
