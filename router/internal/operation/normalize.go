package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// normalizer inlines fragments and merges fields.
type normalizer struct {
	schema    *ast.Schema
	fragments ast.FragmentDefinitionList
	left, max int // fields that may still be collected

	kind     ast.Operation
	defers   bool // @defer is GraphQL's, not the schema's own
	deferred []Defer
	deferIDs map[deferPlace]int
	labels   map[string]*ast.Directive // of @defer
}

// part is a selection set that contributes to a merged one, and where it stands.
type part struct {
	set ast.SelectionSet
	in  scope
}

// occurrence is a field in the document as it applies at one place.
type occurrence struct {
	field  *ast.Field
	parent *ast.Definition
	types  typeSet
	in     scope
}

// typeSet marks some of the possible types of a selection set by their index.
type typeSet []uint64

func (s typeSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// collector gathers the occurrences of one selection set.
type collector struct {
	*normalizer
	possible []*ast.Definition
	path     []string
	found    []occurrence
}

// selectionSet merges the parts into one selection set of the type, at a path of
// the response. The given condition holds wherever the set is shown; the parts'
// tests include it.
func (n *normalizer) selectionSet(def *ast.Definition, parts []part, given Condition, path []string) (*SelectionSet, *gqlerror.Error) {
	c := &collector{normalizer: n, possible: possibleTypes(n.schema, def), path: path}
	all := make(typeSet, (len(c.possible)+63)/64)
	for i := range c.possible {
		all[i/64] |= 1 << (i % 64)
	}
	for _, p := range parts {
		if err := c.collect(p.set, def, all, p.in); err != nil {
			return nil, err
		}
	}
	out := &SelectionSet{Type: def}
	for _, g := range c.group() {
		f, err := n.field(c, g, given)
		if err != nil {
			return nil, err
		}
		out.Fields = append(out.Fields, f)
	}
	return out, nil
}

func possibleTypes(schema *ast.Schema, def *ast.Definition) []*ast.Definition {
	if def.Kind == ast.Object {
		return []*ast.Definition{def}
	}
	out := slices.DeleteFunc(slices.Clone(schema.PossibleTypes[def.Name]), func(d *ast.Definition) bool { return d.Kind != ast.Object })
	slices.SortFunc(out, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

func (c *collector) collect(set ast.SelectionSet, parent *ast.Definition, types typeSet, in scope) *gqlerror.Error {
	for _, sel := range set {
		if c.left--; c.left < 0 {
			return errorAt(CodeParsing, sel.GetPosition(), "the operation selects more than %d fields after its fragments were inlined", c.max)
		}
		switch sel := sel.(type) {
		case *ast.Field:
			if w, ok := in.when.and(sel.Directives); ok {
				c.found = append(c.found, occurrence{field: sel, parent: parent, types: types, in: scope{w, in.deferred}})
			}
		case *ast.InlineFragment:
			if err := c.fragment(sel.SelectionSet, sel.TypeCondition, sel.Directives, parent, types, in); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			if err := c.fragment(sel.Definition.SelectionSet, sel.Definition.TypeCondition, sel.Directives, parent, types, in); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *collector) fragment(set ast.SelectionSet, on string, applied ast.DirectiveList, parent *ast.Definition, types typeSet, in scope) *gqlerror.Error {
	when, ok := in.when.and(applied)
	if !ok {
		return nil
	}
	if on != "" && on != parent.Name {
		parent = c.schema.Types[on]
		if types, ok = c.narrow(types, parent); !ok {
			return nil
		}
	}
	in, err := c.enter(applied, scope{when, in.deferred})
	if err != nil {
		return err
	}
	return c.collect(set, parent, types, in)
}

// narrow keeps the types that the definition includes.
func (c *collector) narrow(types typeSet, def *ast.Definition) (typeSet, bool) {
	out := make(typeSet, len(types))
	some := false
	members := c.schema.PossibleTypes[def.Name]
	for i, t := range c.possible {
		if types.has(i) && (t == def || slices.Contains(members, t)) {
			out[i/64] |= 1 << (i % 64)
			some = true
		}
	}
	return out, some
}

// group is the occurrences that merge into one field, and the types on which
// they do.
type group struct {
	occurrences []int
	types       []int
	definition  *ast.FieldDefinition
}

// group finds for each possible type which occurrences merge into which fields;
// types on which the same ones merge share a group.
func (c *collector) group() []*group {
	var out []*group
	known := map[string]*group{}
	for t, def := range c.possible {
		keys := map[string][]int{}
		var order []string
		for i, o := range c.found {
			if !o.types.has(t) {
				continue
			}
			key := o.field.Alias
			if keys[key] == nil {
				order = append(order, key)
			}
			keys[key] = append(keys[key], i)
		}
		for _, key := range order {
			name := c.found[keys[key][0]].field.Name
			field := fieldDefinition(def, name)
			signature := fmt.Sprint(key, keys[key], field.Type)
			g := known[signature]
			if g == nil {
				g = &group{occurrences: keys[key], definition: field}
				known[signature] = g
				out = append(out, g)
			}
			g.types = append(g.types, t)
		}
	}
	slices.SortStableFunc(out, func(a, b *group) int { return a.occurrences[0] - b.occurrences[0] })
	return out
}

func fieldDefinition(def *ast.Definition, name string) *ast.FieldDefinition {
	if name == "__typename" {
		return &ast.FieldDefinition{Name: name, Type: ast.NonNullNamedType("String", nil)}
	}
	return def.Fields.ForName(name)
}

func (n *normalizer) field(c *collector, g *group, given Condition) (*Field, *gqlerror.Error) {
	first := c.found[g.occurrences[0]]
	f := &Field{
		Key:        first.field.Alias,
		Name:       first.field.Name,
		Arguments:  first.field.Arguments,
		Definition: g.definition,
		Parent:     first.parent.Name,
		Position:   first.field.Position,
	}
	if len(g.types) == 1 {
		f.Parent = c.possible[g.types[0]].Name
	}
	if len(g.types) < len(c.possible) {
		for _, t := range g.types {
			f.Types = append(f.Types, c.possible[t].Name)
		}
	}
	var clauses []clause
	var parts []part
	for _, i := range g.occurrences {
		o := c.found[i]
		clauses = append(clauses, o.in.when)
		parts = append(parts, part{set: o.field.SelectionSet, in: o.in})
	}
	f.Defers = n.defersOf(parts)
	whole := anyOf(clauses)
	f.Condition = whole.Given(given)
	if len(first.field.SelectionSet) == 0 {
		return f, nil
	}
	var err *gqlerror.Error
	f.Selections, err = n.selectionSet(n.schema.Types[g.definition.Type.Name()], parts, whole, appendPath(c.path, f.Key, g.definition.Type))
	return f, err
}

// appendPath adds a response key and an "@" for each list level.
func appendPath(path []string, key string, t *ast.Type) []string {
	out := append(slices.Clone(path), key)
	for ; t.Elem != nil; t = t.Elem {
		out = append(out, "@")
	}
	return out
}
