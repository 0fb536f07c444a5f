package universe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const colours = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@inaccessible"])
type Query { some: [Colour] one: Colour! outer: Outer }
type Outer { plain: Int! inner: Outer }
type Subscription { event: Outer }
enum Colour { RED GREEN SECRET @inaccessible }`

func colourful(t *testing.T, seed uint64) (*Monolith, *Handler) {
	t.Helper()
	u := Universe{Seed: seed}
	u.add("a", colours)
	_, body, _ := strings.Cut(strings.ReplaceAll(colours, " SECRET @inaccessible", ""), "\n")
	monolith, err := u.Monolith(gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: body}))
	if err != nil {
		t.Fatal(err)
	}
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	return monolith, handlers[0]
}

// TestEnumValuesMayBeHidden finds values that subgraphs return and clients may not
// see: the monolith answers null with an error instead.
func TestEnumValuesMayBeHidden(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(200) {
		monolith, h := colourful(t, seed)
		answer := ask(t, h, "{ one some }", nil)
		data, errs := monolith.Execute(Operation{Query: "{ one some }"})
		hidden := strings.Contains(answer, "SECRET")
		if hidden != (len(errs) > 0) || strings.Contains(string(data), "SECRET") || strings.Contains(answer, "errors") {
			t.Errorf("seed %d: the subgraph answers %s, the monolith %s %v", seed, answer, data, errs)
		}
		if strings.Contains(answer, `"one":"SECRET"`) && string(data) != "null" {
			t.Errorf("seed %d: the null does not spread: %s", seed, data)
		}
		seen[fmt.Sprint(hidden, string(data) == "null")] = true
	}
	if len(seen) != 3 {
		t.Errorf("seen only %v", seen)
	}
}

// TestSubscriptionsHaveOneEvent asks for the same as a query and as an event.
func TestSubscriptionsHaveOneEvent(t *testing.T) {
	t.Parallel()
	monolith, h := colourful(t, 3)
	const selected = "subscription { event { plain inner { plain } } }"
	data, errs := monolith.Execute(Operation{Query: selected})
	if len(errs) > 0 || !strings.Contains(string(data), "plain") {
		t.Fatal(string(data), errs)
	}
	if diff := cmp.Diff(fmt.Sprintf(`{"data":%s}`, data), ask(t, h, selected, nil)); diff != "" {
		t.Error(diff)
	}
}

// TestDeferredPartsAreAnsweredAtOnce puts @defer into operations, which changes
// nothing about what the monolith answers.
func TestDeferredPartsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	monolith, _ := colourful(t, 3)
	deferred := 0
	for seed := range uint64(40) {
		o := RandomOperation(seed, monolith.api)
		d := Defer(seed, o)
		if strings.Contains(d.Query, "@defer") {
			deferred++
		} else if d.Query != o.Query {
			t.Errorf("nothing is deferred in %s", d.Query)
		}
		want, wantErrs := monolith.Execute(o)
		got, gotErrs := monolith.Execute(d)
		if diff := cmp.Diff(string(want), string(got)); diff != "" || len(wantErrs) != len(gotErrs) {
			t.Errorf("%s\n%s\n%v", d.Query, diff, gotErrs)
		}
	}
	if deferred < 10 {
		t.Errorf("only %d operations have @defer", deferred)
	}
}
