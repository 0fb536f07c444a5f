package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

// TestDeferredPlansAnswerRight plans random operations a part of which is
// deferred: what comes sooner or later is the same answer, and nothing that is due
// earlier waits for what is due later.
func TestDeferredPlansAnswerRight(t *testing.T) {
	t.Parallel()
	planned, deferred, separate := 0, 0, 0
	for seed := range uint64(24 / slowdown) {
		g := newGenerator(seed + 500)
		u := &universe{subgraphs: g.subgraphs(), schemas: map[string]*ast.Schema{}}
		if err := u.compose(t.Context()); err != nil {
			continue
		}
		for name, sdl := range u.subgraphs {
			u.schemas[name] = subgraphSchema(t, name, sdl)
		}
		for range 8 {
			text := g.deferring(t, g.operation(u.supergraph.API))
			op, err := operation.New(text, "", u.supergraph, operation.Limits{})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			p, err := plan.New(t.Context(), op, u.graph, plan.Config{})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			planned++
			if len(p.Defers) > 0 {
				deferred++
			}
			if slices.ContainsFunc(p.Fetches, func(f *plan.Fetch) bool { return len(f.Defers) > 0 }) {
				separate++
			}
			if err := u.check(text, p); err != nil {
				t.Fatalf("seed %d: %s\n%v\n%s", seed, text, err, p.Text(u.names()))
			}
			checkDue(t, p)
			if t.Failed() {
				t.Fatalf("seed %d: %s\n%s", seed, text, p.Text(u.names()))
			}
		}
	}
	t.Logf("%d operations, %d with something deferred, %d with requests for it alone", planned, deferred, separate)
	if deferred*2 < planned || separate*8 < planned {
		t.Error("the test proves too little")
	}
}

// deferring puts the end of some selection sets into a fragment with @defer.
func (g *generator) deferring(t *testing.T, text string) string {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	var walk func(set *ast.SelectionSet, root bool)
	walk = func(set *ast.SelectionSet, root bool) {
		for _, sel := range *set {
			switch sel := sel.(type) {
			case *ast.Field:
				walk(&sel.SelectionSet, false)
			case *ast.InlineFragment:
				walk(&sel.SelectionSet, root)
			}
		}
		if k := g.n(len(*set) + 1); !root && k < len(*set) && g.chance(.5) {
			fragment := &ast.InlineFragment{SelectionSet: slices.Clone((*set)[k:]), Directives: ast.DirectiveList{{Name: "defer"}}}
			*set = append(slices.Clone((*set)[:k]), fragment)
		}
	}
	walk(&doc.Operations[0].SelectionSet, true)
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(doc)
	return b.String()
}

// checkDue makes sure that each fetch is due with what shows something of it, or
// waits for it.
func checkDue(t *testing.T, p *plan.Plan) {
	t.Helper()
	// early tells whether a fetch is there when one of the parts is to be sent.
	early := func(fetch int, parts []int) bool {
		if fetch == plan.NoFetch || p.Fetches[fetch].Defers == nil {
			return true
		}
		if parts == nil {
			return false
		}
		return !slices.ContainsFunc(parts, func(part int) bool {
			for ; part != plan.NoDefer; part = p.Defers[part].Parent {
				if slices.Contains(p.Fetches[fetch].Defers, part) {
					return false
				}
			}
			return true
		})
	}
	for _, f := range p.Fetches {
		for _, before := range f.DependsOn {
			if !early(before, f.Defers) {
				t.Errorf("fetch %d, due with %v, waits for fetch %d, due with %v", f.ID, f.Defers, before, p.Fetches[before].Defers)
			}
		}
	}
	for _, pos := range p.Positions {
		for _, f := range pos.Fields {
			if !early(f.Source.Fetch, f.Defers) {
				t.Errorf("%s at %v, due with %v, is in fetch %d, due with %v", f.Key, pos.Path, f.Defers, f.Source.Fetch, p.Fetches[f.Source.Fetch].Defers)
			}
		}
	}
}
