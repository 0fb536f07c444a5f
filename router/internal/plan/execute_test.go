package plan_test

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weftql/weft/router/internal/plan"
)

// run executes a plan as plainly as the contract reads. It checks on the way
// that a fetch reads only results of fetches that it names as dependencies, and
// that every document is valid for its subgraph.
type run struct {
	u         *universe
	plan      *plan.Plan
	variables map[string]any
	instances map[int][]*instance // by position
	errs      []string
}

// instance is one object at a position, with what each fetch says of it.
type instance struct {
	position int
	parent   *instance
	views    map[int]map[string]any
	below    map[string]*instance // by position and list indices
}

func (r *run) fail(format string, args ...any) { r.errs = append(r.errs, fmt.Sprintf(format, args...)) }

func (r *run) execute() any {
	root := r.add(0, nil)
	done := map[int]bool{}
	for i, f := range r.plan.Fetches {
		if f.ID != i {
			r.fail("fetch %d has the ID %d", i, f.ID)
		}
		for _, d := range f.DependsOn {
			if !done[d] {
				r.fail("fetch %d depends on %d, which comes later", i, d)
			}
		}
		done[i] = true
		r.checkOrder(f)
		if f.Kind == plan.IntrospectionFetch || !r.holds(f.Condition) {
			continue
		}
		if f.Kind == plan.ReentryFetch {
			r.reentryFetch(f)
			continue
		}
		if f.Kind == plan.RootFetch {
			data := r.send(f, nil)
			root.views[f.ID] = data
			r.register(root, f, data, f.Selections, 0)
			continue
		}
		if len(f.Entities[0].Contexts) > 0 {
			r.contextual(f)
			continue
		}
		r.entityFetch(f)
	}
	return r.show(root)
}

// checkOrder makes sure that a mutation's field waits for all that the fields
// before it entail.
func (r *run) checkOrder(f *plan.Fetch) {
	if r.plan.Operation != ast.Mutation || f.Kind != plan.RootFetch {
		return
	}
	before := map[int]bool{}
	for open := slices.Clone(f.DependsOn); len(open) > 0; open = open[1:] {
		if !before[open[0]] {
			before[open[0]] = true
			open = append(open, r.plan.Fetches[open[0]].DependsOn...)
		}
	}
	if len(before) != f.ID {
		r.fail("fetch %d of a mutation waits for %d of the %d before it", f.ID, len(before), f.ID)
	}
}

func (r *run) add(position int, parent *instance) *instance {
	in := &instance{position: position, parent: parent, views: map[int]map[string]any{}, below: map[string]*instance{}}
	r.instances[position] = append(r.instances[position], in)
	return in
}

func (r *run) holds(c plan.Condition) bool {
	if c == nil {
		return true
	}
	return slices.ContainsFunc(c, func(tests []plan.Test) bool {
		return !slices.ContainsFunc(tests, func(t plan.Test) bool { return (r.variables[t.Variable] == true) != t.Want })
	})
}

// send has a subgraph answer a fetch.
func (r *run) send(f *plan.Fetch, representations map[string]any) map[string]any {
	name := r.u.supergraph.Subgraphs[f.Subgraph].Name
	schema := r.u.schemas[name]
	doc, err := parser.ParseQuery(&ast.Source{Input: f.Text})
	if err != nil {
		r.fail("fetch %d: %v: %s", f.ID, err, f.Text)
		return nil
	}
	if errs := validator.ValidateWithRules(schema, doc, nil); len(errs) > 0 {
		r.fail("fetch %d is not valid for subgraph %s: %v: %s", f.ID, name, errs, f.Text)
		return nil
	}
	variables := map[string]any{}
	for _, v := range f.Variables {
		variables[v] = r.variables[v]
	}
	for k, v := range representations {
		variables[k] = v
	}
	op := doc.Operations[0]
	if op.Name != f.Name {
		r.fail("fetch %d is called %q in its text, and %q", f.ID, op.Name, f.Name)
	}
	for _, v := range op.VariableDefinitions {
		if _, ok := variables[v.Variable]; !ok {
			r.fail("fetch %d declares $%s without sending it", f.ID, v.Variable)
		}
	}
	w := &world{u: r.u, schema: schema, graph: f.Subgraph, variables: variables}
	root := thing{typ: "Query", id: "root"}
	switch op.Operation {
	case ast.Mutation:
		root.typ = "Mutation"
	case ast.Subscription: // one event of it
		root.typ = "Subscription"
	}
	out := w.object(root, op.SelectionSet, nil)
	r.errs = append(r.errs, w.errs...)
	return out
}

