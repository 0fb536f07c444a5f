package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/querygraph"
)

// residency is a subgraph from whose answer an object comes, and what that
// subgraph provides there beyond its own.
type residency struct {
	graph    int
	provided querygraph.Provided
}

// residencyKey identifies a residency.
type residencyKey struct {
	graph    int
	provided string
}

func (r residency) key() residencyKey {
	if len(r.provided) == 0 {
		return residencyKey{graph: r.graph}
	}
	ids := make([]int, 0, len(r.provided))
	for _, set := range r.provided {
		ids = append(ids, set.ID)
	}
	slices.Sort(ids)
	return residencyKey{graph: r.graph, provided: fmt.Sprint(slices.Compact(ids))}
}

// objectKey identifies an object of a type with a residency; fieldKey a field
// that a subgraph resolves from others.
type (
	objectKey struct {
		t    querygraph.TypeID
		from residencyKey
	}
	fieldKey struct {
		f     querygraph.FieldID
		graph int
	}
)

// reacher answers which subgraphs can be asked about an object. Its answers are
// least fixpoints: what is being worked out counts as unreachable meanwhile.
type reacher struct {
	graph *querygraph.Graph
	known map[objectKey][]residency
	// openObjects and openFields are being worked out.
	openObjects map[objectKey]bool
	openFields  map[fieldKey]bool
	cut         bool // an open question was met, so the answer may be too small to keep
	// left is how many more objects may be worked out: keys that contain each
	// other have no bound that is better than exponential.
	left int
}

func newReacher(graph *querygraph.Graph, limit int) *reacher {
	return &reacher{
		graph: graph, left: limit,
		known: map[objectKey][]residency{}, openObjects: map[objectKey]bool{}, openFields: map[fieldKey]bool{},
	}
}

// reach returns the residencies that an object of type t has or can get, the
// first of which is the given one: the router enters another subgraph by a key
// whose fields it can fetch, or by a root type, which needs none.
func (r *reacher) reach(t querygraph.TypeID, start residency) []residency {
	id := objectKey{t, start.key()}
	if all, ok := r.known[id]; ok {
		return all
	}
	if r.openObjects[id] || r.left <= 0 {
		r.cut = true
		return []residency{start}
	}
	r.left--
	outermost := len(r.openObjects)+len(r.openFields) == 0
	r.openObjects[id] = true
	all := []residency{start}
	for grown := true; grown; {
		grown = false
		for graph := range r.graph.Types[t].In {
			if !entered(all, graph) && r.enters(t, all, graph) {
				all = append(all, residency{graph: graph})
				grown = true
			}
		}
	}
	delete(r.openObjects, id)
	if outermost {
		r.cut = false
	}
	if !r.cut {
		r.known[id] = all
	}
	return all
}

// entered reports whether the subgraph is among those that an object was looked
// up in. The first residency does not count: it may lack the type's own fields.
func entered(all []residency, graph int) bool {
	return slices.ContainsFunc(all, func(r residency) bool { return r.graph == graph })
}

func (r *reacher) enters(t querygraph.TypeID, all []residency, graph int) bool {
	in := r.graph.Types[t].In[graph]
	if isRoot(r.graph.Types[t].Name) {
		return in.Present
	}
	return slices.ContainsFunc(in.Keys, func(k querygraph.Key) bool { return k.Resolvable && r.obtains(t, all, k.Fields) })
}

// obtains reports whether all fields of a set can be fetched.
func (r *reacher) obtains(t querygraph.TypeID, all []residency, set *querygraph.FieldSet) bool {
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(t) || f.Name == "__typename" {
			continue
		}
		id, ok := r.graph.Field(t, f.Name)
		if !ok {
			return false
		}
		next := r.resolvers(t, all, id)
		if len(next) == 0 || (f.Set != nil && !r.obtainsBelow(id, next, f.Set)) {
			return false
		}
	}
	return true
}

// obtainsBelow is obtains for the objects that a field returns.
func (r *reacher) obtainsBelow(f querygraph.FieldID, from []step, set *querygraph.FieldSet) bool {
	for _, t := range r.graph.CommonResultTypes(f) {
		var all []residency
		for _, s := range from {
			if slices.Contains(r.graph.ResultTypes(s.graph, f), t) {
				all = append(all, r.reach(t, s.residency)...)
			}
		}
		if len(all) > 0 && !r.obtains(t, all, set) {
			return false
		}
	}
	return true
}

