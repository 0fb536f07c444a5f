package querygraph

import "slices"

// ConditionLabels lists, sorted, the labels of progressive overrides on which it
// depends what a Reach finds: those of fields that a key or @requires names.
func (g *Graph) ConditionLabels() []string {
	var out []string
	var collect func(set *FieldSet)
	collect = func(set *FieldSet) {
		if set == nil {
			return
		}
		for i := range set.Fields {
			f := &set.Fields[i]
			for _, t := range g.Types[set.Type].Possible {
				id, ok := g.Field(t, f.Name)
				if !ok || id == Typename {
					continue
				}
				for _, in := range g.Fields[id].In {
					if in.Override.Label != "" {
						out = append(out, in.Override.Label)
					}
				}
			}
			collect(f.Set)
		}
	}
	for i := range g.Types {
		for _, in := range g.Types[i].In {
			for _, k := range in.Keys {
				collect(k.Fields)
			}
		}
	}
	for i := range g.Fields {
		for j := range g.Fields[i].In {
			collect(g.Fields[i].In[j].Requires)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
