package plan

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// Config bounds and directs planning. The zero value is ready to use.
type Config struct {
	// MaxWork is the number of choices that may be looked at for one operation.
	// When it is spent, planning goes on with the first choice that is valid, and
	// Plan.Stats says so. Defaults to 20,000.
	MaxWork int
	// SeparateEntities makes a request of its own for each position that needs a
	// subgraph in a step, where one request with several _entities fields would
	// do. Defaults to false.
	SeparateEntities bool
	// Labels are the labels of progressive overrides that are set for the
	// requests that the plan is for; all others are not. Defaults to none.
	Labels []string
}

func (c Config) withDefaults() Config {
	c.MaxWork = cmp.Or(c.MaxWork, 20_000)
	return c
}

// New plans an operation. The result depends on nothing but the arguments. It
// fails with a gqlerror.List whose code is UNSUPPORTED_FEATURE for what is not
// planned yet, UNSATISFIABLE_OPERATION if no subgraph can be led to a field, or
// with ctx's error.
func New(ctx context.Context, op *operation.Operation, graph *querygraph.Graph, cfg Config) (*Plan, error) {
	cfg = cfg.withDefaults()
	if len(op.Defers) > 0 { // a request for several places would wait for the last of them
		cfg.SeparateEntities = true
	}
	graph = graph.WithLabels(cfg.Labels)
	p := &planner{ctx: ctx, op: op, graph: graph, doors: newDoors(graph), cfg: cfg, work: cfg.MaxWork, places: places(op.Root), answered: map[string]bool{}, solved: map[string]*local{}, structures: newStructures(), variants: map[variantKey]int{}}
	if graph.Contextual {
		p.contexts, p.stricts = map[*operation.SelectionSet][]contextID{}, map[string]int{}
	}
	if err := p.plan(); err != nil {
		return nil, err
	}
	for i, s := range p.roots {
		p.run = i
		p.emit(s)
		p.settle(s)
	}
	p.complete()
	if p.err == nil && ctx.Err() == nil {
		p.dependencies()
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case p.err != nil:
		return nil, gqlerror.List{p.err}
	}
	return p.finish(), nil
}

func places(set *operation.SelectionSet) int {
	n := 1
	for _, f := range set.Fields {
		if f.Selections != nil {
			n += places(f.Selections)
		}
	}
	return n
}

// planner holds the state of planning one operation.
type planner struct {
	ctx   context.Context
	op    *operation.Operation
	graph *querygraph.Graph
	doors doors
	cfg   Config
	// work is what is left of the budget, or less than nothing.
	work      int
	cancelled bool

	// answered tells of selections with subgraphs, and of what these provide, whether
	// they answer them by themselves.
	answered   map[string]bool
	solved     map[string]*local
	structures structures
	variants   map[variantKey]int
	contexts   map[*operation.SelectionSet][]contextID
	stricts    map[string]int
	mem        memory
	key        []byte  // scratch
	indices    []int   // scratch
	entries    []entry // scratch
	scratch    []typeID
	// roots are the sites of the root type: one, or one for each run of a
	// mutation's fields that share a request.
	roots         []*site
	rootFields    []*rootField
	sites         []*site // in the order of their positions
	steps         []*step
	introspection *introspection
	places        int // selection sets of the operation
	run           int // the root site that is being emitted
	widened       bool
	err           *gqlerror.Error
}

// rootField is one field of the response's root, with the site that answers it.
type rootField struct {
	field *operation.Field
	site  *site
}

func (p *planner) plan() error {
	def := p.op.Root.Type
	root, ok := p.graph.Type(def.Name)
	if !ok {
		return gqlerror.List{errorAt(CodeUnreachable, nil, nil, "no subgraph has the type %q", def.Name)}
	}
	var planned []*operation.Field
	for _, f := range p.op.Root.Fields {
		rf := &rootField{field: f}
		p.rootFields = append(p.rootFields, rf)
		if f.Name != "__typename" && !f.Introspection() {
			planned = append(planned, f)
		}
	}
	var err error
	if p.op.Kind != ast.Query { // a subscription's one field is in one subgraph too
		err = p.planMutation(root, planned)
	} else if len(planned) > 0 {
		err = p.planQuery(root, planned)
	}
	if p.ctx.Err() != nil {
		return p.ctx.Err() // what else is wrong may be its consequence
	}
	return err
}

