package plan_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

var (
	apolloOperations = flag.Int("apollo", 5, "how many plans of random operations are compared with Apollo's, at least")
	apolloSeed       = flag.Uint64("apollo-seed", 0, "the seed of the first universe that they are about")
	apolloShow       = flag.Int("apollo-show", 20, "how many of the cases are shown where Apollo's plan is better")
)

// apolloPatience is how long Apollo's planner may take for the operations on one
// universe: now and then one takes minutes, and then all memory that there is.
const apolloPatience = 20 * time.Second

// apollo is Apollo's query planner in a Node process, as package deploy/oracle
// runs it: a JSON request a line, a JSON answer a line. A process that does not
// answer is replaced by another.
type apollo struct {
	t         testing.TB
	node      string
	directory string
	command   *exec.Cmd
	input     io.WriteCloser
	output    *bufio.Reader
}

// startApollo skips the test if Apollo's packages are not installed.
func startApollo(t testing.TB) *apollo {
	t.Helper()
	oracle := findApollo(t)
	if oracle == nil {
		t.Skip("APOLLO'S PLANNER SKIPPED: needs node 20 and `npm ci` in deploy/oracle")
	}
	return oracle
}

// findApollo returns nil if Apollo's packages are not installed.
func findApollo(t testing.TB) *apollo {
	t.Helper()
	directory := filepath.Join("..", "..", "..", "deploy", "oracle")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(directory, "node_modules", "@apollo", "query-planner")); err != nil || missing != nil {
		return nil
	}
	a := &apollo{t: t, node: node, directory: directory}
	a.start()
	t.Cleanup(a.end)
	return a
}

func (a *apollo) start() {
	a.command = exec.CommandContext(a.t.Context(), a.node, "--max-old-space-size=3072", "apollo.cjs")
	a.command.Dir = a.directory
	input, err := a.command.StdinPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	output, err := a.command.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.command.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.input, a.output = input, bufio.NewReaderSize(output, 1<<20)
}

func (a *apollo) end() {
	_ = a.input.Close()
	_ = a.command.Wait()
}

// ask sends a line and returns the line that comes back.
func (a *apollo) ask(line []byte) ([]byte, error) {
	alarm := time.AfterFunc(apolloPatience, func() { _ = a.command.Process.Kill() })
	defer alarm.Stop()
	_, err := a.input.Write(append(line, '\n'))
	var text []byte
	if err == nil {
		text, err = a.output.ReadBytes('\n')
	}
	if err != nil {
		_ = a.command.Process.Kill()
		a.end()
		a.start()
		return nil, fmt.Errorf("no answer, or none within %v: %w", apolloPatience, err)
	}
	return text, nil
}

// apolloPlan is Apollo's plan of one operation, or why there is none.
type apolloPlan struct {
	JSON         struct{ Node *apolloNode } `json:"json"`
	Text         string                     `json:"text"`
	Milliseconds float64                    `json:"milliseconds"`
	Error        string                     `json:"error"`
}

func (a *apollo) plans(supergraph string, operations []string) ([]apolloPlan, error) {
	line, err := json.Marshal(map[string]any{"supergraph": supergraph, "operations": operations})
	if err != nil {
		return nil, err
	}
	text, err := a.ask(line)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Plans []apolloPlan
		Crash string
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	if answer.Crash != "" {
		return nil, fmt.Errorf("exception: %s", answer.Crash)
	}
	return answer.Plans, nil
}

// comparison is a table of how plans compare by depth, then by the number of
// fetches.
type comparison struct {
	operations                int
	same, shallower, fewer    int
	deeper, more              int
	invalid                   map[string]int // by what is wrong
	refused, theirs, crash    int
	lax                       int // mutations
	ourFetches, apolloFetches int
	ourDepth, apolloDepth     int
	requests                  int // when entities of several places share one
	ourTime, apolloTime       time.Duration
	ourWorst, apolloWorst     time.Duration
}

func (c *comparison) compared() int { return c.same + c.shallower + c.fewer + c.deeper + c.more }

func (c *comparison) String() string {
	share := func(n int) string {
		return fmt.Sprintf("%6d  %5.1f %%", n, 100*float64(n)/float64(max(1, c.compared())))
	}
	wrong := 0
	var kinds strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(c.invalid)) {
		wrong += c.invalid[kind]
		fmt.Fprintf(&kinds, "\n%6d    it %s", c.invalid[kind], kind)
	}
	return fmt.Sprintf(`
operations compared               %6d
same depth, same fetches          %s
shallower                         %s
same depth, fewer fetches         %s
same depth, more fetches          %s
deeper                            %s
fetches, all operations           %6d, Apollo %d
  with shared requests            %6d
depth, all operations             %6d, Apollo %d
not compared
  Apollo has none                 %6d
  Apollo over %v, or crashed     %6d
  refused here                    %6d
  several mutations               %6d
  Apollo's is wrong               %6d%s
planning time                     %6v, Apollo %v (%.0f times)
slowest operation                 %6v, Apollo %v`,
		c.compared(), share(c.same), share(c.shallower), share(c.fewer), share(c.more), share(c.deeper),
		c.ourFetches, c.apolloFetches, c.requests, c.ourDepth, c.apolloDepth, c.theirs, apolloPatience, c.crash, c.refused, c.lax, wrong, kinds.String(),
		c.ourTime.Round(time.Millisecond), c.apolloTime.Round(time.Millisecond), float64(c.apolloTime)/float64(max(1, c.ourTime)),
		c.ourWorst.Round(10*time.Microsecond), c.apolloWorst.Round(time.Millisecond))
}

