package execute

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
)

// layouter compiles the layout of one fetch's response.
type layouter struct {
	*compiler
	fetch int
	nodes int
	// entities is the lookup that is being compiled.
	entities int
	// sets are the objects that the response holds, by their first position.
	// Selections that lead to the same position, on different types, are one.
	sets map[int]*objectSet
}

// objectSet is objects that the fetch's response holds.
type objectSet struct {
	// positions are where they stand: one for each target of the lookup that they
	// belong to.
	positions  []int
	types      []string // that their fields declare, or their representations
	entity     bool     // they are a lookup's entities
	selections []plan.Selection
	shape      *response.Shape
}

func (c *compiler) layout(index int, f *plan.Fetch) (*response.Layout, error) {
	l := &layouter{compiler: c, fetch: index, sets: map[int]*objectSet{}}
	if f.Kind != plan.EntityFetch {
		root := rootType(c.schema, f.Operation)
		if root == "" {
			return nil, fmt.Errorf("the supergraph has no %s type", f.Operation)
		}
		if f.Position < 0 || f.Position >= len(l.positions) {
			return nil, fmt.Errorf("there is no position %d", f.Position)
		}
		if err := l.gather([]int{f.Position}, root, f.Selections); err != nil {
			return nil, err
		}
		if f.Position > 0 {
			p := &l.positions[f.Position]
			p.views = append(p.views, index)
		}
		shape, err := l.shape(l.sets[f.Position])
		return &response.Layout{Root: shape, Nodes: l.nodes}, err
	}
	// The data of a lookup stands at no position: its fields are the lookups.
	root := &response.Shape{Node: l.nodes, Size: 1 + len(f.Entities)}
	l.nodes++
	var fields []response.ShapeField
	for i := range f.Entities {
		e := &f.Entities[i]
		if len(e.Targets) == 0 {
			return nil, fmt.Errorf("%s has no targets", e.Key)
		}
		l.entities = i
		shape, err := l.entity(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Key, err)
		}
		fields = append(fields, response.NewShapeField(e.Key, 1+i, 1, response.Any, shape))
	}
	root.Variants = []response.Variant{{Type: "Query", Fields: fields}}
	return &response.Layout{Root: root, Nodes: l.nodes}, nil
}

func rootType(schema *ast.Schema, operation ast.Operation) string {
	var definition *ast.Definition
	switch operation {
	case ast.Query:
		definition = schema.Query
	case ast.Mutation:
		definition = schema.Mutation
	case ast.Subscription:
		definition = schema.Subscription
	}
	if definition == nil {
		return ""
	}
	return definition.Name
}

// entity compiles the shape of a lookup's entities.
func (l *layouter) entity(e *plan.Entities) (*response.Shape, error) {
	positions := make([]int, len(e.Targets))
	for i, t := range e.Targets {
		positions[i] = t.Position
	}
	if err := l.gather(positions, "", e.Selections); err != nil {
		return nil, err
	}
	set := l.sets[positions[0]]
	if set.shape != nil {
		return nil, fmt.Errorf("position %d is looked up twice by one fetch", positions[0])
	}
	set.entity = true
	for _, t := range e.Targets {
		for _, r := range t.Representations {
			if !slices.Contains(set.types, r.Typename) {
				set.types = append(set.types, r.Typename)
			}
		}
		p := &l.positions[t.Position]
		if slices.Contains(p.views, l.fetch) {
			return nil, fmt.Errorf("position %d is supplied twice by one fetch", t.Position)
		}
		p.views = append(p.views, l.fetch)
	}
	return l.shape(set)
}

// gather notes the objects that selections and their parts hold.
func (l *layouter) gather(positions []int, declared string, selections []plan.Selection) error {
	set := l.sets[positions[0]]
	if set == nil {
		set = &objectSet{positions: positions}
		l.sets[positions[0]] = set
	} else if !slices.Equal(set.positions, positions) {
		return fmt.Errorf("objects stand at positions %v and at %v", set.positions, positions)
	}
	if declared != "" && !slices.Contains(set.types, declared) {
		set.types = append(set.types, declared)
	}
	for _, s := range selections {
		same := func(other plan.Selection) bool {
			return other.Key == s.Key && slices.Equal(other.Types, s.Types) && slices.Equal(other.Positions, s.Positions) && reflect.DeepEqual(other.Type, s.Type)
		}
		if !slices.ContainsFunc(set.selections, same) {
			set.selections = append(set.selections, s)
		}
		if len(s.Positions) == 0 {
			continue
		}
		if len(s.Positions) != len(positions) {
			return fmt.Errorf("%q has %d positions in objects that have %d", s.Key, len(s.Positions), len(positions))
		}
		if l.plan.Fetches[l.fetch].Kind == plan.EntityFetch {
			for i, position := range s.Positions {
				l.origins[place{l.fetch, position}] = origin{l.entities, i}
			}
		}
		if err := l.gather(s.Positions, s.Type.Name(), s.Selections); err != nil {
			return err
		}
	}
	return nil
}