// step is a residency of what a field returns.
type step struct{ residency }

// resolvers returns where the given field of an object can be resolved, as
// residencies of what it returns.
func (r *reacher) resolvers(t querygraph.TypeID, all []residency, f querygraph.FieldID) []step {
	var out []step
	for _, from := range all {
		if !r.graph.Resolves(from.graph, t, f, from.provided) {
			continue
		}
		if required := r.graph.Fields[f].In[from.graph].Requires; required != nil && !r.satisfies(t, from, fieldKey{f, from.graph}, required) {
			continue
		}
		out = append(out, step{residency{graph: from.graph, provided: r.graph.Below(from.graph, t, f, from.provided)}})
	}
	return out
}

// satisfies reports whether what a field requires can be fetched when one is in
// its subgraph, and brought back there by a key. What was at hand before one
// came there does not count: routers plan @requires from where the field is.
func (r *reacher) satisfies(t querygraph.TypeID, from residency, id fieldKey, required *querygraph.FieldSet) bool {
	if r.openFields[id] {
		r.cut = true
		return false
	}
	r.openFields[id] = true
	defer delete(r.openFields, id)
	all := r.reach(t, from)
	return r.enters(t, all, id.graph) && r.obtains(t, all, required)
}

// everywhere returns the residencies that an object has or can get from any of
// the given ones. One that another one reaches adds nothing to that one's.
func (r *reacher) everywhere(t querygraph.TypeID, from []residency) [][]residency {
	var out [][]residency
	covered := map[residencyKey]bool{}
	for _, start := range from {
		if covered[start.key()] {
			continue
		}
		all := r.reach(t, start)
		for _, one := range all {
			covered[one.key()] = true
		}
		out = append(out, all)
	}
	return out
}

// whyNot says for each subgraph that has a field why it cannot be fetched there.
func (r *reacher) whyNot(t querygraph.TypeID, from []residency, f querygraph.FieldID) string {
	typ, field := &r.graph.Types[t], &r.graph.Fields[f]
	var all []residency
	for _, reached := range r.everywhere(t, from) {
		all = append(all, reached...)
	}
	var reasons []string
	for graph, in := range field.In {
		name := r.graph.Supergraph.Subgraphs[graph].Name
		switch {
		case !in.Present:
		case in.External:
			reasons = append(reasons, fmt.Sprintf("subgraph %q has it only as @external", name))
		case entered(all, graph) && in.Requires != nil:
			reasons = append(reasons, fmt.Sprintf("subgraph %q resolves it from other fields (@requires), which cannot all be fetched, or has no key to come back by", name))
		case entered(all, graph):
		case !slices.ContainsFunc(typ.In[graph].Keys, func(k querygraph.Key) bool { return k.Resolvable }):
			reasons = append(reasons, fmt.Sprintf("subgraph %q has it, but no resolvable @key on type %q by which to ask for it", name, typ.Name))
		default:
			reasons = append(reasons, fmt.Sprintf("subgraph %q has it, but the fields of its @key on type %q (%s) cannot be fetched", name, typ.Name, keysOf(typ.In[graph].Keys)))
		}
	}
	return strings.Join(reasons, "; ")
}

func keysOf(keys []querygraph.Key) string {
	var texts []string
	for _, k := range keys {
		if k.Resolvable {
			texts = append(texts, `"`+fieldsText(k.Fields)+`"`)
		}
	}
	return strings.Join(texts, ", ")
}

func fieldsText(set *querygraph.FieldSet) string {
	texts := make([]string, len(set.Fields))
	for i := range set.Fields {
		texts[i] = set.Fields[i].Name
		if set.Fields[i].Set != nil {
			texts[i] += " { " + fieldsText(set.Fields[i].Set) + " }"
		}
	}
	return strings.Join(texts, " ")
}

// witness is an operation that selects down to a field.
func witness(path []string) string {
	text := path[len(path)-1]
	for i := len(path) - 2; i >= 0; i-- {
		text = path[i] + " { " + text + " }"
	}
	return text
}

// requiredArguments writes the arguments that a caller must give, as the witness
// shows them.
func requiredArguments(f *ast.FieldDefinition) string {
	var names []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			names = append(names, a.Name+": …")
		}
	}
	if len(names) == 0 {
		return f.Name
	}
	return f.Name + "(" + strings.Join(names, ", ") + ")"
}
