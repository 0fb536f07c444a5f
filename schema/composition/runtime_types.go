package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkRuntimeTypes compares what shared fields of abstract type can return.
//
// Rule: subgraphs that share a field of interface or union type know at least
// one object type in common that it can return; else they cannot resolve it the
// same way.
// Codes: SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES.
// Hints: INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN.
func (c *composer) checkRuntimeTypes() {
	for _, t := range c.super.types {
		if t.kind != ast.Object {
			continue
		}
		for _, f := range t.fields {
			if f.typ == nil || !c.super.typeNamed(f.typ.Name()).abstract() {
				continue
			}
			c.checkRuntimeTypesOf(t, f)
		}
	}
}

func (c *composer) checkRuntimeTypesOf(t *typeDef, f *field) {
	groups := newGroups()
	var common []string
	var at []Location
	for _, s := range c.subgraphs {
		source := s.typeNamed(t.name)
		if source == nil || source.field(f.name) == nil {
			continue
		}
		mine := source.field(f.name)
		returned := s.typeNamed(mine.typ.Name())
		if mine.fullyExternal() || !returned.abstract() || c.isOverridden(t, f, s) {
			continue
		}
		var names []string
		for _, possible := range s.possibleTypes(returned) {
			names = append(names, possible.name)
		}
		slices.Sort(names)
		groups.add("the types "+list(names), s.name)
		if len(at) == 0 {
			common = names
		}
		at = append(at, mine.at)
		common = slices.DeleteFunc(slices.Clone(common), func(n string) bool { return !slices.Contains(names, n) })
	}
	switch {
	case len(groups.order) < 2:
	case len(common) == 0:
		c.fail(CodeShareableRuntimeTypes, at,
			"the shared field %q of type %q can return %s: no type in common, so the subgraphs cannot resolve it the same way", f.coordinate, f.typ, groups.describe())
	default:
		c.hint(HintInconsistentRuntimeTypes, Warn, f.coordinate,
			"the shared field %q of type %q can return %s; it must return only what all of them know", f.coordinate, f.typ, groups.describe())
	}
}

// isOverridden reports whether another subgraph has taken the field over from s.
func (c *composer) isOverridden(t *typeDef, f *field, s *subgraph) bool {
	for _, other := range c.subgraphs {
		source := other.typeNamed(t.name)
		if source == nil || source.field(f.name) == nil {
			continue
		}
		if o := first(source.field(f.name).applied, "override"); o != nil {
			if from, _ := stringOf(o.arg("from")); from == s.name {
				return true
			}
		}
	}
	return false
}
