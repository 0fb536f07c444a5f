package verify

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

type (
	typeID  = querygraph.TypeID
	fieldID = querygraph.FieldID
)

// Verifier checks plans of one query graph. It is safe for concurrent use.
type Verifier struct {
	graph *querygraph.Graph

	mu      sync.Mutex
	schemas []*ast.Schema // by subgraph, made when they are needed
}

// New returns a Verifier for plans of a query graph.
func New(g *querygraph.Graph) *Verifier {
	return &Verifier{graph: g, schemas: make([]*ast.Schema, len(g.Supergraph.Subgraphs))}
}

// maxProblems bounds how many problems are listed: one mistake has many
// consequences.
const maxProblems = 8

// Check returns an error that lists what is wrong with the plan as an answer to
// the operation, or nil.
func (v *Verifier) Check(op *operation.Operation, p *plan.Plan) error {
	c := &check{v: v, graph: v.graph, op: op, plan: p, reads: make([]map[int]bool, len(p.Fetches))}
	for i := range c.reads {
		c.reads[i] = map[int]bool{}
	}
	c.structure()
	c.documents()
	if len(c.problems) > 0 {
		return c.err() // interpreting makes no sense of it
	}
	for _, variables := range assignments(op) {
		r := &run{check: c, variables: variables, made: make([]bool, len(p.Fetches)), at: map[int][]*object{}}
		r.execute()
		if len(c.problems) > 0 {
			return fmt.Errorf("with %v: %w", variables, c.err())
		}
	}
	c.dependencies()
	c.due()
	return c.err()
}

// check is one call of Check.
type check struct {
	v        *Verifier
	graph    *querygraph.Graph
	op       *operation.Operation
	plan     *plan.Plan
	sent     []*ast.OperationDefinition // by fetch
	reads    []map[int]bool             // by fetch: which others it reads
	problems []error
}

func (c *check) fail(format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, fmt.Errorf(format, args...))
	}
}

func (c *check) err() error { return errors.Join(c.problems...) }

// structure checks what the plan's parts say of each other.
func (c *check) structure() {
	if c.plan.Operation != c.op.Kind {
		c.fail("the plan is for a %s, the operation is a %s", c.plan.Operation, c.op.Kind)
	}
	if len(c.plan.Positions) == 0 {
		c.fail("the plan has no root position")
	}
	for i, p := range c.plan.Positions {
		if p.ID != i {
			c.fail("position %d has the ID %d", i, p.ID)
		}
		if i > 0 && len(p.Sources) == 0 {
			c.fail("position %d (%v) has no source", i, p.Path)
		}
		if def := c.graph.Supergraph.Schema.Types[p.Type]; def == nil {
			c.fail("position %d (%v) is of the unknown type %q", i, p.Path, p.Type)
		} else if !def.IsAbstractType() && p.Typename.Fetch != plan.NoFetch {
			c.fail("position %d (%v) is of type %s, and its type comes from %+v", i, p.Path, p.Type, p.Typename)
		}
		for _, f := range p.Sources {
			if f < 0 || f >= len(c.plan.Fetches) {
				c.fail("position %d (%v) has fetch %d as source", i, p.Path, f)
			}
		}
	}
	for i, f := range c.plan.Fetches {
		if f.ID != i {
			c.fail("fetch %d has the ID %d", i, f.ID)
		}
		if !slices.IsSorted(f.DependsOn) || len(slices.Compact(slices.Clone(f.DependsOn))) != len(f.DependsOn) {
			c.fail("fetch %d: the dependencies %v are not sorted, or not all different", i, f.DependsOn)
		}
		for _, d := range f.DependsOn {
			if d < 0 || d >= i {
				c.fail("fetch %d depends on fetch %d, which is not made before it", i, d)
			}
		}
		if f.Kind != plan.IntrospectionFetch && (f.Subgraph < 0 || f.Subgraph >= len(c.graph.Supergraph.Subgraphs)) {
			c.fail("fetch %d goes to subgraph %d, which does not exist", i, f.Subgraph)
		}
	}
}

// maxVariables bounds how many Boolean variables are combined completely.
const maxVariables = 7

// assignments are values for the variables in the operation's conditions: all
// combinations; of many variables those in which none, one, all but one or all
// are true.
func assignments(op *operation.Operation) []map[string]bool {
	var names []string
	collectVariables(op.Root, &names)
	slices.Sort(names)
	names = slices.Compact(names)
	var out []map[string]bool
	add := func(value func(i int) bool) {
		m := map[string]bool{}
		for i, name := range names {
			m[name] = value(i)
		}
		out = append(out, m)
	}
	if len(names) <= maxVariables {
		for bits := range 1 << len(names) {
			add(func(i int) bool { return bits&(1<<i) == 0 })
		}
		return out
	}
	for _, base := range []bool{true, false} {
		add(func(int) bool { return base })
		for k := range names {
			add(func(i int) bool { return base != (i == k) })
		}
	}
	return out
}

func collectVariables(set *operation.SelectionSet, into *[]string) {
	for _, f := range set.Fields {
		for _, tests := range f.Condition {
			for _, t := range tests {
				*into = append(*into, t.Variable)
			}
		}
		if f.Selections != nil {
			collectVariables(f.Selections, into)
		}
	}
}
