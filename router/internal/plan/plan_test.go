package plan_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/plan/verify"
	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A golden file has a section NAME.graphqls for each subgraph, and any number of
// pairs "operation NAME", "plan NAME" or "errors NAME". Each plan is executed too.
// "operation NAME with LABEL,LABEL" sets labels of progressive overrides.
// A supergraph.graphqls is taken instead of what the subgraphs compose to; where
// there are no subgraphs beside it, there are no plans.
func TestPlan(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runGolden(t, file)
		})
	}
}

func runGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	u := readUniverse(t, archive)
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		name, isOperation := strings.CutPrefix(f.Name, "operation")
		if strings.HasPrefix(f.Name, "plan") || strings.HasPrefix(f.Name, "errors") {
			continue
		}
		out.Files = append(out.Files, f)
		if !isOperation {
			continue
		}
		_, labels, _ := strings.Cut(name, " with ")
		u := u.with(strings.Split(labels, ","))
		p, err := u.plan(t, string(f.Data))
		if err != nil {
			out.Files = append(out.Files, txtar.File{Name: "errors" + name, Data: []byte(describe(err))})
			continue
		}
		out.Files = append(out.Files, txtar.File{Name: "plan" + name, Data: []byte(p.Text(u.names()) + "\n")})
		u.verify(t, string(f.Data), p)
	}
	got := string(txtar.Format(out))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), got); diff != "" {
		t.Errorf("the plans changed (want -, got +); run go test -update and look at the difference:\n%s", diff)
	}
}

// universe is a supergraph and what it was composed of.
type universe struct {
	supergraph *supergraph.Supergraph
	graph      *querygraph.Graph
	subgraphs  map[string]string      // SDL by name
	schemas    map[string]*ast.Schema // what the subgraphs serve
	labels     []string               // of progressive overrides, that are set
	verifier   *verify.Verifier
	salt       string // varies which objects are null, and of which type
}

// with is the universe as it is for requests that set the labels: its subgraphs
// refuse fields that the other side of an override resolves.
func (u *universe) with(labels []string) *universe {
	out := *u
	out.labels, out.graph = labels, u.graph.WithLabels(labels)
	out.verifier = verify.New(out.graph)
	return &out
}

func readUniverse(t testing.TB, archive *txtar.Archive) *universe {
	t.Helper()
	u := &universe{subgraphs: map[string]string{}, schemas: map[string]*ast.Schema{}}
	given := false
	for _, f := range archive.Files {
		if f.Name == "supergraph.graphqls" {
			u.load(t, string(f.Data))
			given = true
		} else if name, ok := strings.CutSuffix(f.Name, ".graphqls"); ok {
			u.subgraphs[name] = head + string(f.Data)
		}
	}
	if !given {
		if err := u.compose(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, sdl := range u.subgraphs {
		u.schemas[name] = subgraphSchema(t, name, sdl)
	}
	return u
}

func (u *universe) load(t testing.TB, sdl string) {
	t.Helper()
	var err error
	if u.supergraph, err = supergraph.Parse("supergraph", sdl); err != nil {
		t.Fatal(err)
	}
	if u.graph, err = querygraph.New(u.supergraph); err != nil {
		t.Fatal(err)
	}
	u.verifier = verify.New(u.graph)
}

// head links all that the golden files use.
const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext"])
`

func (u *universe) compose(ctx context.Context) error {
	var subgraphs []federation.Subgraph
	for name, sdl := range u.subgraphs {
		subgraphs = append(subgraphs, federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: sdl}}})
	}
	result, err := composition.Compose(ctx, subgraphs, composition.Options{})
	if err != nil {
		return err
	}
	if u.supergraph, err = supergraph.Parse("supergraph", result.Supergraph); err != nil {
		return err
	}
	if u.graph, err = querygraph.New(u.supergraph); err != nil {
		return err
	}
	u.verifier = verify.New(u.graph)
	return nil
}

func (u *universe) names() []string {
	var out []string
	for _, s := range u.supergraph.Subgraphs {
		out = append(out, s.Name)
	}
	return out
}

func (u *universe) plan(t testing.TB, text string) (*plan.Plan, error) {
	t.Helper()
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		return nil, err
	}
	p, err := plan.New(t.Context(), op, u.graph, plan.Config{Labels: u.labels})
	if err != nil {
		return nil, err
	}
	if err := u.prove(text, p); err != nil {
		t.Errorf("the verifier: %.2000s\n%v\n%.4000s", text, err, p.Text(u.names()))
	}
	return p, nil
}

func describe(err error) string {
	var list gqlerror.List
	if !errors.As(err, &list) {
		return err.Error() + "\n"
	}
	var b strings.Builder
	for _, e := range list {
		code, _ := e.Extensions["code"].(string)
		b.WriteString(code + ": " + e.Message + "\n")
	}
	return b.String()
}
