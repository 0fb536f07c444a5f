package composition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// printer writes SDL in the layout that supergraphs have everywhere: directives
// of types on lines of their own, of fields behind them.
type printer struct{ strings.Builder }

// print writes the supergraph: schema, directives, types, each group in the
// order of sortByName.
func (s *mergedSchema) print(subgraphs []*subgraph) string {
	types, directives := s.elements(subgraphs)
	p := &printer{}
	length := 0
	for _, s := range subgraphs {
		for _, source := range s.doc.Subgraph.Sources {
			length += len(source.Text)
		}
	}
	p.Grow(2 * length) // for the directives of join are longer than what they stand for
	p.schema(s)
	for _, d := range directives {
		p.WriteByte('\n')
		p.directive(d)
	}
	for _, t := range types {
		p.WriteByte('\n')
		p.typeDef(t)
	}
	return p.String()
}

// elements are the types and directives, those of join included, in their order.
func (s *mergedSchema) elements(subgraphs []*subgraph) ([]*typeDef, []*directiveDef) {
	joinTypes, joinDirectives := joinElements(s.joinMinor, subgraphs)
	types := slices.Concat(s.types, joinTypes)
	directives := slices.Concat(s.directives, joinDirectives)
	sortByName(types, func(t *typeDef) string { return t.name })
	sortByName(directives, func(d *directiveDef) string { return d.name })
	return types, directives
}

// allLinks are the links, those of link and join included.
func (s *mergedSchema) allLinks() []supergraphLink {
	return append([]supergraphLink{
		{url: federation.LinkIdentity + "/v1.0"},
		{url: federation.JoinIdentity + "/v0." + string(rune('0'+s.joinMinor)), purpose: "EXECUTION"},
	}, s.links...)
}

func (p *printer) schema(s *mergedSchema) {
	p.description(s.description, "", true)
	p.WriteString("schema\n")
	for _, l := range s.allLinks() {
		p.WriteString("  @link(url: " + quote(l.url))
		if l.purpose != "" {
			p.WriteString(", for: " + l.purpose)
		}
		if len(l.imports) > 0 {
			p.WriteString(", import: [")
			for i, imp := range l.imports {
				if i > 0 {
					p.WriteString(", ")
				}
				if imp.As == imp.Name {
					p.WriteString(quote(imp.Name))
				} else {
					p.WriteString("{name: " + quote(imp.Name) + ", as: " + quote(imp.As) + "}")
				}
			}
			p.WriteByte(']')
		}
		p.WriteString(")\n")
	}
	for _, a := range s.applied {
		p.WriteString("  " + a.String() + "\n")
	}
	p.WriteString("{\n")
	for _, root := range rootNames() {
		if s.typeNamed(root) != nil {
			p.WriteString("  " + strings.ToLower(root) + ": " + root + "\n")
		}
	}
	p.WriteString("}\n")
}

func (p *printer) directive(d *directiveDef) {
	p.description(d.description, "", true)
	p.WriteString("directive @" + d.name)
	p.arguments(d.args, "")
	if d.repeatable {
		p.WriteString(" repeatable")
	}
	names := make([]string, len(d.locations))
	for i, l := range d.locations {
		names[i] = string(l)
	}
	p.WriteString(" on " + strings.Join(names, " | ") + "\n")
}

func (p *printer) typeDef(t *typeDef) {
	p.description(t.description, "", true)
	p.WriteString(keyword(t) + " " + t.name)
	if len(t.interfaces) > 0 {
		p.WriteString(" implements " + strings.Join(t.interfaces, " & "))
	}
	for _, a := range t.applied {
		p.WriteString("\n  ")
		p.application(a)
	}
	separator := " "
	if len(t.applied) > 0 {
		separator = "\n"
	}
	switch t.kind {
	case ast.Union:
		if len(t.applied) > 0 {
			p.WriteByte('\n')
		}
		p.WriteString(" = " + strings.Join(t.members, " | ") + "\n")
	case ast.Scalar:
		p.WriteByte('\n')
	case ast.Enum:
		p.WriteString(separator + "{\n")
		for i, v := range t.values {
			p.description(v.description, "  ", i == 0)
			p.WriteString("  " + v.name)
			p.applied(v.applied)
			p.WriteByte('\n')
		}
		p.WriteString("}\n")
	default:
		p.WriteString(separator + "{\n")
		for i, f := range t.fields {
			p.description(f.description, "  ", i == 0)
			p.WriteString("  " + f.name)
			p.arguments(f.args, "  ")
			p.WriteString(": ")
			p.typeRef(f.typ)
			p.defaultValue(f)
			p.applied(f.applied)
			p.WriteByte('\n')
		}
		p.WriteString("}\n")
	}
}

