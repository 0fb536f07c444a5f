package universe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isShared reports whether other subgraphs resolve the field too.
func (m *mutator) isShared(s site) bool {
	return isObject(s) && !isRoot(s) && !s.has("external") && len(m.others(s)) > 0
}

// onShared makes a breakage of what is done to one declaration of a shared field.
func onShared(code string, match func(site) bool, do func(site)) breakage {
	return breakage{code, func(m *mutator) string {
		s := m.aField(func(s site) bool { return m.isShared(s) && match(s) })
		if s.typ == nil {
			return ""
		}
		do(s)
		return s.String()
	}}
}

func always(site) bool { return true }

// mergeBreakages break what several subgraphs must agree on.
func mergeBreakages() []breakage {
	return []breakage{
		{"INVALID_FIELD_SHARING", func(m *mutator) string {
			s := m.aField(func(s site) bool {
				return m.isPlain(s) && len(s.field.Arguments) == 0 && s.document.Definitions.ForName(s.field.Type.Name()) == nil
			})
			if s.typ == nil {
				return ""
			}
			o := m.aType(func(o site) bool { return o.part != s.part && o.typ.Name == s.typ.Name })
			if o.typ == nil {
				return ""
			}
			o.append("extend type %s { %s: %s }", s.typ.Name, s.field.Name, s.field.Type)
			return s.String()
		}},
		onShared("INVALID_FIELD_SHARING", func(s site) bool { return s.has("shareable") }, func(s site) {
			s.field.Directives = slices.DeleteFunc(s.field.Directives, func(d *ast.Directive) bool { return d.Name == s.link.DirectiveName("shareable") })
		}),
		onShared("FIELD_TYPE_MISMATCH", func(s site) bool { return s.isLeaf() }, func(s site) { s.field.Type = other(s.field.Type) }),
		onShared("FIELD_TYPE_MISMATCH", func(s site) bool { return s.isLeaf() }, func(s site) { s.field.Type = ast.ListType(s.field.Type, nil) }),
		onShared("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", func(s site) bool { return !inAnyKey(s) }, func(s site) {
			s.field.Arguments = append(s.field.Arguments, &ast.ArgumentDefinition{Name: "must", Type: ast.NonNullNamedType("Int", nil)})
		}),
		onShared("FIELD_ARGUMENT_TYPE_MISMATCH", func(s site) bool { return len(s.field.Arguments) > 0 }, func(s site) {
			s.field.Arguments[0].Type, s.field.Arguments[0].DefaultValue = other(s.field.Arguments[0].Type), nil
		}),
		onShared("FIELD_ARGUMENT_DEFAULT_MISMATCH", func(s site) bool {
			return len(s.field.Arguments) > 0 && s.field.Arguments[0].DefaultValue != nil
		}, func(s site) { s.field.Arguments[0].DefaultValue = changed(s.field.Arguments[0].DefaultValue) }),
		onTwo("FIELD_ARGUMENT_DEFAULT_MISMATCH", "extend type Query { odd(a: Int = 1): Int %s }", "extend type Query { odd(a: Int = 2): Int %s }"),
		onTwo("FIELD_ARGUMENT_TYPE_MISMATCH", "extend type Query { odd(a: [Int]): Int %s }", "extend type Query { odd(a: Int): Int %s }"),
		onTwo("EMPTY_MERGED_ENUM_TYPE", "enum Odd { A } extend type Query { odd(a: Odd): Int %s }", "enum Odd { B } extend type Query { odd(a: Odd): Int %s }"),
		{"TYPE_KIND_MISMATCH", func(m *mutator) string {
			s := m.aType(func(s site) bool { return !isRoot(s) && s.typ.Kind != ast.Enum })
			p := m.parts[m.IntN(len(m.parts))]
			if s.typ == nil || slices.ContainsFunc(slices.Concat(p.document.Definitions, p.document.Extensions), func(d *ast.Definition) bool { return d.Name == s.typ.Name }) {
				return ""
			}
			p.append("enum %s { ODD }", s.typ.Name)
			return s.String()
		}},
		joining("EXTENSION_WITH_NO_BASE", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"]) type Query { odd: Odd } extend type Odd @key(fields: "id") { id: ID }`),
		onType("EXTENSION_WITH_NO_BASE", always, func(_ *mutator, s site) { s.append("extend type Nowhere { x: Int }") }),
		{"INTERFACE_FIELD_NO_IMPLEM", breakInterface},
		{"NO_QUERIES", func(m *mutator) string {
			for _, p := range m.parts {
				keep := func(d *ast.Definition) bool { return d.Name == "Query" }
				p.document.Definitions = slices.DeleteFunc(p.document.Definitions, keep)
				p.document.Extensions = slices.DeleteFunc(p.document.Extensions, keep)
			}
			return "Query"
		}},
		onType("SATISFIABILITY_ERROR", isEntity, func(m *mutator, s site) {
			for _, d := range s.typ.Directives.ForNames(s.link.DirectiveName("key")) {
				d.Arguments = append(slices.DeleteFunc(d.Arguments, func(a *ast.Argument) bool { return a.Name == "resolvable" }),
					&ast.Argument{Name: "resolvable", Value: &ast.Value{Kind: ast.BooleanValue, Raw: "false"}})
			}
		}),
		onType("SATISFIABILITY_ERROR", isEntity, func(m *mutator, s site) {
			a, b := m.parts[0], m.parts[1]
			a.append("type Island { x: Int %[1]s y: Int }\nextend type Query { island: Island }\n", a.at("shareable"))
			b.append("type Island { x: Int %[1]s z: Int }", b.at("shareable"))
		}),
		{"SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", func(m *mutator) string {
			for i, p := range m.parts[:2] {
				p.append("union Odd = Odd%[1]d\ntype Odd%[1]d { x: Int }\nextend type Query { odd: Odd %[2]s }", i, p.at("shareable"))
			}
			return "Query.odd"
		}},
	}
}

// onTwo makes a breakage of what two subgraphs say of something new; "%s" stands
// for @shareable.
func onTwo(code, first, second string) breakage {
	return breakage{code, func(m *mutator) string {
		parts := slices.DeleteFunc(slices.Clone(m.parts), func(p *part) bool { return p.link.URL == "" }) // federation 1 knows no @shareable
		if len(parts) < 2 {
			return ""
		}
		m.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for i, text := range []string{first, second} {
			parts[i].append("%s", strings.ReplaceAll(text, "%s", parts[i].at("shareable")))
		}
		return fmt.Sprintf("%s %s odd", parts[0].name, parts[1].name)
	}}
}

// changed returns another value of the same kind.
func changed(v *ast.Value) *ast.Value {
	c := *v
	switch v.Kind {
	case ast.IntValue:
		c.Raw = "78"
	case ast.StringValue:
		c.Raw = "changed"
	default:
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	}
	return &c
}

// breakInterface gives an interface a field that only some of its
// implementations have.
func breakInterface(m *mutator) string {
	implementations := func(s site) (here, elsewhere []site) {
		for _, o := range m.types(func(o site) bool { return isObject(o) && slices.Contains(o.typ.Interfaces, s.typ.Name) }) {
			if o.part == s.part {
				here = append(here, o)
			} else {
				elsewhere = append(elsewhere, o)
			}
		}
		return here, elsewhere
	}
	s := m.aType(func(s site) bool {
		if !isInterface(s) {
			return false
		}
		here, elsewhere := implementations(s)
		return slices.ContainsFunc(elsewhere, func(o site) bool {
			return !slices.ContainsFunc(here, func(h site) bool { return h.typ.Name == o.typ.Name })
		})
	})
	if s.typ == nil {
		return ""
	}
	s.append("extend interface %s { lone: Int }", s.typ.Name)
	here, _ := implementations(s)
	for _, h := range here {
		s.append("extend type %s { lone: Int }", h.typ.Name)
	}
	return fmt.Sprint(s, ".lone")
}
