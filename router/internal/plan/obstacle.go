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
	if id == querygraph.Typename {
		return fmt.Sprintf("the type of objects of %q cannot be found out: subgraph %s knows them only as interface objects, and they cannot be looked up in a subgraph that has the interface", g.Types[c.s.typ].Name, entered(c))
	}
	if !ok {
		return fmt.Sprintf("type %q has no field %q", g.Types[t].Name, o.name)
	}
	var why []string
	for door := range p.doors.count {
		if reason := p.closedDoor(c, t, id, door); reason != "" {
			why = append(why, fmt.Sprintf("subgraph %q %s", g.Supergraph.Subgraphs[p.doors.subgraph(door)].Name, reason))
		}
	}
	reason := fmt.Sprintf("field %q cannot be reached", g.Coordinate(id))
	if from := entered(c); from != "" {
		reason += " from subgraph " + from
	}
	if len(why) > 0 {
		reason += ": " + strings.Join(why, "; ")
	}
	return reason
}

// entered names the subgraphs in whose responses the objects stand.
func entered(c *choice) string {
	p := c.av.p
	var names []string
	for _, e := range c.entries {
		names = append(names, p.graph.Supergraph.Subgraphs[p.doors.subgraph(e.graph)].Name)
	}
	return strings.Join(names, ", ")
}

// closedDoor says why a subgraph does not supply a field, or "" if it has
// nothing to do with it.
func (p *planner) closedDoor(c *choice, t typeID, f fieldID, graph int) string {
	if f == querygraph.Typename || !p.doors.typeIn(graph, t).Present || !p.doors.in(graph, f).Present {
		return ""
	}
	in := p.doors.in(graph, f)
	if label := in.Override.Label; label != "" && slices.Contains(p.cfg.Labels, label) != in.Override.Set {
		return fmt.Sprintf("has it only for requests %s the label %q", map[bool]string{true: "with", false: "without"}[in.Override.Set], label)
	}
	if in.External {
		return "has it only as @external"
	}
	keys := slices.DeleteFunc(slices.Clone(p.doors.typeIn(graph, t).Keys), func(k querygraph.Key) bool { return !k.Resolvable })
	if len(keys) == 0 {
		return fmt.Sprintf("has it, but no resolvable @key of %q", p.graph.Types[p.doors.as(graph, t)].Name)
	}
	if len(in.Context) > 0 {
		return fmt.Sprintf("has it, but nothing gives its argument %q a value there", in.Context[0].Name)
	}
	i := slices.Index(c.s.types, t)
	if _, key := c.av.key(i, graph); key != nil {
		return "has it, but not all that its @requires needs can be had"
	}
	return "has it, but none of its keys can be had"
}