// register notes the objects of a response at their positions.
func (r *run) register(in *instance, f *plan.Fetch, data map[string]any, selections []plan.Selection, target int) {
	for _, s := range selections {
		if s.Types != nil && !slices.Contains(s.Types, fmt.Sprint(data["__typename"])) {
			continue
		}
		value, ok := data[s.Key]
		if !ok {
			if !s.Optional {
				r.fail("fetch %d: %q is missing in %v", f.ID, s.Key, data)
			}
			continue
		}
		if len(s.Positions) > 0 {
			r.registerValue(in, f, value, s, target, fmt.Sprint(s.Positions[target]))
		}
	}
}

func (r *run) registerValue(in *instance, f *plan.Fetch, value any, s plan.Selection, target int, path string) {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			r.registerValue(in, f, item, s, target, fmt.Sprint(path, ".", i))
		}
	case map[string]any:
		child := in.below[path]
		if child == nil {
			child = r.add(s.Positions[target], in)
			in.below[path] = child
		}
		child.views[f.ID] = value
		r.register(child, f, value, s.Selections, target)
	}
}

func (r *run) reentryFetch(f *plan.Fetch) {
	objects := slices.Clone(r.instances[f.Position])
	if len(objects) == 0 {
		return
	}
	data := r.send(f, nil)
	for _, in := range objects {
		in.views[f.ID] = data
		r.register(in, f, data, f.Selections, 0)
	}
}

func (r *run) entityFetch(f *plan.Fetch) {
	type found struct {
		in     *instance
		target int
	}
	variables := map[string]any{}
	objects := map[string][]found{}
	for _, e := range f.Entities {
		var list []any
		for k, target := range e.Targets {
			for _, in := range slices.Clone(r.instances[target.Position]) {
				if in.views[r.plan.Positions[target.Position].Sources[0]] == nil {
					continue
				}
				if rep, ok := r.representation(f, in, target); ok {
					list = append(list, rep)
					objects[e.Key] = append(objects[e.Key], found{in, k})
				}
			}
		}
		if list == nil {
			list = []any{}
		}
		variables[e.Variable] = list
	}
	data := r.send(f, variables)
	for _, e := range f.Entities {
		list, _ := data[e.Key].([]any)
		for i, item := range list {
			if object, ok := item.(map[string]any); ok {
				o := objects[e.Key][i]
				o.in.views[f.ID] = object
				r.register(o.in, f, object, e.Selections, o.target)
			}
		}
	}
}

func (r *run) typename(in *instance) string {
	p := r.plan.Positions[in.position]
	if p.Typename.Fetch == plan.NoFetch {
		return p.Type // or nobody knows, and nothing depends on it
	}
	if in.views[p.Typename.Fetch] == nil {
		return "" // it is not known yet
	}
	name, ok := in.views[p.Typename.Fetch][p.Typename.Key].(string)
	if !ok {
		r.fail("position %d (%v): no typename in %v", in.position, p.Path, in.views)
	}
	return name
}

func (r *run) representation(f *plan.Fetch, in *instance, target plan.Target) (map[string]any, bool) {
	typ := r.typename(in)
	for _, rep := range target.Representations {
		if rep.Types != nil && !slices.Contains(rep.Types, typ) {
			continue
		}
		out := map[string]any{"__typename": rep.Typename}
		r.fill(f, in, typ, rep.Fields, out)
		return out, true
	}
	return nil, false
}

