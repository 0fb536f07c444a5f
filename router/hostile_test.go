package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/universe"
)

// weather says which fault there is, and counts.
type weather struct {
	t       *testing.T
	fault   atomic.Pointer[fault]
	struck  atomic.Int32 // answers that went wrong
	mu      sync.Mutex
	seed    uint64
	victims int // the subgraphs that fail, as bits
}

func (w *weather) set(f *fault, seed uint64, victims int) {
	w.mu.Lock()
	w.seed, w.victims = seed, victims
	w.mu.Unlock()
	w.struck.Store(0)
	w.fault.Store(f)
}

// before has a subgraph fail if it is its turn.
func (w *weather) before(subgraph int, h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		now := w.fault.Load()
		w.mu.Lock()
		seed, victim := w.seed, w.victims>>subgraph&1 == 1
		w.mu.Unlock()
		if now == nil || !victim {
			h.ServeHTTP(rw, r)
			return
		}
		answer := record(h, r)
		f := &failing{disguise: disguise{Rand: answer.random(seed)}, recorded: answer, w: rw, r: r}
		w.struck.Add(1)
		f.harmless = func() { w.struck.Add(-1) }
		defer func() {
			if cause := recover(); cause == http.ErrAbortHandler {
				panic(cause)
			} else if cause != nil {
				w.t.Errorf("the fault %q fails: %v", now.name, cause)
			}
		}()
		now.broken(f)
	})
}

// TestHostileAnswers has subgraphs fail in every way. Whatever the router then
// answers is what the monolith knows, or null; what is missing has an error; and
// the next answer is whole.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	counts := hostileTally{byFault: map[string]int{}}
	for i := range faults {
		counts.due = append(counts.due, &faults[i])
	}
	for seed := *firstSeed; counts.cases < *cases/2; seed++ {
		tryHostile(t, seed, &counts)
	}
	t.Logf("%d answers, %d of subgraphs went wrong, %d values were lost; %v", counts.cases, counts.struck, counts.lost, counts.byFault)
	for _, f := range faults {
		if counts.cases < 5*len(faults) { // too few for all of them
			break
		}
		if counts.byFault[f.name] == 0 {
			t.Errorf("no subgraph failed by %q", f.name)
		}
	}
}

// hostileTally counts what TestHostileAnswers did.
type hostileTally struct {
	cases, refused, struck, lost int
	byFault                      map[string]int
	due                          []*fault // the one that was there longest ago comes first
}

// next returns the fault that may come and was there longest ago.
func (c *hostileTally) next(may func(*fault) bool) *fault {
	at := slices.IndexFunc(c.due, may)
	now := c.due[at]
	c.due = append(slices.Delete(c.due, at, at+1), now)
	return now
}

func tryHostile(t *testing.T, seed uint64, counts *hostileTally) {
	t.Helper()
	options := universe.Answerable()
	// What is computed from a null is another value, and rightly so.
	nulls := seed%2 == 0
	if nulls {
		options.Requires = 0
	}
	sky := weather{t: t}
	w := newUniverseFixtureBehind(t, universe.Random(seed, options), nil, sky.before, func(config *Config) {
		compressing(config)
		config.TrafficShaping.All.MaxResponseBytes = maxHostileBytes
		config.TrafficShaping.All.Timeout = 20 * time.Second
	})
	if w == nil {
		return
	}
	defer w.close()
	for i := range uint64(operationsPerUniverse) {
		random := rand.New(rand.NewPCG(seed, i))
		o := universe.RandomOperation(seed*operationsPerUniverse+i, w.graph.API)
		now := counts.next(func(f *fault) bool {
			// A scalar of a universe's own is right in any kind.
			return (nulls || !f.nulls) && (f.name != "other kinds of values" || !hasScalars(w.graph.API))
		})
		text, _ := w.monolith.Execute(o)
		want := decode(t, text)
		sky.set(now, seed+i, 1+random.IntN(1<<len(w.handlers)-1))
		got, raw := w.askHostile(t, o, now)
		if bytes.Contains(raw, []byte(`"UNSUPPORTED_FEATURE"`)) {
			counts.refused++
			continue
		}
		struck := int(sky.struck.Load())
		counts.cases++
		counts.struck += struck
		counts.byFault[now.name] += struck
		c := comparison{}
		c.compare(want, got, "data")
		counts.lost += c.lost
		hasErrors := bytes.Contains(raw, []byte(`"errors"`))
		c.wrong = append(c.wrong, strayPaths(t, got, raw)...)
		switch {
		case len(c.wrong) > 0:
			t.Errorf("seed %d, operation %d, %s: %s\nanswer: %.3000s\nmonolith: %.3000s\n%s%s", seed, i, now.name, strings.Join(c.wrong, "\n"), raw, text, o.Query, w.describe(universe.Random(seed, options)))
		case struck > 0 && !now.silent && !hasErrors:
			t.Errorf("seed %d, operation %d, %s: there is no error\nanswer: %.3000s\n%s%s", seed, i, now.name, raw, o.Query, w.describe(universe.Random(seed, options)))
		}
		sky.set(nil, 0, 0)
		if again, raw := w.ask(t, o); len(diffOf(want, again)) > 0 {
			t.Errorf("seed %d, operation %d, after %s: %v\nanswer: %.3000s", seed, i, now.name, diffOf(want, again), raw)
		}
	}
}

