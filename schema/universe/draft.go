package universe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// draft is a subgraph while it is generated.
type draft struct {
	name        string
	types       []*typeDraft
	minor       int      // the lowest version of federation 2 that it needs
	extra       []string // definitions of directives, links of other specifications
	renames     bool     // imports directives of its own under other names
	federation1 bool     // written in federation 1's style
	shared      bool     // imports those that stay in the supergraph under other names, as all others do
	ownLinks    bool     // links the specifications of those beside federation's
	modern      bool     // has what federation 1 and 2.0 to 2.2 do not have
}

// typeDraft is a type of a draft.
type typeDraft struct {
	kind, name  string
	description string
	directives  []string
	implements  []string
	fields      []*fieldDraft // also input fields and enum values, which have no arguments
	members     []string
	split       bool // written as a definition and an extension
	extends     bool // written as an extension
}

// fieldDraft is a field, an input field, an argument or an enum value.
type fieldDraft struct {
	name, typ   string
	description string
	fallback    string // the default, as a literal
	arguments   []*fieldDraft
	directives  []string
}

func (d *draft) find(name string) *typeDraft {
	for _, t := range d.types {
		if t.name == name {
			return t
		}
	}
	return nil
}

// declare returns the type of the given name, which it adds if it is missing.
func (d *draft) declare(kind, name string) *typeDraft {
	t := d.find(name)
	if t == nil {
		t = &typeDraft{kind: kind, name: name}
		d.types = append(d.types, t)
	}
	return t
}

