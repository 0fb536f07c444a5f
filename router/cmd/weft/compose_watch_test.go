package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// watched is a `weft compose --watch` that looks when the test says so.
type watched struct {
	t     *testing.T
	dir   string
	ticks chan time.Time
	stop  context.CancelFunc
	code  chan int

	mu       sync.Mutex
	out, err bytes.Buffer
}

// lockedWriter is one of its outputs.
type lockedWriter struct {
	mu     *sync.Mutex
	buffer *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buffer.Write(p)
}

// watch starts it and waits until it has composed once.
func watch(t *testing.T, files map[string]string, args ...string) *watched {
	t.Helper()
	w := &watched{t: t, dir: write(t, files), ticks: make(chan time.Time), code: make(chan int, 1)}
	var ctx context.Context
	ctx, w.stop = context.WithCancel(t.Context())
	args = append([]string{"compose", "--watch", "--config", filepath.Join(w.dir, "supergraph.yaml")}, args...)
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "DIR", w.dir)
	}
	go func() {
		w.code <- run(ctx, args, console{
			in: strings.NewReader(""), out: lockedWriter{&w.mu, &w.out}, err: lockedWriter{&w.mu, &w.err}, ticks: w.ticks,
		})
	}()
	t.Cleanup(w.stop)
	return w
}

// look lets it look at the files and returns what it then printed. The second
// tick is taken when the first one's work is done.
func (w *watched) look() (out, err string) {
	w.t.Helper()
	for range 2 {
		select {
		case w.ticks <- time.Time{}:
		case <-time.After(30 * time.Second):
			w.t.Fatal("it does not look")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	out, err = w.out.String(), w.err.String()
	w.out.Reset()
	w.err.Reset()
	return out, err
}

// write changes a file, or removes it.
func (w *watched) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	next := path + ".next" // renamed, so that nobody sees half of it
	err := os.WriteFile(next, []byte(text), 0o600)
	if err == nil && text != "" {
		err = os.Rename(next, path)
	} else if err == nil {
		err = errors.Join(os.Remove(next), os.Remove(path))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// want looks and checks the lines on standard error and the output file.
func (w *watched) want(what, line, inOutput string) {
	w.t.Helper()
	if _, err := w.look(); line == "" && err != "" || !strings.Contains(err, line) {
		w.t.Fatalf("%s: it prints %q; want %q", what, err, line)
	}
	text, err := os.ReadFile(filepath.Join(w.dir, "out.graphqls"))
	if err != nil || !strings.Contains(string(text), inOutput) {
		w.t.Fatalf("%s: the output (%v) lacks %q:\n%s", what, err, inOutput, text)
	}
}

// end stops it as Ctrl-C does.
func (w *watched) end() {
	w.t.Helper()
	w.stop()
	if code := <-w.code; code != exitOK {
		w.t.Errorf("exit %d", code)
	}
}

func TestCompose_watch(t *testing.T) {
	t.Parallel()
	w := watch(t, goodFiles(), "-o", "DIR/out.graphqls")
	w.want("first", "weft compose: 3 subgraphs composed; watching 3 paths\n", "thing: Thing")
	w.want("nothing changed", "", "thing: Thing")

	w.write("things/a.graphqls", sdlA+"type Query { thing: Thing, other: Int }\n")
	w.want("a file of a directory changed", "composed", "other: Int")
	w.write("things/c.graphqls", "extend type Query { third: Int }\n")
	w.want("a new file", "composed", "third: Int")
	w.write("things/ignored.json", "{ }")
	w.want("a file that is no schema", "", "third: Int")

	w.write("things/b.graphqls", "type Thing { n: Nope }\n")
	w.want("an error", `b.graphqls:1:14: error: INVALID_GRAPHQL: "Thing.n" has the unknown type "Nope" [subgraph things]`, "third: Int")
	w.write("things/b.graphqls", "type Thing { n: Int, repaired: Int }\n")
	w.want("the error is gone", "composed", "repaired: Int")

	users, err := os.ReadFile(filepath.Join(w.dir, "users.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("users.graphqls", "")
	w.want("a missing file", "no such file or directory", "repaired: Int")
	w.write("users.graphqls", string(users)+"extend type User { back: Int }\n")
	w.want("it is back", "composed", "back: Int")

	w.write("supergraph.yaml", "subgraphs: [")
	w.want("a broken configuration", "supergraph.yaml:1:12: error: INVALID_CONFIGURATION", "back: Int")
	w.write("supergraph.yaml", strings.ReplaceAll(good, "inline: Int", "renamed: Int"))
	w.want("the configuration is repaired", "composed", "renamed: Int")
	w.end()
	checkNoLeftovers(t, w.dir)
}

func TestCompose_watchInJSON(t *testing.T) {
	t.Parallel()
	w := watch(t, goodFiles(), "--format", "json")
	if out, err := w.look(); !strings.HasPrefix(out, `{"hints":[`) || strings.Count(out, "\n") != 1 || !strings.Contains(err, "3 subgraphs composed") {
		t.Errorf("stdout %q, stderr %q", out, err)
	}
	w.write("things/b.graphqls", "type Thing {")
	if out, err := w.look(); !strings.HasPrefix(out, `{"errors":[{"code":"INVALID_GRAPHQL"`) || strings.Count(out, "\n") != 1 || err != "weft compose: there are errors; watching\n" {
		t.Errorf("stdout %q, stderr %q", out, err)
	}
	w.end()
}
