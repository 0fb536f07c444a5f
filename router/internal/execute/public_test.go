//go:build !race

// Under the race detector sync.Pool drops what it is given at random, and neither
// allocations nor times mean anything.

package execute

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/valyala/fastjson"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

var speed = flag.Int("speed", 0, "in how many rounds TestSpeedOfExecution measures; 0 leaves it out")

// public is the public federation benchmark, in memory.
type public struct {
	program *Program
	answers map[string][]byte // by request
	answer  string            // what the client gets
}

// Send answers as the benchmark's subgraphs do (subgraph.Sender).
func (p *public) Send(_ *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	body, known := p.answers[string(request.Body)]
	if !known {
		return errors.New("no answer to " + string(request.Body))
	}
	answer.Status, answer.Body = 200, append(answer.Body[:0], body...)
	return nil
}

func newPublic(t testing.TB) *public {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/public.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
	}
	graph, err := supergraph.Parse("supergraph.graphqls", files["supergraph.graphqls"])
	if err != nil {
		t.Fatal(err)
	}
	paths, err := querygraph.New(graph)
	if err != nil {
		t.Fatal(err)
	}
	op, err := operation.New(files["operation.graphql"], "", graph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := plan.New(t.Context(), op, paths, plan.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := &public{answers: map[string][]byte{}, answer: files["answer.json"]}
	if p.program, err = Compile(made, graph); err != nil {
		t.Fatal(err)
	}
	for i := 0; files[strconv.Itoa(i)+"/request.json"] != ""; i++ {
		p.answers[files[strconv.Itoa(i)+"/request.json"]] = []byte(files[strconv.Itoa(i)+"/answer.json"])
	}
	return p
}

func TestExecute_answers_the_public_benchmark(t *testing.T) {
	t.Parallel()
	p := newPublic(t)
	Poison(p.program)
	for range 3 {
		out := p.program.Execute(t.Context(), Input{Flights: subgraph.NewFlights(p, subgraph.FlightConfig{})})
		if diff := cmp.Diff(p.answer, string(out.Body)); diff != "" {
			t.Fatalf("response (-want +got):\n%.2000s", diff)
		}
		out.Release()
	}
}

// stage is a part of what the executor does for one request.
type stage struct {
	name string
	do   func() error
	// free says that it must not allocate.
	free bool
}

// stages are the parts, beside those of others to compare them with.
func (p *public) stages(t testing.TB) []stage {
	t.Helper()
	flights := subgraph.NewFlights(p, subgraph.FlightConfig{})
	// A run whose answers are all there, and whose parts are done again and again.
	r := p.program.Execute(t.Context(), Input{Flights: flights}).Owner.(*run)
	documents := make([]response.Document, len(r.states))
	bodies := make([][]byte, len(r.states))
	var largest []byte
	for i := range r.states {
		r.body(p.program.fetches[i], &r.states[i])
		bodies[i] = p.answers[string(r.states[i].request.Body)]
		if documents[i].Parse(p.program.fetches[i].layout, slices.Clone(bodies[i])) != nil {
			t.Fatal("an answer is not what it was")
		}
		if len(bodies[i]) > len(largest) {
			largest = bodies[i]
		}
	}
	parse := func() error {
		for i := range documents {
			d := &documents[i]
			if err := d.Parse(p.program.fetches[i].layout, d.Reset()[:len(bodies[i])]); err != nil {
				return err
			}
		}
		return nil
	}
	represent := func() error {
		for i := range r.states {
			r.body(p.program.fetches[i], &r.states[i])
		}
		return nil
	}
	emit := func() error {
		if r.respond(); len(r.out.text) != len(p.answer) {
			return fmt.Errorf("%d bytes of response", len(r.out.text))
		}
		return nil
	}
	ctx, input := context.Background(), Input{Flights: flights}
	return []stage{
		{name: "parse the answers", free: true, do: parse},
		{name: "write requests and representations", free: true, do: represent},
		{name: "emit the response", free: true, do: emit},
		{name: "these three", free: true, do: func() error { return errors.Join(parse(), represent(), emit()) }},
		{name: "Execute, with scheduling and copies of the answers", free: true, do: func() error {
			out := p.program.Execute(ctx, input)
			defer out.Release()
			if len(out.Body) != len(p.answer) {
				return fmt.Errorf("%s", out.Body)
			}
			return nil
		}},
		fastjsonParse("fastjson, the largest answer", largest),
		// Planners that ask for __typename everywhere get a larger one.
		fastjsonParse("fastjson, the same with each __typename", bytes.ReplaceAll(bytes.ReplaceAll(largest,
			[]byte(`"product":{`), []byte(`"product":{"__typename":"Product",`)), []byte(`"author":{`), []byte(`"author":{"__typename":"User",`))),
	}
}

func fastjsonParse(name string, body []byte) stage {
	var parser fastjson.Parser
	return stage{name: fmt.Sprintf("%s (%d bytes)", name, len(body)), do: func() error {
		_, err := parser.ParseBytes(body)
		return err
	}}
}

func TestExecute_allocates_nothing_for_the_public_benchmark(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which empties the pools
	for _, s := range newPublic(t).stages(t) {
		n := testing.AllocsPerRun(50, func() {
			if err := s.do(); err != nil {
				t.Fatal(err)
			}
		})
		if s.free && n != 0 {
			t.Errorf("%s: %.0f allocations", s.name, n)
		}
	}
}

func BenchmarkStages(b *testing.B) {
	for _, s := range newPublic(b).stages(b) {
		b.Run(strings.ReplaceAll(s.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// goalRatio is what the executor's own work may cost of fastjson's bare parse of
// the largest answer.
const goalRatio = 1.1

// TestSpeedOfExecution measures the stages in turn, and prints medians.
func TestSpeedOfExecution(t *testing.T) {
	if *speed == 0 {
		t.Skip("measures for seconds: make bench-execute")
	}
	stages := newPublic(t).stages(t)
	const period = 5 * time.Millisecond
	times, allocations, sizes := make([][]float64, len(stages)), make([]uint64, len(stages)), make([]uint64, len(stages))
	for range *speed {
		for i, s := range stages {
			var before, after runtime.MemStats
			n := 0
			runtime.ReadMemStats(&before)
			start := time.Now()
			for ; time.Since(start) < period; n++ {
				if err := s.do(); err != nil {
					t.Fatal(err)
				}
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/1000/float64(n))
			runtime.ReadMemStats(&after)
			// What a collection in between costs is not the stage's.
			allocations[i] = (after.Mallocs - before.Mallocs) / uint64(n)
			sizes[i] = (after.TotalAlloc - before.TotalAlloc) / uint64(n)
		}
	}
	medians := make([]float64, len(stages))
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tmedian µs\tlowest µs\tallocations\tbytes\t")
	for i, s := range stages {
		slices.Sort(times[i])
		medians[i] = times[i][len(times[i])/2]
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%d\t%d\t\n", s.name, medians[i], times[i][0], allocations[i], sizes[i])
	}
	_ = w.Flush()
	last := len(stages) - 1
	t.Logf("public benchmark, %d rounds of %s\n%s\nexecutor by fastjson's bare parse: %.2f, with each __typename %.2f (lowest times: %.2f, %.2f); at most %.1f",
		*speed, period, text.String(), medians[3]/medians[last-1], medians[3]/medians[last],
		times[3][0]/times[last-1][0], times[3][0]/times[last][0], goalRatio)
}