func (t *typeDraft) find(name string) *fieldDraft {
	for _, f := range t.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (t *typeDraft) add(f *fieldDraft) *fieldDraft {
	t.fields = append(t.fields, f)
	return f
}

func (t *typeDraft) has(directive string) bool { return applied(t.directives, directive) }

func (f *fieldDraft) has(directive string) bool { return applied(f.directives, directive) }

func (f *fieldDraft) mark(directive string) { f.directives = append(f.directives, directive) }

func (f *fieldDraft) clone() *fieldDraft {
	c := *f
	c.arguments = nil
	for _, a := range f.arguments {
		c.arguments = append(c.arguments, a.clone())
	}
	c.directives = slices.Clone(f.directives)
	return &c
}

// declaration is a copy of f without directives and descriptions: how another
// subgraph declares the same field.
func (f *fieldDraft) declaration() *fieldDraft {
	c := f.clone()
	c.directives, c.description = nil, ""
	for _, a := range c.arguments {
		a.directives, a.description = nil, ""
	}
	return c
}

func applied(directives []string, name string) bool {
	return slices.ContainsFunc(directives, func(d string) bool {
		rest, found := strings.CutPrefix(d, "@"+name)
		return found && (rest == "" || rest[0] == '(')
	})
}

// sdl writes the draft. It links the given federation version or, if the
// draft's directives need it, a later one.
func (d *draft) sdl(minor int) string {
	if d.federation1 {
		return d.federation1SDL()
	}
	minor = max(minor, d.minor)
	var body strings.Builder
	used := map[string]bool{}
	writer := draftWriter{out: &body, name: func(directive string) string {
		name, rest, _ := strings.Cut(strings.TrimPrefix(directive, "@"), "(")
		if rest != "" {
			rest = "(" + rest
		}
		if _, known := sinceVersion(name); known {
			used[name] = true
			if name == "override" && strings.Contains(rest, ", label:") {
				minor = max(minor, 7)
			}
			return "@" + d.written(name) + rest
		}
		return directive
	}}
	for _, t := range d.types {
		writer.typ(t)
	}
	if strings.Contains(body.String(), ", label: ") {
		minor = max(minor, 7)
	}
	if d.modern {
		minor = max(minor, 3)
	}
	var imports []string
	own := map[string][]string{} // imports by specification
	for _, spec := range federation.Directives(federation.Version{Major: 2, Minor: 14}) {
		if !used[spec.Name] {
			continue
		}
		written := d.written(spec.Name)
		imported := `"@` + spec.Name + `"`
		if written != spec.Name {
			imported = fmt.Sprintf(`{name: "@%s", as: "@%s"}`, spec.Name, written)
		}
		if d.linksItself(spec) {
			own[spec.Feature] = append(own[spec.Feature], imported)
			continue
		}
		minor = max(minor, spec.Since)
		if !strings.HasPrefix(written, "federation__") {
			imports = append(imports, imported)
		}
	}
	head := link("https://specs.apollo.dev/federation/v2."+strconv.Itoa(minor), imports)
	for _, identity := range slices.Sorted(maps.Keys(own)) {
		version := "/v0.1"
		if identity == federation.TagIdentity {
			version = "/v0.3"
		}
		head += link(identity+version, own[identity])
	}
	return head + strings.Join(d.extra, "\n") + "\n" + body.String()
}

func link(url string, imports []string) string {
	list := ""
	if len(imports) > 0 {
		list = ", import: [" + strings.Join(imports, ", ") + "]"
	}
	return fmt.Sprintf("extend schema @link(url: %q%s)\n", url, list)
}

// linksItself reports whether the draft has a directive by a link of its own.
func (d *draft) linksItself(spec federation.DirectiveSpec) bool {
	switch spec.Name {
	case "tag", "authenticated", "cost", "listSize":
		return d.ownLinks
	}
	return false
}

// written is how the draft calls a directive of federation.
func (d *draft) written(directive string) string {
	other := "my" + strings.ToUpper(directive[:1]) + directive[1:]
	switch directive {
	case "tag", "cost", "requiresScopes":
		if d.shared {
			return other
		}
	case "key", "external", "shareable":
		if d.renames {
			return "federation__" + directive
		}
	case "requires":
		if d.renames {
			return other
		}
	}
	return directive
}

func sinceVersion(directive string) (minor int, known bool) {
	for _, spec := range federation.Directives(federation.Version{Major: 2, Minor: 14}) {
		if spec.Name == directive {
			return spec.Since, true
		}
	}
	return 0, false
}

type draftWriter struct {
	out  *strings.Builder
	name func(directive string) string
}

func (w draftWriter) typ(t *typeDraft) {
	if t.kind != "scalar" && t.kind != "union" && len(t.fields) == 0 {
		return
	}
	first, second := t.fields, []*fieldDraft(nil)
	if t.split && len(t.fields) > 1 {
		first, second = t.fields[:len(t.fields)/2], t.fields[len(t.fields)/2:]
	}
	w.part(t, t.extends, first, t.directives, t.implements)
	if second != nil {
		var again []string // @shareable holds for one part only
		if t.has("shareable") {
			again = []string{"@shareable"}
		}
		w.part(t, true, second, again, nil)
	}
}

func (w draftWriter) part(t *typeDraft, extends bool, fields []*fieldDraft, directives, implements []string) {
	if extends {
		w.out.WriteString("extend ")
	} else {
		w.description(t.description, "")
	}
	w.out.WriteString(t.kind + " " + t.name)
	if len(implements) > 0 {
		w.out.WriteString(" implements " + strings.Join(implements, " & "))
	}
	w.directives(directives)
	if t.kind == "union" {
		w.out.WriteString(" = " + strings.Join(t.members, " | "))
	}
	if len(fields) > 0 {
		w.out.WriteString(" {\n")
		for _, f := range fields {
			w.field(f, "  ", "\n")
		}
		w.out.WriteString("}")
	}
	w.out.WriteString("\n")
}

func (w draftWriter) field(f *fieldDraft, indent, end string) {
	w.description(f.description, indent)
	w.out.WriteString(indent + f.name)
	if len(f.arguments) > 0 {
		w.out.WriteString("(")
		for i, a := range f.arguments {
			if i > 0 {
				w.out.WriteString(", ")
			}
			w.field(a, "", "")
		}
		w.out.WriteString(")")
	}
	if f.typ != "" {
		w.out.WriteString(": " + f.typ)
	}
	if f.fallback != "" {
		w.out.WriteString(" = " + f.fallback)
	}
	w.directives(f.directives)
	w.out.WriteString(end)
}

func (w draftWriter) directives(directives []string) {
	for _, d := range directives {
		w.out.WriteString(" " + w.name(d))
	}
}

func (w draftWriter) description(text, indent string) {
	if text != "" {
		w.out.WriteString(indent + `"` + text + `" `)
		if indent != "" {
			w.out.WriteString("\n")
		}
	}
}