// TestPlansAreNoWorseThanApollos compares plans on random universes by (depth,
// fetches). Fetches are counted as Apollo counts them: one for each place whose
// objects are looked up. A plan of Apollo's counts only if it is right, which is
// tried on the same data as ours. Of mutations only single fields are compared:
// Apollo executes a field before what the field before it entails, if one request
// can hold both.
func TestPlansAreNoWorseThanApollos(t *testing.T) {
	oracle := startApollo(t)
	c := comparison{invalid: map[string]int{}}
	for seed := *apolloSeed; c.compared() < *apolloOperations && seed < *apolloSeed+uint64(4**apolloOperations); seed++ {
		u := &universe{subgraphs: randomSubgraphs(seed), schemas: map[string]*ast.Schema{}}
		if u.compose(t.Context()) != nil {
			continue
		}
		for name, sdl := range u.subgraphs {
			u.schemas[name] = subgraphSchema(t, name, sdl)
		}
		c.universe(t, oracle, u, &generator{rand: rand.New(rand.NewPCG(seed, 2))})
	}
	t.Log(c.String())
	if c.compared() < *apolloOperations {
		t.Errorf("only %d of %d plans were compared", c.compared(), *apolloOperations)
	}
	if worse := c.deeper + c.more; worse*500 > c.compared() {
		t.Errorf("%d of %d plans are worse than Apollo's: more than 0.2 %%", worse, c.compared())
	}
}

// universe compares plans of operations on one universe.
func (c *comparison) universe(t *testing.T, oracle *apollo, u *universe, g *generator) {
	var operations []string
	for range 6 {
		operations = append(operations, g.operation(u.supergraph.API))
	}
	theirs, err := oracle.plans(u.supergraph.SDL(), operations)
	if err != nil {
		c.crash += len(operations)
		return
	}
	for i, text := range operations {
		c.operations++
		start := time.Now()
		op, err := operation.New(text, "", u.supergraph, operation.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		ours, err := plan.New(t.Context(), op, u.graph, plan.Config{SeparateEntities: true})
		took := time.Since(start)
		their := theirs[i]
		switch {
		case err != nil:
			c.refused++
			continue
		case their.Error != "":
			c.theirs++
			continue
		}
		spent := time.Duration(their.Milliseconds * float64(time.Millisecond))
		c.ourTime, c.ourWorst = c.ourTime+took, max(c.ourWorst, took)
		c.apolloTime, c.apolloWorst = c.apolloTime+spent, max(c.apolloWorst, spent)
		if op.Kind == ast.Mutation && len(op.Root.Fields) > 3 {
			c.lax++
			continue
		}
		var wrong *wrongPlan
		if err := u.checkApollo(text, their.JSON.Node); errors.As(err, &wrong) {
			c.invalid[wrong.kind]++
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		shared, err := plan.New(t.Context(), op, u.graph, plan.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []*plan.Plan{ours, shared} {
			if err := u.verifier.Check(op, p); err != nil {
				t.Errorf("%s\n%v", text, err)
			}
		}
		c.requests += shared.Requests()
		c.count(t, oracle, u, text, ours, &their)
	}
}

func (c *comparison) count(t *testing.T, oracle *apollo, u *universe, text string, ours *plan.Plan, their *apolloPlan) {
	depth, fetches := their.JSON.Node.size()
	c.ourDepth, c.apolloDepth = c.ourDepth+ours.Depth(), c.apolloDepth+depth
	c.ourFetches, c.apolloFetches = c.ourFetches+ours.Requests(), c.apolloFetches+fetches
	switch {
	case ours.Depth() < depth:
		c.shallower++
	case ours.Depth() > depth:
		c.deeper++
	case ours.Requests() < fetches:
		c.fewer++
	case ours.Requests() > fetches:
		c.more++
	default:
		c.same++
	}
	if worse(ours, their) && c.deeper+c.more <= *apolloShow {
		c.show(t, oracle, u, text)
	}
}

func worse(ours *plan.Plan, their *apolloPlan) bool {
	depth, fetches := their.JSON.Node.size()
	return cmp.Or(ours.Depth()-depth, ours.Requests()-fetches) > 0
}

// show makes an operation small whose plan is worse than Apollo's, and logs both.
func (c *comparison) show(t *testing.T, oracle *apollo, u *universe, text string) {
	both := func(text string) (*plan.Plan, *apolloPlan) {
		op, err := operation.New(text, "", u.supergraph, operation.Limits{})
		if err != nil {
			return nil, nil
		}
		ours, err := plan.New(t.Context(), op, u.graph, plan.Config{SeparateEntities: true})
		theirs, failed := oracle.plans(u.supergraph.SDL(), []string{text})
		if err != nil || failed != nil || theirs[0].Error != "" || u.checkApollo(text, theirs[0].JSON.Node) != nil {
			return nil, nil
		}
		return ours, &theirs[0]
	}
	text = shrinkOperation(text, func(text string) bool {
		ours, their := both(text)
		return ours != nil && worse(ours, their)
	})
	ours, their := both(text)
	if ours == nil {
		return
	}
	t.Logf("worse than Apollo's:\n%s\n%s\n%s", text, ours.Text(u.names()), their.Text)
	for _, name := range slices.Sorted(maps.Keys(u.subgraphs)) {
		t.Logf("-- %s.graphqls --\n%s", name, u.subgraphs[name])
	}
}
