package plan_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// operation makes a random query or mutation: aliases, arguments, fragments,
// conditions.
func (g *generator) operation(schema *ast.Schema) string {
	depth := 1 + g.n(4)
	g.left = 120
	kind, root := "query", schema.Query
	if schema.Mutation != nil && g.chance(.3) {
		kind, root = "mutation", schema.Mutation
	}
	body := g.selection(schema, root, depth)
	return kind + " Random($x: Boolean!, $y: Boolean!) { t: __typename @include(if: $x) s: __typename @include(if: $y) " + body + "}"
}

func (g *generator) selection(schema *ast.Schema, def *ast.Definition, depth int) string {
	return strings.Join(g.selections(schema, def, depth), "")
}

// selections are the parts of a selection set.
func (g *generator) selections(schema *ast.Schema, def *ast.Definition, depth int) []string {
	var parts []string
	var b strings.Builder
	keys := map[string]bool{}
	next := func() {
		if b.Len() > 0 {
			parts = append(parts, b.String())
			b.Reset()
		}
	}
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "_") || !g.chance(.6) {
			continue
		}
		for range 1 + g.n(5)/4 {
			g.field(&b, schema, f, depth, keys)
			next()
		}
	}
	if def.IsAbstractType() || g.chance(.1) {
		types := schema.PossibleTypes[def.Name]
		for _, t := range types {
			if t.Kind == ast.Object && g.left > 0 && g.chance(.8) {
				b.WriteString("... on " + t.Name + g.condition() + " { " + g.selectionWith(schema, t, depth, t.Name) + "} ")
				next()
			}
		}
	}
	if len(parts) == 0 || g.chance(.15) {
		parts = append(parts, "__typename ")
	}
	return parts
}

// selectionWith is a selection whose keys do not collide with those of other
// types.
func (g *generator) selectionWith(schema *ast.Schema, def *ast.Definition, depth int, prefix string) string {
	var b strings.Builder
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "_") && g.chance(.6) {
			g.fieldAs(&b, schema, f, depth, strings.ToLower(prefix)+f.Name+": ")
		}
	}
	b.WriteString("__typename ")
	return b.String()
}

func (g *generator) field(b *strings.Builder, schema *ast.Schema, f *ast.FieldDefinition, depth int, keys map[string]bool) {
	alias := ""
	if g.chance(.2) || keys[f.Name] {
		alias = fmt.Sprintf("%s_%d: ", f.Name, len(keys))
	}
	keys[f.Name] = true
	keys[alias] = true
	g.fieldAs(b, schema, f, depth, alias)
}

func (g *generator) fieldAs(b *strings.Builder, schema *ast.Schema, f *ast.FieldDefinition, depth int, alias string) {
	def := schema.Types[f.Type.Name()]
	args := ""
	if g.left--; g.left < 0 {
		return
	}
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil || g.chance(.5) {
			args += ", " + a.Name + ": " + g.literal(schema, a.Type)
		}
	}
	if args != "" {
		args = "(" + args[2:] + ")"
	}
	if !def.IsCompositeType() {
		b.WriteString(alias + f.Name + args + g.condition() + " ")
		return
	}
	if depth <= 0 {
		return
	}
	parts := g.selections(schema, def, depth-1)
	b.WriteString(alias + f.Name + args + g.condition() + " { " + strings.Join(parts, "") + "} ")
	if g.left--; g.left > 0 && g.chance(.15) { // the same at another place, in another order
		g.rand.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
		fmt.Fprintf(b, "%s_again%d: %s%s%s { %s} ", f.Name, g.left, f.Name, args, g.condition(), strings.Join(parts, ""))
	}
}

// literal is a constant of an input type.
func (g *generator) literal(schema *ast.Schema, t *ast.Type) string {
	if t.Elem != nil {
		return "[" + g.literal(schema, t.Elem) + "]"
	}
	switch def := schema.Types[t.NamedType]; {
	case def.Kind == ast.Enum:
		return pick(g, def.EnumValues).Name
	case def.Kind == ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				fields = append(fields, f.Name+": "+g.literal(schema, f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case t.NamedType == "Boolean":
		return pick(g, []string{"true", "false"})
	case t.NamedType == "String":
		return pick(g, []string{`"a"`, `"b"`})
	case t.NamedType == "Float":
		return "1.5"
	default:
		return pick(g, []string{"1", "2"})
	}
}

func (g *generator) condition() string {
	return pick(g, []string{"", "", "", "", "", "", " @include(if: $x)", " @skip(if: $y)", " @include(if: $y) @skip(if: $x)"})
}

func find(types []*randomType, name string) *randomType {
	for _, t := range types {
		if t.name == name {
			return t
		}
	}
	return nil
}
