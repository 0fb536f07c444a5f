package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/universe"
)

// warehouse is a supergraph that the router was not made for: its file, the
// address of a router on it, and recorders before its subgraphs.
type warehouse struct {
	supergraph, graphQL string
	subgraphs           map[string]*recorder
}

// serveWarehouse starts the subgraphs of universe.Warehouse as HTTP servers,
// composes them with the shipped program, and starts the shipped router on the
// result, without any configuration.
func serveWarehouse(t *testing.T, rows int) warehouse {
	t.Helper()
	dir := t.TempDir()
	config := "federation_version: =2.9.0\nsubgraphs:\n"
	w := warehouse{supergraph: filepath.Join(dir, "supergraph.graphqls"), subgraphs: map[string]*recorder{}}
	for _, subgraph := range universe.Warehouse(rows) {
		handler, err := universe.New(subgraph)
		if err != nil {
			t.Fatal(err)
		}
		recorder := record(t, handler)
		w.subgraphs[subgraph.Name] = recorder
		file := subgraph.Name + ".graphqls"
		if err := os.WriteFile(filepath.Join(dir, file), []byte(subgraph.SDL), 0o600); err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("  %s:\n    routing_url: %s\n    schema:\n      file: ./%s\n", subgraph.Name, recorder.url, file)
	}
	configFile := filepath.Join(dir, "supergraph.yaml")
	if err := os.WriteFile(configFile, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := call(t, "weft", "", "compose", "--config", configFile, "-o", w.supergraph); code != 0 {
		t.Fatalf("weft compose: exit %d\n%s", code, stderr)
	}
	address := freeAddress(t)
	router := start(t, nil, "weft", "serve", "--supergraph", w.supergraph, "--listen", address)
	router.waitFor(t, "http://"+address+"/health")
	w.graphQL = "http://" + address + "/graphql"
	return w
}

// TestForeignSupergraph runs the router on a graph that it was not made for. It
// counts allocations of the whole process and is alone in it for that reason.
func TestForeignSupergraph(t *testing.T) {
	var allocated []float64
	for _, rows := range []int{10, 1000} {
		w := serveWarehouse(t, rows)
		data := ask(t, w.graphQL, "", universe.WarehouseQuery, nil)
		if diff := cmp.Diff(universe.WarehouseAnswer(rows), data); diff != "" {
			t.Errorf("%d rows: data (-want +got):\n%s", rows, diff)
		}
		// Storage computes from catalog, and shipping from storage, so that
		// fewer requests are impossible.
		products, films := universe.DistinctProducts(rows), rows/2
		recorded := map[string][]exchange{}
		for name, want := range map[string]int{"catalog": 0, "storage": products + films, "shipping": products + products /* bins */} {
			recorded[name] = w.subgraphs[name].take()
			sent := representations(t, recorded[name])
			if len(recorded[name]) != 1 || len(sent) != want || distinct(sent) != want {
				t.Errorf("%d rows: %d requests to %s with %d representations, %d of them distinct; want 1 with %d",
					rows, len(recorded[name]), name, len(sent), distinct(sent), want)
			}
		}
		allocated = append(allocated, allocations(t, w.supergraph, universe.WarehouseQuery, recorded))
		t.Logf("%d rows: %.0f allocations", rows, allocated[len(allocated)-1])
	}
	if allocated[0] != allocated[1] {
		t.Errorf("%.0f allocations for 10 rows and %.0f for 1,000", allocated[0], allocated[1])
	}
}

// TestForeignSupergraphRefusesWhatIsNotBuiltYet is the twin of the test above:
// a construct that the platform cannot do yet is named, not half done.
func TestForeignSupergraphRefusesWhatIsNotBuiltYet(t *testing.T) {
	t.Parallel()
	t.Run("operation", func(t *testing.T) {
		t.Parallel()
		w := serveWarehouse(t, 10)
		response := post(t, w.graphQL, "", `{ shelves { sku ... @defer { volume } } }`, nil)
		if len(response.Errors) != 1 {
			t.Fatalf("errors: %v", response.Errors)
		}
		message, extensions := fmt.Sprint(response.Errors[0].Message), fmt.Sprint(response.Errors[0].Extensions)
		if !strings.Contains(message, "@defer") || !strings.Contains(extensions, "UNSUPPORTED_FEATURE") {
			t.Errorf("got %q %s", message, extensions)
		}
		for name, subgraph := range w.subgraphs {
			if n := len(subgraph.take()); n > 0 {
				t.Errorf("%s was asked %d times", name, n)
			}
		}
	})
	t.Run("supergraph", func(t *testing.T) {
		t.Parallel()
		config := `
subgraphs:
  a:
    routing_url: http://127.0.0.1:1
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.10")
          @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@source"])
          @source(name: "x", http: {baseURL: "http://127.0.0.1:1"})
        type Query { media: ID }
`
		file := filepath.Join(t.TempDir(), "supergraph.graphqls")
		if _, stderr, code := call(t, "weft", config, "compose", "--config", "-", "-o", file); code != 0 {
			t.Fatalf("exit %d\nstderr: %s", code, stderr)
		}
		_, stderr, code := call(t, "weft", "", "serve", "--supergraph", file)
		if code != 1 || !strings.Contains(stderr, "UNSUPPORTED_FEATURE") || !strings.Contains(stderr, "specs.apollo.dev/connect") {
			t.Errorf("exit %d\nstderr: %s", code, stderr)
		}
	})
}
