package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

var update = flag.Bool("update", false, "write the answers into the cases of testdata/entities")

// Subgraph is what is tried.
type Subgraph struct {
	Name   string
	Client *servertest.Client
	Caller identity.Claims
	// Schema is the directory of its .graphqls files.
	Schema string
	// Others is where the schemas of the subgraphs are that it composes with.
	// Defaults to the directory that Schema is in.
	Others string
	// Entities are the rows that it has, by type. Types that are absent cannot be
	// looked up in it.
	Entities map[string][]Row
}

// Row is what a subgraph has of an entity.
type Row struct {
	// Keys are the values of its keys' fields, by name.
	Keys []map[string]any `json:"keys"`
	// Fields are those that the cases ask for, as the caller sees them.
	Fields map[string]any `json:"fields"`
	// Error is what asking for it gives instead, "" if it is answered.
	Error string `json:"error,omitempty"`
}

// ByID is a Row whose key is its id.
func ByID(fields map[string]any) Row {
	return Row{Keys: []map[string]any{{"id": fields["id"]}}, Fields: fields}
}

// testCase is a file of testdata/entities.
type testCase struct {
	name, file string
	archive    *txtar.Archive
	request    []byte // {"query", "variables"}
	answer     []byte
	apollo     []byte // nil where Apollo's answer is like ours
}

func cases(t *testing.T) []testCase {
	t.Helper()
	files, err := filepath.Glob("testdata/entities/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata/entities has no cases: %v", err)
	}
	var all []testCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := testCase{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), file: file, archive: archive}
		for _, section := range archive.Files {
			switch section.Name {
			case "request.json":
				c.request = section.Data
			case "answer.json":
				c.answer = section.Data
			case "apollo.json":
				c.apollo = section.Data
			default:
				t.Fatalf("%s: unknown section %s", file, section.Name)
			}
		}
		if c.request == nil || len(bytes.TrimSpace(archive.Comment)) == 0 {
			t.Fatalf("%s: the request is missing, or why it is there", file)
		}
		all = append(all, c)
	}
	return all
}

// Golden compares the subgraph's answers with those in the cases; -update writes
// them.
func Golden(t *testing.T, s Subgraph) {
	t.Helper()
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			got := indented(t, s.ask(t, c.request))
			if *update {
				c.write(t, got)
				return
			}
			if diff := cmp.Diff(string(c.answer), string(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.file, diff)
			}
		})
	}
}

// ask sends a request to the subgraph and returns the answer's body.
func (s Subgraph) ask(t *testing.T, request []byte) []byte {
	t.Helper()
	var compact bytes.Buffer
	if err := json.Compact(&compact, request); err != nil {
		t.Fatal(err)
	}
	return s.Client.Send(t, s.Client.Request(t, s.Caller, compact.Bytes())).Body
}

// write writes the answer into the file of the case.
func (c testCase) write(t *testing.T, answer []byte) {
	t.Helper()
	files := c.archive.Files[:0:0]
	for _, section := range c.archive.Files {
		if section.Name != "answer.json" {
			files = append(files, section)
		}
		if section.Name == "request.json" {
			files = append(files, txtar.File{Name: "answer.json", Data: answer})
		}
	}
	c.archive.Files = files
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o600); err != nil {
		t.Fatal(err)
	}
}

func indented(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	out.WriteByte('\n')
	return out.Bytes()
}
