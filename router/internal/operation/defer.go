package operation

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Defer is a fragment with @defer at one place of the response: what it selects
// may come later than the rest (GraphQL's proposal "Incremental Delivery").
type Defer struct {
	// Parent is the index of the Defer around it in Operation.Defers, or NoDefer.
	Parent int
	// Path leads to the objects that the fragment is about, in response keys, with
	// "@" for each list level.
	Path []string
	// Label is the client's name for it, or "".
	Label string
	// If is the variable that has to be true for it to be deferred, or "".
	If string
	// Position is that of the directive in the document.
	Position *ast.Position
}

// NoDefer stands for what is not deferred.
const NoDefer = -1

// scope is where a selection stands: under which tests, and in which Defer.
type scope struct {
	when     clause
	deferred int
}

// deferPlace tells Defers apart: the same fragment may be spread at several
// places.
type deferPlace struct {
	directive *ast.Directive
	path      string
	parent    int
}

// withDefer returns the schema with @defer.
func withDefer(schema *ast.Schema) *ast.Schema {
	out := *schema
	out.Directives = maps.Clone(schema.Directives)
	out.Directives["defer"] = &ast.DirectiveDefinition{
		Name: "defer",
		Arguments: ast.ArgumentDefinitionList{
			{Name: "if", Type: ast.NonNullNamedType("Boolean", nil), DefaultValue: &ast.Value{Kind: ast.BooleanValue, Raw: "true"}},
			{Name: "label", Type: ast.NamedType("String", nil)},
		},
		Locations: []ast.DirectiveLocation{ast.LocationFragmentSpread, ast.LocationInlineFragment},
	}
	return &out
}

// enter gives the scope of a fragment's selections at the collector's place.
func (c *collector) enter(applied ast.DirectiveList, in scope) (scope, *gqlerror.Error) {
	d := applied.ForName("defer")
	if d == nil || !c.defers {
		return in, nil
	}
	found := Defer{Parent: in.deferred, Path: c.path, Position: d.Position}
	if label := d.Arguments.ForName("label"); label != nil {
		if label.Value.Kind == ast.Variable {
			return in, errorAt(CodeValidationFailed, d.Position, "the label of @defer cannot be a variable")
		}
		if label.Value.Kind != ast.NullValue {
			found.Label = label.Value.Raw
		}
	}
	if condition := d.Arguments.ForName("if"); condition != nil {
		if condition.Value.Kind == ast.Variable {
			found.If = condition.Value.Raw
		} else if condition.Value.Raw == "false" {
			return in, nil
		}
	}
	if len(c.path) == 0 && c.kind != ast.Query {
		return in, errorAt(CodeValidationFailed, d.Position, "@defer cannot be used on the root of a %s", c.kind)
	}
	place := deferPlace{d, strings.Join(c.path, "."), in.deferred}
	id, known := c.deferIDs[place]
	if !known {
		if other, taken := c.labels[found.Label]; taken && other != d && found.Label != "" {
			return in, errorAt(CodeValidationFailed, d.Position, "the label %q of @defer is there twice", found.Label)
		}
		id = len(c.deferred)
		c.deferIDs[place], c.labels[found.Label] = id, d
		c.deferred = append(c.deferred, found)
	}
	in.deferred = id
	return in, nil
}

// defersOf gives the Defers of a field whose occurrences are these; none if one of
// them is in none: what comes at once need not come again.
func (n *normalizer) defersOf(occurrences []part) []int {
	if len(n.deferred) == 0 {
		return nil
	}
	var out []int
	for _, o := range occurrences {
		if o.in.deferred == NoDefer {
			return nil
		}
		out = append(out, o.in.deferred)
	}
	return Outermost(n.deferred, out)
}

// Outermost leaves those of a list of Defers that are in no other of the list,
// sorted: what comes with the outer one is there for the inner one.
func Outermost(defers []Defer, list []int) []int {
	all := slices.Clone(list)
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(slices.Clone(all), func(id int) bool {
		for p := defers[id].Parent; p != NoDefer; p = defers[p].Parent {
			if slices.Contains(all, p) {
				return true
			}
		}
		return false
	})
}
