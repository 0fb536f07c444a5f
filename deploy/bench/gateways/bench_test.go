package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/bench/gateways/internal/shop"
	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/process"
)

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

// serving returns the address of a server of this program.
func serving(t *testing.T, serve func(ctx context.Context, address string) error) string {
	t.Helper()
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, address) }()
	t.Cleanup(func() { cancel(); <-done })
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return address
		}
		select {
		case err := <-done:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
}

func monolith(t *testing.T) *bench {
	t.Helper()
	_, graph, err := shop.Supergraph(t.Context(), "http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return &bench{options: options{rounds: 2, shapes: true, duration: time.Second}, monolith: shop.NewMonolith(graph.API)}
}

// The floor sends requests that the subgraphs understand, and answers rightly: its
// plans fit the schema.
func TestFloor_gives_the_right_answers(t *testing.T) {
	t.Parallel()
	base := "http://" + serving(t, serveSubgraphs)
	for _, planned := range []string{"weft", "public"} {
		address := serving(t, func(ctx context.Context, address string) error { return serveFloor(ctx, address, base, planned) })
		g := &gateway{contender: &contender{name: "floor"}, url: "http://" + address, client: http.DefaultClient}
		b := monolith(t)
		for _, operation := range operations() {
			if planned == "public" && operation.Name != shop.Public().Name {
				continue
			}
			expected, err := b.expect(operation)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := g.ask(t.Context(), operation)
			if err != nil {
				t.Fatal(planned, operation.Name, err)
			}
			if err := expected.check(answer); err != nil {
				t.Error(planned, err)
			}
		}
	}
}

func TestCheck_refuses_wrong_answers(t *testing.T) {
	t.Parallel()
	expected, err := monolith(t).expect(shop.Small())
	if err != nil {
		t.Fatal(err)
	}
	const first = `{"data":{"users":[{"id":"1","name":"Uri Goldshtein"},{"id":"2","name":"Dotan Simha"},{"id":"3","name":"Kamil Kisiela"},` +
		`{"id":"4","name":"Arda Tanrikulu"},{"id":"5","name":"Gil Gardosh"},{"id":"6","name":"Laurin Quast"}]}}`
	for answer, right := range map[string]bool{
		first: true,
		strings.Replace(first, `"id":"1","name":"Uri Goldshtein"`, `"name":"Uri Goldshtein", "id":"1"`, 1): true,
		strings.Replace(first, `"1"`, `1`, 1):                              false,
		strings.Replace(first, "Simha", "Simba", 1):                        false,
		strings.Replace(first, `{"data"`, `{"errors":[],"data"`, 1):        false,
		strings.Replace(first, `,{"id":"6","name":"Laurin Quast"}`, "", 1): false,
		`{"errors":[{"message":"no"}]}`:                                    false,
		"":                                                                 false,
	} {
		if err := expected.check([]byte(answer)); (err == nil) != right {
			t.Errorf("%.100s: %v", answer, err)
		}
	}
}

// A gateway that answers wrongly under load is found out while it is measured.
func TestMeasure_finds_wrong_answers_under_load(t *testing.T) {
	t.Parallel()
	b := monolith(t)
	var err error
	if b.generator, err = load.NewGenerator(t.TempDir()); err != nil {
		without(t, err)
	}
	answer := b.monolith.Execute(shop.Small().Body())
	for name, answers := range map[string]func(w http.ResponseWriter){
		"wrong":    func(w http.ResponseWriter) { _, _ = w.Write(bytes.Replace(answer, []byte("Uri"), []byte("Ari"), 1)) },
		"an error": func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); _, _ = w.Write(answer) },
		"right":    func(w http.ResponseWriter) { _, _ = w.Write(answer) },
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answers(w) }))
		t.Cleanup(server.Close)
		s := &scenario{name: "small", operation: shop.Small(), connections: 2}
		if s.expected, err = b.expect(s.operation); err != nil {
			t.Fatal(err)
		}
		// The process that is measured has no part in the answers.
		p, err := b.start(t.Context(), process.Command{Name: "sleep", Path: "/bin/sleep", Args: []string{"60"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Stop() })
		g := &gateway{contender: &contender{name: name}, process: p, url: server.URL, client: server.Client(), rate: 2000}
		got, err := b.measure(t.Context(), g, s, time.Second)
		if (err == nil) != (name == "right") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "right" && (got.checks == 0 || got.Requests == 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The table has a row for whoever has figures of all rounds.
func TestPrint_shows_medians_ratios_and_who_is_missing(t *testing.T) {
	t.Parallel()
	b := monolith(t)
	list, err := b.scenarios()
	if err != nil {
		t.Fatal(err)
	}
	round := func(requests int, cpu time.Duration) measured {
		return measured{Result: load.Result{Requests: requests, Duration: time.Second, P50: time.Millisecond, P95: 2 * time.Millisecond, P99: 3 * time.Millisecond}, cpu: cpu, memory: 30e6, checks: 2}
	}
	gateways := []*gateway{
		{contender: &contender{name: "floor", mode: modeNone}, results: map[string][]measured{list[0].name: {round(2000, 100*time.Microsecond), round(3000, 110*time.Microsecond)}}},
		{contender: &contender{name: "weft", mode: modeNone, note: "ours"}, results: map[string][]measured{list[0].name: {round(1000, 200*time.Microsecond), round(1000, 200*time.Microsecond)}}},
		{contender: &contender{name: "late", mode: modeNone}, results: map[string][]measured{list[0].name: {round(1, time.Second)}}},
	}
	b.refuse(&contender{name: "absent", mode: modeNone}, errAbsent)
	var out bytes.Buffer
	b.print(&out, list, gateways)
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{
		"floor none 2500 1.00 2.00 3.00 105 1.00 30 4",
		"weft none 1000 1.00 2.00 3.00 200 1.91 30 4",
		"CPU per request by the floor's: 1.91, at most 1.9: MISSED",
		"no row for absent, none: not given",
		"weft, none: ours",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	if strings.Contains(text, "late none 1 ") {
		t.Errorf("a row without all rounds:\n%s", out.String())
	}
}

// without ends a test that lacks a program of this machine. Where everything has been
// installed, on CI, that is a failure.
func without(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}
