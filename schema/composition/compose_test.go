package composition_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// goldenCase is one file of testdata: why it exists, which rules it shows, the
// subgraphs (<name>.graphqls), and what comes out: "supergraph" or "errors", and
// "hints". "show: definitions" in the head keeps the definitions of the link and
// join specifications, which are the same everywhere, in the supergraph;
// "states: 5" sets Options.MaximumStates.
type goldenCase struct {
	path, name  string
	archive     *txtar.Archive
	rules       []string
	definitions bool
	opts        composition.Options
	subgraphs   []federation.Subgraph
}

func goldenCases(tb testing.TB) []goldenCase {
	tb.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no cases: %v", err)
	}
	var cases []goldenCase
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		c := goldenCase{path: path, name: strings.TrimSuffix(filepath.Base(path), ".txtar"), archive: archive}
		for line := range strings.SplitSeq(string(archive.Comment), "\n") {
			if rules, ok := strings.CutPrefix(line, "rule: "); ok {
				c.rules = append(c.rules, strings.Fields(rules)...)
			}
			c.definitions = c.definitions || line == "show: definitions"
			if n, ok := strings.CutPrefix(line, "states: "); ok {
				if c.opts.MaximumStates, err = strconv.Atoi(n); err != nil {
					tb.Fatal(err)
				}
			}
		}
		for _, f := range archive.Files {
			if name, ok := strings.CutSuffix(f.Name, ".graphqls"); ok {
				c.subgraphs = append(c.subgraphs, federation.Subgraph{
					Name: name, URL: "http://" + name, Sources: []federation.Source{{Name: f.Name, Text: string(f.Data)}},
				})
			}
		}
		cases = append(cases, c)
	}
	return cases
}

func (c goldenCase) section(name string) string {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func compose(subgraphs []federation.Subgraph) (composition.Result, error) {
	return composition.Compose(context.Background(), subgraphs, composition.Options{})
}

func TestCompose(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := map[string]string{}
			result, err := composition.Compose(context.Background(), c.subgraphs, c.opts)
			if err != nil {
				got["errors"] = err.Error() + "\n"
			} else {
				checkLoads(t, result.Supergraph)
				got["supergraph"] = result.Supergraph
				if !c.definitions {
					got["supergraph"] = withoutDefinitions(result.Supergraph)
				}
				var hints strings.Builder
				for _, h := range result.Hints {
					fmt.Fprintln(&hints, h)
				}
				got["hints"] = hints.String()
			}
			if *update {
				c.write(t, got)
				return
			}
			for _, name := range []string{"supergraph", "errors", "hints"} {
				if diff := gocmp.Diff(c.section(name), got[name]); diff != "" {
					t.Errorf("%s (want - got +):\n%s", name, diff)
				}
			}
		})
	}
}

func (c goldenCase) write(t *testing.T, got map[string]string) {
	t.Helper()
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return !strings.HasSuffix(f.Name, ".graphqls") })
	for _, name := range []string{"supergraph", "errors", "hints"} {
		if got[name] != "" {
			c.archive.Files = append(c.archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
	}
	if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkLoads reads a supergraph as any GraphQL schema.
func checkLoads(t *testing.T, sdl string) {
	t.Helper()
	if _, err := gqlparser.LoadSchema(&ast.Source{Name: "supergraph", Input: sdl}); err != nil {
		t.Errorf("the supergraph is no valid schema: %v\n%s", err, sdl)
	}
}

var specificationDefinition = regexp.MustCompile(`^(directive @(join__|link\()|(scalar|enum|input) (join__(FieldSet|FieldValue|DirectiveArguments|ContextArgument)|link__))`)

// withoutDefinitions drops the definitions of the link and join specifications.
func withoutDefinitions(sdl string) string {
	var out []string
	skip := false
	for line := range strings.SplitSeq(sdl, "\n") {
		if specificationDefinition.MatchString(line) {
			skip = strings.HasSuffix(line, "{")
			if n := len(out); n > 0 && out[n-1] == "" {
				out = out[:n-1]
			}
			continue
		}
		if skip {
			skip = line != "}"
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestCompose_doesNotDependOnTheOrderOfSubgraphs(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want, wantErr := compose(c.subgraphs)
			for _, order := range permutations(c.subgraphs) {
				got, gotErr := compose(order)
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Fatal(diff)
				}
				if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
					t.Fatalf("errors differ:\n%v\n%v", wantErr, gotErr)
				}
			}
		})
	}
}

// permutations lists the orders of up to four elements, else the reverse order.
func permutations(all []federation.Subgraph) [][]federation.Subgraph {
	if len(all) > 4 {
		reversed := slices.Clone(all)
		slices.Reverse(reversed)
		return [][]federation.Subgraph{reversed}
	}
	if len(all) < 2 {
		return [][]federation.Subgraph{all}
	}
	var out [][]federation.Subgraph
	for i := range all {
		rest := slices.Delete(slices.Clone(all), i, i+1)
		for _, p := range permutations(rest) {
			out = append(out, append([]federation.Subgraph{all[i]}, p...))
		}
	}
	return out
}

func TestCompose_isSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	cases := goldenCases(t)
	i := slices.IndexFunc(cases, func(c goldenCase) bool { return c.name == "facts" })
	want, err := compose(cases[i].subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got, err := compose(cases[i].subgraphs)
			if err != nil || got.Supergraph != want.Supergraph {
				t.Errorf("a concurrent composition differs: %v", err)
			}
		})
	}
	group.Wait()
}

func TestCompose_stopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := composition.Compose(ctx, []federation.Subgraph{{Name: "a"}}, composition.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestCompose_errorsUnwrapToEach(t *testing.T) {
	t.Parallel()
	_, err := compose([]federation.Subgraph{{Name: "a", Sources: []federation.Source{{
		Name: "dir/a.graphqls",
		Text: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\")\ntype Query {\n  a: Nope\n  b: Nope\n}\n",
	}}}})
	var list composition.Errors
	if !errors.As(err, &list) || len(list) != 2 {
		t.Fatalf("got %v, want two errors", err)
	}
	var first *composition.Error
	if !errors.As(err, &first) {
		t.Fatalf("got %v, which holds no *composition.Error", err)
	}
	want := composition.Location{Subgraph: "a", File: "dir/a.graphqls", Line: 3, Column: 3}
	if diff := gocmp.Diff([]composition.Location{want}, first.Locations); diff != "" {
		t.Error(diff)
	}
}

func TestCompose_maximumVersion(t *testing.T) {
	t.Parallel()
	subgraph := federation.Subgraph{Name: "a", Sources: []federation.Source{{
		Name: "a.graphqls", Text: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9") type Query { a: Int }`,
	}}}
	for minor, want := range map[int]composition.Code{8: composition.CodeUnknownFederationLinkVersion, 9: "", 10: ""} {
		_, err := composition.Compose(context.Background(), []federation.Subgraph{subgraph},
			composition.Options{MaximumVersion: federation.Version{Major: 2, Minor: minor}})
		var got composition.Error
		if first := new(composition.Error); errors.As(err, &first) {
			got = *first
		}
		if cmp.Compare(got.Code, want) != 0 {
			t.Errorf("maximum 2.%d: got %q, want %q", minor, got.Code, want)
		}
	}
}