// strayPaths finds errors whose paths lead to nothing that the answer has, or has
// as null.
func strayPaths(t *testing.T, data any, raw []byte) (found []string) {
	t.Helper()
	var answer struct {
		Errors []struct {
			Message string
			Path    []any
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Errorf("%v in %s", err, raw)
	}
	for _, e := range answer.Errors {
		if e.Message == strange {
			continue
		}
		at := data
		for i, element := range e.Path {
			if at == nil {
				break
			}
			below, known := any(nil), false
			switch element := element.(type) {
			case string:
				object, _ := at.(map[string]any)
				below, known = object[element]
			case float64:
				if list, _ := at.([]any); int(element) < len(list) {
					below, known = list[int(element)], true
				}
			}
			if !known {
				found = append(found, fmt.Sprintf("the path %v of the error %q leads nowhere at %d", e.Path, e.Message, i))
				break
			}
			at = below
		}
		if e.Message == "" {
			found = append(found, "an error has no message")
		}
	}
	return found
}

// hasScalars tells whether an API has scalars of its own.
func hasScalars(api *ast.Schema) bool {
	for _, d := range api.Types {
		if d.Kind == ast.Scalar && !d.BuiltIn {
			return true
		}
	}
	return false
}

func diffOf(want, got any) []string {
	var c comparison
	c.compare(want, got, "data")
	if c.lost > 0 {
		c.wrong = append(c.wrong, fmt.Sprintf("%d values are missing", c.lost))
	}
	return c.wrong
}

// askHostile asks as ask does, with little patience for subgraphs that are silent.
func (w *universeFixture) askHostile(t *testing.T, o universe.Operation, now *fault) (data any, raw []byte) {
	t.Helper()
	if now.name != "silence" {
		return w.ask(t, o)
	}
	before := w.router.config.TrafficShaping.Router.Timeout
	w.router.config.TrafficShaping.Router.Timeout = 300 * time.Millisecond
	defer func() { w.router.config.TrafficShaping.Router.Timeout = before }()
	return w.ask(t, o)
}

// comparison finds what an answer says that the monolith does not.
type comparison struct {
	wrong []string
	lost  int // values that are null
}

func (c *comparison) compare(want, got any, path string) {
	switch g := got.(type) {
	case nil:
		if want != nil {
			c.lost++
		}
	case map[string]any:
		w, isObject := want.(map[string]any)
		if !isObject || !slices.Equal(slices.Sorted(maps.Keys(w)), slices.Sorted(maps.Keys(g))) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: got the keys %v, want %v", path, slices.Sorted(maps.Keys(g)), want))
			return
		}
		for key := range g {
			c.compare(w[key], g[key], path+"."+key)
		}
	case []any:
		w, isList := want.([]any)
		if !isList || len(w) != len(g) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: got %d items, want %v", path, len(g), want))
			return
		}
		for i := range g {
			c.compare(w[i], g[i], fmt.Sprintf("%s.%d", path, i))
		}
	default:
		if want != got {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: got %v, want %v", path, got, want))
		}
	}
}
