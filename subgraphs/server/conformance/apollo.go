package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

// Apollo runs @apollo/subgraph with the subgraph's schema and rows, and compares
// its answers with the subgraph's: the data, and where errors are. It skips the test
// if Node or the package is missing.
func Apollo(t *testing.T, s Subgraph) {
	t.Helper()
	ask := start(t, s)
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := shapeOf(t, s.ask(t, c.request)), shapeOf(t, ask(t, c.request))
			if c.apollo == nil {
				if diff := cmp.Diff(theirs, ours); diff != "" {
					t.Errorf("%s (-apollo +ours):\n%s", c.file, diff)
				}
				return
			}
			if diff := cmp.Diff(shapeOf(t, c.apollo), theirs); diff != "" {
				t.Errorf("%s: Apollo's answer is another one now (-file +apollo):\n%s", c.file, diff)
			}
			if cmp.Equal(theirs, ours) {
				t.Errorf("%s: Apollo answers as we do: apollo.json can go", c.file)
			}
		})
	}
	t.Run("_service", func(t *testing.T) { s.compareService(t, ask) })
}

// asker sends a request to Apollo's subgraph.
type asker func(t *testing.T, request []byte) []byte

// start starts Apollo's subgraph; it ends with the test.
func start(t *testing.T, s Subgraph) asker {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	directory := filepath.Dir(file)
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(directory, "node_modules", "@apollo", "subgraph")); err != nil || missing != nil {
		t.Skip("SKIPPED: needs node 20 and `npm ci` in subgraphs/server/conformance")
	}
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, node, "apollo.cjs")
	command.Dir = directory
	var stderr bytes.Buffer
	command.Stderr = &stderr
	input, inputErr := command.StdinPipe()
	output, outputErr := command.StdoutPipe()
	if inputErr != nil || outputErr != nil {
		t.Fatal(inputErr, outputErr)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was killed
	})
	lines := bufio.NewReaderSize(output, 1<<20)
	write := func(t *testing.T, line []byte) {
		t.Helper()
		if _, err := input.Write(append(line, '\n')); err != nil {
			t.Fatalf("%v: %s", err, &stderr)
		}
	}
	first, err := json.Marshal(map[string]any{"sdl": s.sdl(t), "entities": s.Entities})
	if err != nil {
		t.Fatal(err)
	}
	write(t, first)
	return func(t *testing.T, request []byte) []byte {
		t.Helper()
		var compact bytes.Buffer
		if err := json.Compact(&compact, request); err != nil {
			t.Fatal(err)
		}
		write(t, compact.Bytes())
		line, err := lines.ReadBytes('\n')
		if err != nil {
			_ = command.Wait() // so that all of its complaints are there
			t.Fatalf("%v: %s", err, &stderr)
		}
		return line
	}
}

// sdl is the text of the subgraph's schema files.
func (s Subgraph) sdl(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Schema, "*.graphqls"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no schema: %v", s.Schema, err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(append(text, '\n'))
	}
	return all.String()
}

// others are the subgraphs beside this one, without which it does not compose.
func (s Subgraph) others(t *testing.T) (all []federation.Subgraph) {
	t.Helper()
	place := s.Others
	if place == "" {
		place = filepath.Dir(s.Schema)
	}
	directories, err := filepath.Glob(filepath.Join(place, "*", "link.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range directories {
		if name := filepath.Base(filepath.Dir(file)); name != s.Name {
			other := Subgraph{Schema: filepath.Dir(file)}
			all = append(all, federation.Subgraph{Name: name, Sources: []federation.Source{{Name: "sdl", Text: other.sdl(t)}}})
		}
	}
	return all
}

// shape is what of an answer is compared.
type shape struct {
	// Data is nil if there is none, which is something else than null.
	Data any
	// Paths are those of the errors, sorted; "" of an error without one.
	Paths []string
}

// noData is the Data of an answer that has none.
type noData struct{}

func shapeOf(t *testing.T, text []byte) shape {
	t.Helper()
	var a struct {
		Data   json.RawMessage
		Errors []struct{ Path []any }
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	s := shape{Data: noData{}}
	if a.Data != nil {
		s.Data = nil
		if err := json.Unmarshal(a.Data, &s.Data); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range a.Errors {
		path := make([]string, len(one.Path))
		for i, step := range one.Path {
			path[i] = fmt.Sprint(step)
		}
		s.Paths = append(s.Paths, strings.Join(path, "."))
	}
	slices.Sort(s.Paths)
	return s
}

// compareService composes the supergraph of each one's SDL: Apollo prints the
// schema that it built, we return the files, but they are the same subgraph.
func (s Subgraph) compareService(t *testing.T, ask asker) {
	t.Helper()
	request := []byte(`{"query":"{ _service { sdl } }"}`)
	composed := func(text []byte) string {
		t.Helper()
		var a struct {
			Data struct {
				Service struct{ SDL string } `json:"_service"`
			}
		}
		if err := json.Unmarshal(text, &a); err != nil || a.Data.Service.SDL == "" {
			t.Fatalf("%v: %.500s", err, text)
		}
		mine := federation.Subgraph{Name: s.Name, Sources: []federation.Source{{Name: "sdl", Text: a.Data.Service.SDL}}}
		result, err := composition.Compose(t.Context(), append(s.others(t), mine), composition.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return result.Supergraph
	}
	if diff := cmp.Diff(composed(ask(t, request)), composed(s.ask(t, request))); diff != "" {
		t.Errorf("the supergraph of _service (-apollo +ours):\n%s", diff)
	}
}
