package execute

import (
	"errors"
	"fmt"
	"slices"
	"unique"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// compiler is one call of Compile.
type compiler struct {
	plan        *plan.Plan
	schema, api *ast.Schema
	program     *Program
	shapes      map[place]*response.Shape
	origins     map[place]origin
	positions   []position // by id
	conditions  map[string]int
}

// place is a position in one fetch's response.
type place struct{ fetch, position int }

// origin is the target of a lookup in whose entities a place is.
type origin struct{ entities, target int }

// position is what the compiler knows of a plan.Position.
type position struct {
	// views are the fetches that hold the position's objects: its sources, then
	// those that look the objects up. overlays are those of the views after the
	// first. The root has no overlays: its views are independent.
	views, overlays []int
	// links say how each source leads here, by source.
	links      []link
	projection *response.Projection
}

// link is a field whose objects stand at a position.
type link struct {
	parent int // position of the field's object, -1 if there is no link
	slot   int
}

func (c *compiler) compile() error {
	if len(c.plan.Positions) == 0 {
		return errors.New("the plan has no root position")
	}
	for i, p := range c.plan.Positions {
		c.positions[i].views = slices.Clone(p.Sources)
		c.positions[i].links = make([]link, len(p.Sources))
		for k := range c.positions[i].links {
			c.positions[i].links[k].parent = -1
		}
		if len(p.Sources) == 0 && i > 0 {
			return fmt.Errorf("position %d has no source", i)
		}
	}
	for i, f := range c.plan.Fetches {
		if err := c.fetch(i, f); err != nil {
			return fmt.Errorf("fetch %d: %w", i, err)
		}
	}
	if err := c.zips(); err != nil {
		return err
	}
	// Fetches stand in an order in which they can be made, so that whatever a
	// representation refers to has its overlay by then.
	for i, f := range c.plan.Fetches {
		if f.Kind == plan.ReentryFetch {
			if err := c.reentry(i, f.Position); err != nil {
				return fmt.Errorf("fetch %d: %w", i, err)
			}
		}
		for e := range f.Entities {
			if err := c.lookup(i, &f.Entities[e]); err != nil {
				return fmt.Errorf("fetch %d: %s: %w", i, f.Entities[e].Key, err)
			}
		}
	}
	if err := c.joinZips(); err != nil {
		return err
	}
	var err error
	c.program.roots = c.positions[0].views
	if c.program.root, err = c.projection(0); err != nil {
		return err
	}
	c.attachProjections()
	c.likenesses()
	return nil
}

// fetch compiles what concerns a fetch alone: its place among the others, its
// text, and the layout of its response.
func (c *compiler) fetch(index int, p *plan.Fetch) error {
	f := &fetch{plan: p, waits: int32(len(p.DependsOn)), condition: c.condition(p.Condition), text: newRequestText(p)}
	if p.Kind != plan.IntrospectionFetch {
		if p.Subgraph < 0 || p.Subgraph >= len(c.program.subgraphs) {
			return fmt.Errorf("there is no subgraph %d", p.Subgraph)
		}
		f.service = c.program.subgraphs[p.Subgraph].Name
	}
	c.program.fetches = append(c.program.fetches, f)
	for _, other := range p.DependsOn {
		if other >= index {
			return fmt.Errorf("it depends on fetch %d, which is not made before it", other)
		}
		c.program.fetches[other].dependents = append(c.program.fetches[other].dependents, index)
	}
	layout, err := c.layout(index, p)
	if err != nil {
		return err
	}
	f.layout = layout
	f.parser = &parser{layout: layout, key: unique.Make(layout.Text()), poison: &c.program.poison}
	return nil
}

// condition returns the index of a condition, or -1 for one that always holds.
func (c *compiler) condition(condition plan.Condition) int {
	if condition == nil {
		return -1
	}
	key := fmt.Sprint(condition)
	index, ok := c.conditions[key]
	if !ok {
		index = len(c.program.conditions)
		c.conditions[key] = index
		c.program.conditions = append(c.program.conditions, condition)
	}
	return index
}

// site returns where the objects of a position stand.
func (c *compiler) site(position int) (site, error) {
	fetch := c.positions[position].views[0]
	shape := c.shapes[place{fetch, position}]
	if shape == nil {
		return site{}, fmt.Errorf("fetch %d selects nothing at position %d, whose source it is", fetch, position)
	}
	return site{fetch, shape}, nil
}

// view returns the index of a fetch among the views of a position.
func (c *compiler) view(position, fetch int) (int, error) {
	view := slices.Index(c.positions[position].views, fetch)
	if view < 0 {
		return 0, fmt.Errorf("fetch %d does not supply position %d", fetch, position)
	}
	return view, nil
}

// ref finds the value of a source at a position: the view that has it, and its
// slot there.
func (c *compiler) ref(position int, source plan.Source) (view, slot int, err error) {
	if view, err = c.view(position, source.Fetch); err != nil {
		return 0, 0, err
	}
	shape := c.shapes[place{source.Fetch, position}]
	if shape == nil {
		return 0, 0, fmt.Errorf("fetch %d selects nothing at position %d", source.Fetch, position)
	}
	if slot = slotOf(shape, source.Key); slot < 0 {
		return 0, 0, fmt.Errorf("fetch %d does not select %q at position %d", source.Fetch, source.Key, position)
	}
	return view, slot, nil
}

// overlayRef is ref with the overlay in place of the view.
func (c *compiler) overlayRef(position int, source plan.Source) (ref, error) {
	view, slot, err := c.ref(position, source)
	if err != nil || view == 0 {
		return ref{primary, slot}, err
	}
	overlay := c.positions[position].overlays[view-1]
	if overlay < 0 {
		return ref{}, fmt.Errorf("it needs fetch %d, which is made later", source.Fetch)
	}
	return ref{overlay, slot}, nil
}

// typing finds what tells the type of a position's objects: a view and the
// shape of its objects. The view is -1 if there is just one type.
func (c *compiler) typing(id int) (view int, shape *response.Shape, err error) {
	p := c.plan.Positions[id]
	if p.Typename.Fetch == plan.NoFetch {
		return -1, nil, nil
	}
	if view, _, err = c.ref(id, p.Typename); err != nil {
		return 0, nil, err
	}
	return view, c.shapes[place{p.Typename.Fetch, id}], nil
}

// variants tells by variant of shape whether its type is one of types; nil means
// that all are. Without a shape there is one variant, of the position's type.
func (c *compiler) variants(shape *response.Shape, position int, types []string) []bool {
	if types == nil {
		return nil
	}
	if shape == nil {
		return []bool{slices.Contains(types, c.plan.Positions[position].Type)}
	}
	is := make([]bool, len(shape.Variants))
	for i := range shape.Variants {
		is[i] = slices.Contains(types, shape.Variants[i].Type)
	}
	return is
}

// isAbstract tells whether a type of the supergraph is an interface or a union.
func (c *compiler) isAbstract(name string) bool {
	definition := c.schema.Types[name]
	return definition != nil && definition.IsAbstractType()
}

// levels returns how many lists a type has around its named type.
func levels(t *ast.Type) int {
	n := 0
	for ; t.Elem != nil; t = t.Elem {
		n++
	}
	return n
}

// nonNull returns the bits of ProjectionField.NonNull.
func nonNull(t *ast.Type) (bits uint64, err error) {
	for level := 0; t != nil; t, level = t.Elem, level+1 {
		if level == response.MaxLevels {
			return 0, fmt.Errorf("a type has more than %d levels of lists", response.MaxLevels-1)
		}
		if t.NonNull {
			bits |= 1 << level
		}
	}
	return bits, nil
}
