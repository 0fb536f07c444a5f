package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/schema/querygraph"
)

// obstacle is why a site cannot be answered: a field of an object of a type is not
// available. The search meets many of which nobody is told, so that the words are
// only found for the last one.
type obstacle struct {
	choice *choice
	typ    typeID
	name   string
	demand *demand // nil for a part of a representation
}

func (o *obstacle) err() error {
	path, place := o.choice.s.path, (*ast.Position)(nil)
	if o.demand != nil {
		place = o.demand.field.Position
		path = append(slices.Clone(path), o.demand.field.Key)
	}
	return gqlerror.List{errorAt(CodeUnreachable, path, place, "%s", o.reason())}
}

func (o *obstacle) reason() string {
	c, t := o.choice, o.typ
	p := c.av.p
	g := p.graph
	id, ok := g.Field(t, o.name)
	if !ok {
		return fmt.Sprintf("type %q has no field %q", g.Types[t].Name, o.name)
	}
	var from, why []string
	for _, e := range c.entries {
		from = append(from, g.Supergraph.Subgraphs[e.graph].Name)
	}
	for graph := range g.Supergraph.Subgraphs {
		if reason := p.closedDoor(c, t, id, graph); reason != "" {
			why = append(why, fmt.Sprintf("subgraph %q %s", g.Supergraph.Subgraphs[graph].Name, reason))
		}
	}
	reason := fmt.Sprintf("field %q cannot be reached", g.Coordinate(id))
	if len(from) > 0 {
		reason += " from subgraph " + strings.Join(from, ", ")
	}
	if len(why) > 0 {
		reason += ": " + strings.Join(why, "; ")
	}
	return reason
}

// closedDoor says why a subgraph does not supply a field, or "" if it has
// nothing to do with it.
func (p *planner) closedDoor(c *choice, t typeID, f fieldID, graph int) string {
	if f == querygraph.Typename || !p.graph.Fields[f].In(graph).Present {
		return ""
	}
	in := p.graph.Fields[f].In(graph)
	if label := in.Override.Label; label != "" && slices.Contains(p.cfg.Labels, label) != in.Override.Set {
		return fmt.Sprintf("has it only for requests %s the label %q", map[bool]string{true: "with", false: "without"}[in.Override.Set], label)
	}
	if in.External {
		return "has it only as @external"
	}
	keys := slices.DeleteFunc(slices.Clone(p.graph.Types[t].In(graph).Keys), func(k querygraph.Key) bool { return !k.Resolvable })
	if len(keys) == 0 {
		return fmt.Sprintf("has it, but no resolvable @key of %q", p.graph.Types[t].Name)
	}
	i := slices.Index(c.s.types, t)
	if _, key := c.av.key(i, graph); key >= 0 {
		return "has it, but not all that its @requires needs can be had"
	}
	return "has it, but none of its keys can be had"
}