// checkEvery is after how much work planning asks whether it is to go on.
const checkEvery = 64

// spend counts a unit of work; ok is false if planning has been cancelled.
func (p *planner) spend() (ok bool) {
	p.work--
	if p.work%checkEvery == 0 && p.ctx.Err() != nil {
		p.cancelled = true
	}
	return !p.cancelled
}

func (p *planner) rootSite(root typeID, fields []*operation.Field) *site {
	s := p.newSite(&operation.SelectionSet{Type: p.op.Root.Type, Fields: fields}, root, []typeID{root})
	s.root, s.position = true, 0
	return s
}

func (p *planner) addRoot(s *site) {
	p.roots = append(p.roots, s)
	for _, rf := range p.rootFields {
		for _, d := range s.demands {
			if d.field == rf.field {
				rf.site = s
			}
		}
	}
}

func (p *planner) planQuery(root typeID, fields []*operation.Field) error {
	s := p.rootSite(root, fields)
	if err := p.decide(s, nil, nil, 0); err != nil {
		return err
	}
	p.addRoot(s)
	return nil
}

// planMutation plans the fields one after the other: each in one subgraph that
// resolves it, and all that it entails before the next field. Neighbours that
// one request answers completely share it.
func (p *planner) planMutation(root typeID, fields []*operation.Field) error {
	wave := 0
	for i := 0; i < len(fields); {
		graph, l, err := p.mutationField(root, fields[i])
		if err != nil {
			return err
		}
		run := fields[i : i+1]
		for i+len(run) < len(fields) && l.depth == 0 {
			next, nl, err := p.mutationField(root, fields[i+len(run)])
			if err != nil {
				return err
			}
			if next != graph {
				break
			}
			run = fields[i : i+len(run)+1]
			l = nl
		}
		i += len(run)
		s := p.rootSite(root, run)
		s.sealed = true
		if err := p.decide(s, p.mutationEntry(root, graph), nil, wave); err != nil {
			return err
		}
		wave += max(1, p.solve(s, p.mutationEntry(root, graph), nil).depth)
		p.addRoot(s)
	}
	return nil
}

func (p *planner) mutationEntry(root typeID, graph int) []entry {
	return []entry{{graph: graph, possible: []typeID{root}}}
}

// mutationField chooses the subgraph of one field: the cheapest of those that
// have it.
func (p *planner) mutationField(root typeID, f *operation.Field) (graph int, best *local, err error) {
	graph = -1
	for g := range p.graph.Supergraph.Subgraphs {
		id, ok := p.graph.Field(root, f.Name)
		if !ok || !p.graph.Resolves(g, root, id, nil) {
			continue
		}
		s := p.rootSite(root, []*operation.Field{f})
		s.sealed = true
		l := p.solve(s, p.mutationEntry(root, g), nil)
		if best == nil || l.better(best) {
			graph, best = g, l
		}
	}
	switch {
	case p.cancelled:
		return 0, nil, p.ctx.Err()
	case best == nil:
		return 0, nil, gqlerror.List{errorAt(CodeUnreachable, []string{f.Key}, f.Position, "no subgraph resolves field \"%s.%s\"", p.op.Root.Type.Name, f.Name)}
	case best.why != nil:
		return 0, nil, best.why.err()
	}
	return graph, best, nil
}

