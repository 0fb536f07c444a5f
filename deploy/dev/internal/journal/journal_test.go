package journal_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/deploy/dev/internal/journal"
)

func TestStreamPrintsWholeLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	j := journal.New(&out, 6, false)
	users, router := j.Stream("users"), j.Stream("router")
	fmt.Fprint(users, "one\ntw")
	fmt.Fprint(router, "three\r\n\n")
	fmt.Fprint(users, "o\nrest")
	j.Print("panel\n")
	users.Printf("%d", 4)
	if err := router.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(users, "end")
	if err := users.Close(); err != nil {
		t.Fatal(err)
	}
	want := "users  | one\nrouter | three\nrouter | \nusers  | two\npanel\nusers  | rest4\nusers  | end\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := journal.New(&out, 1, false).Stream("x")
	fmt.Fprint(s, strings.Repeat("a", 40<<10)+"\n")
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 3 || len(strings.ReplaceAll(out.String(), "x | ", "")) != 40<<10+3 {
		t.Errorf("%d lines of %d bytes together, want 3 that hold everything", len(lines), out.Len())
	}
}

func TestStreamsDoNotMix(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	j := journal.New(&out, 1, true)
	var writers sync.WaitGroup
	for i := range 8 {
		s := j.Stream(fmt.Sprint(i))
		writers.Go(func() {
			for range 100 {
				fmt.Fprint(s, strings.Repeat(fmt.Sprint(i), 20))
				fmt.Fprint(s, "\n")
			}
		})
	}
	writers.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 800 {
		t.Fatalf("%d lines, want 800", len(lines))
	}
	for _, line := range lines {
		_, text, _ := strings.Cut(line, "\x1b[0m")
		if strings.Trim(text, text[:1]) != "" || len(text) != 20 {
			t.Fatalf("mixed line %q", line)
		}
	}
}
