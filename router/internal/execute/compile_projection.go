package execute

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// projection compiles what the response shows at a position.
func (c *compiler) projection(id int) (*response.Projection, error) {
	if id < 0 || id >= len(c.positions) {
		return nil, fmt.Errorf("there is no position %d", id)
	}
	if known := c.positions[id].projection; known != nil {
		return known, nil
	}
	p := c.plan.Positions[id]
	pr := &response.Projection{Type: p.Type, TypeView: -1, Overlays: c.positions[id].overlays}
	c.positions[id].projection = pr
	view, shape, err := c.typing(id)
	if err != nil {
		return nil, fmt.Errorf("position %d: %w", id, err)
	}
	if pr.TypeView = view; shape != nil {
		pr.Known = c.known(p.Type, shape)
	}
	for i := range p.Fields {
		f, err := c.projectionField(id, shape, &p.Fields[i])
		if err != nil {
			return nil, fmt.Errorf("position %d: field %q: %w", id, p.Fields[i].Key, err)
		}
		pr.Add(f)
	}
	return pr, nil
}

// known tells by variant which object types the client may see at a position.
func (c *compiler) known(declared string, shape *response.Shape) []bool {
	visible := map[string]bool{}
	if definition := c.api.Types[declared]; definition != nil {
		for _, possible := range c.api.GetPossibleTypes(definition) {
			visible[possible.Name] = true
		}
	}
	known := make([]bool, len(shape.Variants))
	for i := range known {
		known[i] = visible[shape.Variants[i].Type]
	}
	return known
}

func (c *compiler) projectionField(id int, typed *response.Shape, p *plan.Field) (f response.ProjectionField, err error) {
	f = response.NewProjectionField(p.Key)
	f.Coordinate = p.Parent + "." + p.Name
	f.Condition = c.condition(p.Condition)
	f.Types = c.variants(typed, id, p.Types)
	if p.Source.Fetch == plan.NoFetch {
		if p.Name != "__typename" {
			return f, errors.New("it has no source")
		}
		f.Constant = []byte(`"` + c.plan.Positions[id].Type + `"`)
		return f, nil
	}
	if f.View, f.Slot, err = c.ref(id, p.Source); err != nil {
		return f, err
	}
	f.SameKey = p.Source.Key == p.Key
	if f.NonNull, err = nonNull(p.Type); err != nil {
		return f, err
	}
	if p.Position != plan.NoPosition {
		if p.Position <= 0 || p.Position >= len(c.positions) || c.positions[p.Position].views[0] != p.Source.Fetch {
			return f, fmt.Errorf("position %d has another source than the field", p.Position)
		}
		f.Object, err = c.projection(p.Position)
		return f, err
	}
	if p.Name == "__typename" {
		f.Kind = response.Typename
		return f, nil
	}
	if f.Kind, err = c.kind(p.Type.Name()); f.Kind == response.Enum {
		f.Values = values(c.api.Types[p.Type.Name()])
	}
	return f, err
}

// values are the names of the values that an enum type has.
func values(definition *ast.Definition) map[string]struct{} {
	names := map[string]struct{}{}
	if definition != nil {
		for _, v := range definition.EnumValues {
			names[v.Name] = struct{}{}
		}
	}
	return names
}

// attachProjections tells the targets of lookups, and reentries, which projections
// show their objects.
func (c *compiler) attachProjections() {
	for _, f := range c.program.fetches {
		if f.reentry != nil {
			f.reentry.projection = c.positions[f.reentry.position].projection
		}
		for _, l := range f.lookups {
			for _, t := range l.targets {
				for _, position := range t.positions {
					t.projections = append(t.projections, c.positions[position].projection)
				}
			}
		}
	}
}
