package supergraph_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/schema/supergraph"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// contractHead stands before the cases that have no schema definition.
const contractHead = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) @link(url: "https://specs.apollo.dev/tag/v0.3") { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") }
`

// TestContract runs the cases of testdata/contracts. Their heads say why they
// exist, and the filter ("include: a b", "exclude: c"); "supergraph" goes in,
// "contract" and "api", or "errors", come out.
func TestContract(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/contracts/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			sdl, head := section(archive, "supergraph"), ""
			if !strings.HasPrefix(sdl, "schema") {
				head = contractHead
			}
			contract, err := supergraph.Contract("supergraph", head+sdl, contractFilter(archive))
			if err != nil {
				got["errors"] = err.Error() + "\n"
			} else {
				got["contract"] = strings.TrimPrefix(contract, head)
				if got["api"], err = supergraph.APISchema("contract", contract); err != nil {
					t.Fatal(err)
				}
				again, err := supergraph.Contract("contract", contract, contractFilter(archive))
				if diff := cmp.Diff(contract, again); err != nil || diff != "" {
					t.Errorf("the contract of the contract differs: %v\n%s", err, diff)
				}
			}
			if *update {
				rewrite(t, path, archive, got)
				return
			}
			for _, name := range []string{"contract", "api", "errors"} {
				if diff := cmp.Diff(section(archive, name), got[name]); diff != "" {
					t.Errorf("%s (want - got +):\n%s", name, diff)
				}
			}
		})
	}
}

func contractFilter(archive *txtar.Archive) (filter supergraph.ContractFilter) {
	for line := range strings.SplitSeq(string(archive.Comment), "\n") {
		if tags, ok := strings.CutPrefix(line, "include: "); ok {
			filter.Include = strings.Fields(tags)
		}
		if tags, ok := strings.CutPrefix(line, "exclude: "); ok {
			filter.Exclude = strings.Fields(tags)
		}
	}
	return filter
}

func section(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func rewrite(t *testing.T, path string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	archive.Files = archive.Files[:1]
	for _, name := range []string{"contract", "api", "errors"} {
		if got[name] != "" {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
	}
	if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestContract_changesNothingElse(t *testing.T) {
	t.Parallel()
	sdl := readFeatures(t)
	contract, err := supergraph.Contract("features.graphqls", sdl, supergraph.ContractFilter{Exclude: []string{"no-such-tag"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sdl, contract); diff != "" {
		t.Error(diff)
	}
}

func TestContract_refusesFilters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		filter supergraph.ContractFilter
		want   string
	}{
		{"with a tag on both sides", supergraph.ContractFilter{Include: []string{"a", "b"}, Exclude: []string{"b"}}, `INVALID_CONTRACT: the tag "b" is both included and excluded: remove one`},
		{"with what is no tag", supergraph.ContractFilter{Exclude: []string{"a b"}}, `INVALID_CONTRACT: "a b" is no tag: it has 1 to 128 letters, digits, "-", "_" and "/"`},
		{"with an empty tag", supergraph.ContractFilter{Include: []string{""}}, `INVALID_CONTRACT: "" is no tag: it has 1 to 128 letters, digits, "-", "_" and "/"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Contract("x", readFeatures(t), tt.filter)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestContract_refusesWhatIsNoSupergraph(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sdl, want string }{
		{"syntax errors", "type Query {", "x:1:13: INVALID_GRAPHQL: syntax error: expected a name, found the end of the file"},
		{"plain schemas", "type Query { a: Int }", "x:1:1: INVALID_FEDERATION_SUPERGRAPH: "},
		{
			"an old @inaccessible", `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3") @link(url: "https://specs.apollo.dev/inaccessible/v0.1") { query: Query }`,
			"x:1:107: UNSUPPORTED_FEATURE: inaccessible v0.1: contracts need v0.2",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Contract("x", tt.sdl, supergraph.ContractFilter{Exclude: []string{"a"}})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s…", err, tt.want)
			}
		})
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	tags, err := supergraph.Tags("x", contractHead+`type Query @join__type(graph: A) @tag(name: "type") { f(a: E @tag(name: "argument")): Int @tag(name: "field") @tag(name: "type") }
enum E @join__type(graph: A) { V @join__enumValue(graph: A) @tag(name: "value") }
scalar join__FieldSet @tag(name: "machinery")`)
	if diff := cmp.Diff([]string{"argument", "field", "type", "value"}, tags); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// FuzzContract looks for texts that make it panic, or give what is no
// supergraph.
func FuzzContract(f *testing.F) {
	paths, err := filepath.Glob("testdata/contracts/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(contractHead + section(archive, "supergraph"))
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		for _, filter := range []supergraph.ContractFilter{{Exclude: []string{"internal"}}, {Include: []string{"public"}}} {
			contract, err := supergraph.Contract("x", sdl, filter)
			if err != nil {
				continue
			}
			again, err := supergraph.Contract("x", contract, filter)
			if err != nil || again != contract {
				t.Errorf("the contract of the contract differs: %v\n%s", err, cmp.Diff(contract, again))
			}
		}
	})
}