// shape compiles objects and whatever they contain.
func (l *layouter) shape(set *objectSet) (*response.Shape, error) {
	if set.shape != nil {
		return set.shape, nil
	}
	shape := &response.Shape{Node: l.nodes, Size: 1}
	l.nodes++
	set.shape = shape
	for _, position := range set.positions {
		l.shapes[place{l.fetch, position}] = shape
	}
	names := l.types(set)
	selections := set.selections
	if shape.Typed = l.isTyped(set, names); !shape.Typed && len(names) != 1 {
		names = []string{""}
	}
	if shape.Typed && !slices.ContainsFunc(selections, isTypename) {
		selections = append([]plan.Selection{{Key: "__typename", Name: "__typename"}}, selections...)
	}
	slots := map[string]int{}
	fields := make([]response.ShapeField, len(selections))
	for i := range selections {
		s := &selections[i]
		if slots[s.Key] == 0 {
			slots[s.Key] = shape.Size
			shape.Size++
		}
		var err error
		if fields[i], err = l.field(set, s, slots[s.Key]); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		variant := response.Variant{Type: name}
		for i := range selections {
			if types := selections[i].Types; types == nil || slices.Contains(types, name) {
				variant.Fields = append(variant.Fields, fields[i])
			}
		}
		shape.Variants = append(shape.Variants, variant)
	}
	return shape, nil
}

// isTyped tells whether the subgraph was asked for the types of a set's objects
// because they decide what the objects have. It is not asked for those of an
// interface object.
func (l *layouter) isTyped(set *objectSet, names []string) bool {
	if slices.ContainsFunc(set.selections, func(s plan.Selection) bool { return s.Types != nil }) {
		return true
	}
	return slices.ContainsFunc(set.selections, isTypename) && (len(names) > 1 || !set.entity && slices.ContainsFunc(set.types, l.isAbstract))
}

func isTypename(s plan.Selection) bool {
	return s.Key == "__typename" && s.Name == "__typename" && s.Types == nil
}

// types are the names that "__typename" may have in the objects of a set,
// sorted: the possible types, and for the sake of @interfaceObject, by which a
// subgraph knows the objects of an interface only as such, the interfaces.
func (l *layouter) types(set *objectSet) []string {
	var names []string
	for _, declared := range set.types {
		definition := l.schema.Types[declared]
		if definition == nil {
			names = append(names, declared)
			continue
		}
		for _, possible := range l.schema.GetPossibleTypes(definition) {
			names = append(names, possible.Name)
		}
		if definition.Kind == ast.Interface {
			names = append(names, declared)
			for _, other := range l.schema.Types {
				if other.Kind == ast.Interface && slices.Contains(other.Interfaces, declared) {
					names = append(names, other.Name)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// field compiles one field of a set's objects.
func (l *layouter) field(set *objectSet, s *plan.Selection, slot int) (response.ShapeField, error) {
	if s.Name == "__typename" {
		return response.NewShapeField(s.Key, slot, 0, response.Typename, nil), nil
	}
	if len(s.Positions) == 0 {
		kind, err := l.kind(s.Type.Name())
		if err != nil {
			return response.ShapeField{}, fmt.Errorf("%q: %w", s.Key, err)
		}
		return response.NewShapeField(s.Key, slot, levels(s.Type), kind, nil), nil
	}
	for i, position := range s.Positions {
		if err := l.link(position, set.positions[i], slot); err != nil {
			return response.ShapeField{}, fmt.Errorf("%q: %w", s.Key, err)
		}
	}
	shape, err := l.shape(l.sets[s.Positions[0]])
	return response.NewShapeField(s.Key, slot, levels(s.Type), response.Any, shape), err
}

// link notes that a slot of the objects at parent leads to a position.
func (l *layouter) link(position, parent, slot int) error {
	p := &l.positions[position]
	source := slices.Index(p.views[:len(p.links)], l.fetch)
	if source < 0 {
		return fmt.Errorf("the fetch leads to position %d and is none of its sources", position)
	}
	known := &p.links[source]
	if known.parent >= 0 && (known.parent != parent || known.slot != slot && len(p.links) > 1) {
		return fmt.Errorf("several fields lead to position %d", position)
	}
	*known = link{parent, slot}
	return nil
}

// kind returns what the schema says of a leaf's type.
func (c *compiler) kind(name string) (response.Kind, error) {
	definition := c.schema.Types[name]
	switch {
	case definition == nil:
		return 0, fmt.Errorf("the supergraph has no type %q", name)
	case definition.Kind == ast.Enum:
		return response.Enum, nil
	case definition.Kind != ast.Scalar:
		return 0, fmt.Errorf("the %s %s has no selections", definition.Kind, name)
	}
	switch name {
	case "String":
		return response.String, nil
	case "Int":
		return response.Int, nil
	case "Float":
		return response.Float, nil
	case "Boolean":
		return response.Boolean, nil
	case "ID":
		return response.ID, nil
	}
	return response.Any, nil
}

// slotOf returns the slot of a key in a shape, or -1.
func slotOf(shape *response.Shape, key string) int {
	for v := range shape.Variants {
		for _, f := range shape.Variants[v].Fields {
			if f.Name == key {
				return f.Slot
			}
		}
	}
	return -1
}