// decide fixes the choice for a site and all below it. wave is that of the
// earliest entry.
func (p *planner) decide(s *site, entries []entry, wants []want, wave int) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	l := p.solve(s, entries, wants)
	if l.why == nil && l.choice.s != s {
		l = p.evaluateWith(s, entries, l.choice.av.extra, wants, l.choice.av.delays)
	}
	switch {
	case p.cancelled:
		return p.ctx.Err()
	case l.why != nil:
		return l.why.err()
	}
	c := l.choice
	s.chosen, s.entries, s.wave = c, entries, wave
	if !s.root {
		p.sites = append(p.sites, s)
	}
	// Whether a representation needs a site is another question than what it
	// needs of it: parts on types that cannot stand there leave nothing but the
	// field itself, which is sent all the same.
	below := map[*site][]want{}
	var hidden []*site
	for _, w := range c.inputs {
		child := p.hiddenChild(s, w.field, w.typ)
		if _, known := below[child]; !known && child.via == nil {
			hidden = append(hidden, child)
		}
		wanted := below[child]
		for _, more := range wantsOf(w.field.Set, child.types, w.deadline) {
			if !slices.Contains(wanted, more) {
				wanted = append(wanted, more)
			}
		}
		below[child] = wanted
	}
	for _, d := range s.demands {
		for _, g := range c.groups[d.index] {
			entries, base := c.read(g.entries, g.base)
			_, g.site.fed = below[g.site]
			if err := p.decide(g.site, entries, shift(below[g.site], base), wave+base); err != nil {
				return err
			}
		}
	}
	for _, child := range hidden {
		i := slices.Index(s.types, child.parentTypes[0])
		entries, base := c.av.inputBelow(i, p.field(child.parentTypes[0], child.name))
		if child.joint {
			entries, base = c.common(child.name)
		}
		entries, base = c.read(entries, base)
		if err := p.decide(child, entries, shift(below[child], base), wave+base); err != nil {
			return err
		}
	}
	return nil
}

// read keeps the entries that the choice reads anyway.
func (c *choice) read(entries []entry, base int) ([]entry, int) {
	var out []entry
	first := never
	for _, e := range entries {
		if !e.from.step || c.taken(e.from) {
			out = append(out, e)
			first = min(first, e.wave)
		}
	}
	for i := range out {
		out[i].wave -= first
		out[i].contexts = out[i].contexts.shift(first)
	}
	return out, base + first
}

// shift counts the deadlines from another wave.
func shift(wants []want, base int) []want {
	out := slices.Clone(wants)
	for i := range out {
		if out[i].deadline < never {
			out[i].deadline -= base
		}
	}
	return out
}

// resolvesSelection tells whether a subgraph answers a selection by itself, for
// objects of the given types.
func (p *planner) resolvesSelection(sel *operation.SelectionSet, graph int, types []typeID, provided querygraph.Provided) bool {
	scratch := appendInt(appendInt(p.key[:0], p.structures.ofSet(sel)), graph)
	scratch = appendSignature(scratch, []entry{{provided: provided, possible: types}})
	p.key = scratch
	if known, ok := p.answered[string(scratch)]; ok {
		return known
	}
	key := string(scratch)
	ok := !p.doors.opaque(graph) || !p.typesMatter(sel.Fields, types)
	for _, f := range sel.Fields {
		for _, t := range types {
			if f.Name == "__typename" || f.Types != nil && !slices.Contains(f.Types, p.graph.Types[t].Name) {
				continue
			}
			id, known := p.graph.Field(t, f.Name)
			if !known || !p.plain(graph, t, id, provided) {
				ok = false
				break
			}
			if f.Selections != nil && !p.resolvesSelection(f.Selections, p.doors.result(graph, id), p.doors.resultTypes(graph, id), p.doors.below(graph, t, id, provided)) {
				ok = false
				break
			}
		}
		if !ok {
			break
		}
	}
	p.answered[key] = ok
	return ok
}

// typesMatter tells whether it depends on the objects' types what is shown of
// them. Objects of a type that clients cannot see are not shown.
func (p *planner) typesMatter(fields []*operation.Field, types []typeID) bool {
	for _, t := range types {
		if p.hides(t) {
			return true
		}
		name := p.graph.Types[t].Name
		for _, f := range fields {
			if f.Name == "__typename" || f.Types != nil && !slices.Contains(f.Types, name) {
				return true
			}
		}
	}
	return false
}

// argumentText prints arguments; equal texts mean equal arguments.
func argumentText(args ast.ArgumentList) string {
	if len(args) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(a.Name + ":" + a.Value.String())
	}
	b.WriteByte(')')
	return b.String()
}
