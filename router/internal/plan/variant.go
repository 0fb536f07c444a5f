package plan

import (
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// variant numbers the lookups that a subgraph needs for an object's fields with
// @requires: fields whose inputs are one field with different arguments cannot
// be asked for with one representation.
func (p *planner) variant(f fieldID, graph int) int {
	return p.requiring(f, graph) + maxVariants*p.strict(f, graph)
}

// maxVariants is more than there are fields of a type.
const maxVariants = 1 << 20

func (p *planner) requiring(f fieldID, graph int) int {
	key := variantKey{f, graph}
	if v, ok := p.variants[key]; ok {
		return v
	}
	var groups [][]*querygraph.FieldSet
	for _, id := range p.graph.Types[p.graph.Fields[f].Owner].Fields {
		required := p.doors.in(graph, id).Requires
		if required == nil {
			continue
		}
		k := slices.IndexFunc(groups, func(sets []*querygraph.FieldSet) bool {
			return !slices.ContainsFunc(sets, func(o *querygraph.FieldSet) bool { return conflicts(o, required) })
		})
		if k < 0 {
			k = len(groups)
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], required)
		p.variants[variantKey{id, graph}] = k
	}
	return p.variants[key]
}

type variantKey struct {
	field fieldID
	graph int
}

// conflicts tells whether two field sets name one field with different
// arguments.
func conflicts(a, b *querygraph.FieldSet) bool {
	for i := range a.Fields {
		for k := range b.Fields {
			x, y := &a.Fields[i], &b.Fields[k]
			if x.Name == y.Name && (argumentText(x.Arguments) != argumentText(y.Arguments) || x.Set != nil && conflicts(x.Set, y.Set)) {
				return true
			}
		}
	}
	return false
}
