package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/process"
)

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

func TestSame_knows_both_spellings_of_ids_and_moments(t *testing.T) {
	t.Parallel()
	const (
		ours   = `{"data":{"user":{"id":"usr_0000000000000000000000000w","displayName":"A","timeZone":"UTC","createdAt":"2026-01-02T03:04:05.678901Z","updatedAt":"2026-01-02T03:04:05Z","version":1}}}`
		theirs = `{"id":"00000000-0000-0000-0000-000000000007","displayName":"A","timeZone":"UTC","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.000Z","version":1}`
	)
	s := scenarios()[0]
	for name, c := range map[string]struct {
		ours, theirs string
		right        bool
	}{
		"the same":        {ours, theirs, true},
		"another user":    {ours, strings.Replace(theirs, "07\"", "08\"", 1), false},
		"another name":    {ours, strings.Replace(theirs, `"A"`, `"B"`, 1), false},
		"another moment":  {ours, strings.Replace(theirs, "05.678", "05.679", 1), false},
		"a field less":    {ours, strings.Replace(theirs, `,"version":1`, "", 1), false},
		"a row more":      {ours, "[" + theirs + "," + theirs + "]", false},
		"an error":        {`{"errors":[{"message":"no"}]}`, theirs, false},
		"nobody":          {`{"data":{"user":null}}`, theirs, false},
		"an error's page": {ours, `<html>`, false},
	} {
		here, err := s.graphQL([]byte(c.ours))
		if err == nil {
			var there []any
			if there, err = rest([]byte(c.theirs)); err == nil {
				err = s.same(here, there)
			}
		}
		if (err == nil) != c.right {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPrint_shows_ratios_goals_and_who_is_missing(t *testing.T) {
	t.Parallel()
	round := func(cpu time.Duration) measured {
		return measured{Result: load.Result{Requests: 100, Duration: time.Second}, cpu: cpu, memory: 30e6}
	}
	tables := []table{
		{scenarios()[0], []*contender{{name: "weft", results: []measured{round(100 * time.Microsecond), round(200 * time.Microsecond)}}, {name: "express", results: []measured{round(300 * time.Microsecond), round(600 * time.Microsecond)}}}},
		{scenarios()[1], []*contender{{name: "weft", results: []measured{round(time.Millisecond)}}, {name: "express", results: []measured{round(500 * time.Microsecond)}}}},
	}
	b := &bench{options: options{rounds: 2, duration: time.Second}, missing: []string{"express, from Redis: no server"}}
	var out bytes.Buffer
	b.print(&out, tables)
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"weft 7500 3.00 150", "one user: 3.00, at least 2.0: reached", "a user's 20 todos: 0.50, at least 0.8: MISSED", "no row for express, from Redis: no server",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
}
