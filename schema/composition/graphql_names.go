package composition

import (
	"slices"
	"strings"
)

// checkUniqueNames looks for names that are given twice.
//
// Rule: within a type, fields, arguments, enum values, union members and
// implemented interfaces have names of their own; a schema has one `schema`
// definition, which names each root once.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkUniqueNames(s *subgraph) {
	for _, t := range s.types {
		c.checkUniqueFields(t.fields, "field")
		for _, f := range t.fields {
			c.checkUniqueFields(f.args, "argument")
		}
		seen := map[string]Location{}
		for _, v := range t.values {
			if before, ok := seen[v.name]; ok {
				c.invalid([]Location{before, v.at}, "there can be only one enum value %q", v.coordinate)
			}
			seen[v.name] = v.at
		}
		c.checkNoRepeats(t, t.members, "the union %q has the member %q twice")
		c.checkNoRepeats(t, t.interfaces, "type %q implements %q twice")
	}
	for _, d := range s.directives {
		c.checkUniqueFields(d.args, "argument")
	}
	for i, def := range s.doc.AST.Schema {
		if i > 0 {
			c.invalid([]Location{locate(s.name, s.doc.AST.Schema[0].Position), locate(s.name, def.Position)}, "there can be only one `schema` definition")
		}
	}
	roots := map[string]bool{}
	for _, op := range s.operationTypes() {
		if roots[op.operation] {
			c.invalid([]Location{op.at}, "the schema names its %s root twice", op.operation)
		}
		roots[op.operation] = true
	}
}

func (c *composer) checkUniqueFields(list []*field, what string) {
	const few = 8
	if len(list) <= few && !slices.ContainsFunc(list, func(f *field) bool { return fieldNamed(list, f.name) != f }) {
		return
	}
	seen := make(map[string]Location, len(list))
	for _, f := range list {
		if before, ok := seen[f.name]; ok {
			c.invalid([]Location{before, f.at}, "there can be only one %s %q", what, f.coordinate)
		}
		seen[f.name] = f.at
	}
}

func (c *composer) checkNoRepeats(t *typeDef, names []string, format string) {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			c.invalid([]Location{t.at}, format, t.name, n)
		}
		seen[n] = true
	}
}

// checkReservedNames looks for names that introspection reserves.
//
// Rule: no name begins with two underscores; no enum value is called true, false
// or null.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkReservedNames(s *subgraph) {
	check := func(at Location, name string) {
		if strings.HasPrefix(name, "__") {
			c.invalid([]Location{at}, "the name %q begins with \"__\", which is reserved for introspection", name)
		}
	}
	for _, t := range s.types {
		check(t.at, t.name)
		for _, v := range t.values {
			check(v.at, v.name)
			if v.name == "true" || v.name == "false" || v.name == "null" {
				c.invalid([]Location{v.at}, "%q cannot be an enum value", v.name)
			}
		}
	}
	s.eachField(func(_ *typeDef, f *field) { check(f.at, f.name) }, func(_ *typeDef, a *field) { check(a.at, a.name) })
	for _, d := range s.directives {
		if s.specDirectives[d.name] == "" {
			check(d.at, d.name)
		}
	}
}