// arguments writes them on one line, or on a line each if one has a description.
func (p *printer) arguments(args []*field, indent string) {
	if len(args) == 0 {
		return
	}
	p.WriteByte('(')
	if !slices.ContainsFunc(args, func(a *field) bool { return a.description != "" }) {
		for i, a := range args {
			if i > 0 {
				p.WriteString(", ")
			}
			p.argument(a)
		}
		p.WriteByte(')')
		return
	}
	p.WriteByte('\n')
	for i, a := range args {
		p.description(a.description, indent+"  ", i == 0)
		p.WriteString(indent + "  ")
		p.argument(a)
		p.WriteByte('\n')
	}
	p.WriteString(indent + ")")
}

func (p *printer) argument(a *field) {
	p.WriteString(a.name + ": ")
	p.typeRef(a.typ)
	p.defaultValue(a)
	p.applied(a.applied)
}

func (p *printer) defaultValue(f *field) {
	if f.def != nil {
		p.WriteString(" = " + printValue(f.def))
	}
}

func (p *printer) applied(list []*application) {
	for _, a := range list {
		if a.spec == "deprecated" && isDefaultDeprecation(a) {
			p.WriteString(" @deprecated")
			continue
		}
		p.WriteByte(' ')
		p.application(a)
	}
}

func (p *printer) typeRef(t *ast.Type) {
	if t.Elem != nil {
		p.WriteByte('[')
		p.typeRef(t.Elem)
		p.WriteByte(']')
	} else {
		p.WriteString(t.NamedType)
	}
	if t.NonNull {
		p.WriteByte('!')
	}
}

func (p *printer) application(a *application) {
	p.WriteString("@" + a.name)
	for i, arg := range a.args {
		if i == 0 {
			p.WriteByte('(')
		} else {
			p.WriteString(", ")
		}
		p.WriteString(arg.name)
		p.WriteString(": ")
		p.WriteString(printValue(arg.value))
	}
	if len(a.args) > 0 {
		p.WriteByte(')')
	}
}

func isDefaultDeprecation(a *application) bool { return a.arg("reason") == nil }

// description writes a block string. Elements inside a block are set apart from
// what precedes them by an empty line.
func (p *printer) description(text, indent string, firstInBlock bool) {
	if text == "" {
		return
	}
	if indent != "" && !firstInBlock {
		p.WriteByte('\n')
	}
	const longest = 70
	escaped := strings.ReplaceAll(text, `"""`, `\"""`)
	lines := strings.Split(escaped, "\n")
	last := text[len(text)-1]
	multiple := len(lines) > 1 || last == '"' || last == '\\' || utf16Len(text) > longest
	if !multiple {
		p.WriteString(indent + `"""` + escaped + `"""` + "\n")
		return
	}
	p.WriteString(indent + `"""`)
	if len(lines) > 1 || !startsWithSpace(text) {
		p.WriteByte('\n')
		for _, l := range lines {
			p.WriteString(indentLine(l, indent))
		}
	} else {
		p.WriteString(escaped + "\n")
	}
	p.WriteString(indent + `"""` + "\n")
}

func indentLine(l, indent string) string {
	if l == "" {
		return "\n"
	}
	return indent + l + "\n"
}

func startsWithSpace(s string) bool { return s != "" && (s[0] == ' ' || s[0] == '\t') }

// utf16Len is the length that JavaScript's strings have, in which the layout's
// limit is given.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// sortByName orders elements by their names as dictionaries do: "_" before digits
// before letters, upper and lower case together; names that differ only in case
// have lower case first.
func sortByName[T any](list []T, name func(T) string) {
	type entry struct {
		key  string
		item T
	}
	entries := make([]entry, len(list))
	for i, item := range list {
		entries[i] = entry{collationKey(name(item)), item}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(name(b.item), name(a.item)))
	})
	for i, e := range entries {
		list[i] = e.item
	}
}

func collationKey(name string) string {
	out := []byte(strings.ToLower(name))
	for i, c := range out {
		if c == '_' {
			out[i] = ' ' // before the digits
		}
	}
	return string(out)
}