func (r *run) fill(f *plan.Fetch, in *instance, typ string, fields []plan.RepresentationField, out map[string]any) {
	for _, rf := range fields {
		if rf.Types != nil && !slices.Contains(rf.Types, typ) {
			continue
		}
		if rf.Source.Fetch == plan.NoFetch {
			out[rf.Name] = r.plan.Positions[in.position].Type
			continue
		}
		if !slices.Contains(f.DependsOn, rf.Source.Fetch) {
			r.fail("fetch %d reads %q of fetch %d without depending on it", f.ID, rf.Name, rf.Source.Fetch)
		}
		value, ok := in.views[rf.Source.Fetch][rf.Source.Key]
		if !ok {
			r.fail("fetch %d: fetch %d has no %q at %v", f.ID, rf.Source.Fetch, rf.Source.Key, r.plan.Positions[in.position].Path)
			continue
		}
		if rf.Position == plan.NoPosition {
			out[rf.Name] = value
			continue
		}
		out[rf.Name] = r.fillValue(f, in, value, rf, fmt.Sprint(rf.Position))
	}
}

func (r *run) fillValue(f *plan.Fetch, in *instance, value any, rf plan.RepresentationField, path string) any {
	switch value := value.(type) {
	case []any:
		var list []any
		for i, item := range value {
			list = append(list, r.fillValue(f, in, item, rf, fmt.Sprint(path, ".", i)))
		}
		return list
	case map[string]any:
		child := in.below[path]
		if child == nil {
			r.fail("fetch %d: no object at position %s", f.ID, path)
			return nil
		}
		out := map[string]any{}
		r.fill(f, child, r.typename(child), rf.Fields, out)
		return out
	}
	return nil
}

func (r *run) show(in *instance) map[string]any {
	out := map[string]any{}
	typ := r.typename(in)
	for _, f := range r.plan.Positions[in.position].Fields {
		if f.Types != nil && !slices.Contains(f.Types, typ) || !r.holds(f.Condition) {
			continue
		}
		if f.Source.Fetch == plan.NoFetch {
			out[f.Key] = r.plan.Positions[in.position].Type
			continue
		}
		if r.plan.Fetches[f.Source.Fetch].Kind == plan.IntrospectionFetch {
			continue
		}
		value, ok := in.views[f.Source.Fetch][f.Source.Key]
		if !ok {
			r.fail("fetch %d has no %q at %v for %q", f.Source.Fetch, f.Source.Key, r.plan.Positions[in.position].Path, f.Key)
			continue
		}
		if _, twice := out[f.Key]; twice {
			r.fail("%q is shown twice at %v", f.Key, r.plan.Positions[in.position].Path)
		}
		if f.Position == plan.NoPosition {
			out[f.Key] = value
			continue
		}
		out[f.Key] = r.showValue(in, value, fmt.Sprint(f.Position))
	}
	return out
}

func (r *run) showValue(in *instance, value any, path string) any {
	switch value := value.(type) {
	case []any:
		var list []any
		for i, item := range value {
			list = append(list, r.showValue(in, item, fmt.Sprint(path, ".", i)))
		}
		return list
	case map[string]any:
		return r.show(in.below[path])
	}
	return nil
}

// assignments are values for the operation's variables: all of those of its
// Boolean ones.
func assignments(text string) []map[string]any {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil
	}
	out := []map[string]any{{}}
	for _, v := range doc.Operations[0].VariableDefinitions {
		var next []map[string]any
		values := []any{"v-" + v.Variable}
		if v.Type.Name() == "Boolean" {
			values = []any{true, false}
		}
		for _, base := range out {
			for _, value := range values {
				m := map[string]any{v.Variable: value}
				for k, x := range base {
					m[k] = x
				}
				next = append(next, m)
			}
		}
		out = next
	}
	return out
}
