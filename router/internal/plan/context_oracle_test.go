package plan_test

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// withContext is a field as a subgraph is asked for it when it knows the objects
// above: with the values of its contextual arguments, which stand in the variables.
func (w *world) withContext(f *ast.Field, id querygraph.FieldID, above []thing) (*ast.Field, map[string]any) {
	var contextual []querygraph.ContextArgument
	for _, in := range w.u.graph.Fields[id].Joins {
		if len(in.Context) > 0 {
			contextual = in.Context
		}
	}
	if contextual == nil {
		return f, w.variables
	}
	out, variables := *f, maps.Clone(w.variables)
	out.Arguments = slices.Clone(f.Arguments)
	for _, a := range contextual {
		value, given := w.u.contextValue(a.Value, above)
		if !given { // another subgraph has the field without the argument
			continue
		}
		out.Arguments = append(out.Arguments, &ast.Argument{Name: a.Name, Value: &ast.Value{Kind: ast.Variable, Raw: "context " + a.Name, VariableDefinition: &ast.VariableDefinition{}}})
		variables["context "+a.Name] = value
	}
	return &out, variables
}

// contextValue is what the nearest object gives, if there is one.
func (u *universe) contextValue(value querygraph.ContextID, above []thing) (given any, ok bool) {
	for _, o := range slices.Backward(above) {
		typ, _ := u.graph.Type(o.typ)
		if v := u.graph.Types[typ].Context(value); v != nil {
			if !slices.ContainsFunc(v.Fields.Fields, func(f querygraph.FieldSetField) bool { return f.On(typ) }) {
				return nil, true
			}
			return onlyLeaf(u.truth(o, v.Fields)), true
		}
	}
	return nil, false
}

// onlyLeaf is the one leaf in an object, or a list of them.
func onlyLeaf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, child := range v {
			if name != "__typename" || len(v) == 1 {
				return onlyLeaf(child)
			}
		}
		return nil
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, onlyLeaf(item))
		}
		return out
	}
	return value
}

// contexts are the values of a lookup's contextual arguments for one object.
func (r *run) contexts(f *plan.Fetch, in *instance, e *plan.Entities) map[string]any {
	out := map[string]any{}
	for i := range e.Contexts {
		c := &e.Contexts[i]
		out[c.Variable] = nil
		for o := in.parent; o != nil; o = o.parent {
			giver := slices.IndexFunc(c.Givers, func(g plan.Giver) bool {
				return g.Position == o.position && (g.Types == nil || slices.Contains(g.Types, r.typename(o)))
			})
			if giver >= 0 {
				value := map[string]any{}
				errs := len(r.errs)
				r.fill(f, o, r.typename(o), c.Givers[giver].Fields, value)
				r.errs = r.errs[:errs] // what is missing shows in the answer, if the argument is taken
				out[c.Variable] = onlyLeaf(value)
				break
			}
		}
	}
	return out
}

// contextual makes a fetch with contextual arguments: here one request for each
// combination of values.
func (r *run) contextual(f *plan.Fetch) {
	e := &f.Entities[0]
	target := e.Targets[0]
	var keys []string
	groups := map[string][]*instance{}
	representations := map[string][]any{}
	values := map[string]map[string]any{}
	for _, in := range slices.Clone(r.instances[target.Position]) {
		rep, ok := r.representation(f, in, target)
		if in.views[r.plan.Positions[target.Position].Sources[0]] == nil || !ok {
			continue
		}
		given := r.contexts(f, in, e)
		text, err := json.Marshal(given)
		if err != nil {
			r.fail("fetch %d: %v", f.ID, err)
		}
		key := string(text)
		if values[key] == nil {
			keys = append(keys, key)
			values[key] = given
		}
		groups[key] = append(groups[key], in)
		representations[key] = append(representations[key], rep)
	}
	for _, key := range keys {
		variables := maps.Clone(values[key])
		variables[e.Variable] = representations[key]
		list, _ := r.send(f, variables)[e.Key].([]any)
		for i, item := range list {
			if object, ok := item.(map[string]any); ok {
				in := groups[key][i]
				in.views[f.ID] = object
				r.register(in, f, object, e.Selections, 0)
			}
		}
	}
}

// contextDirectives declares what subgraphs mark contexts with.
const contextDirectives = `
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: String) on ARGUMENT_DEFINITION
`
