package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
)

// document writes the GraphQL documents that are sent, without characters that
// the language ignores, and notes the variables that they use.
type document struct {
	p         *planner
	b         strings.Builder
	variables map[string]bool
	// contexts are variables that are not the client's.
	contexts []stepContext
}

func (w *document) word(s string) {
	if text := w.b.String(); text != "" && s != "" && isWord(text[len(text)-1]) && isWord(s[0]) {
		w.b.WriteByte(' ')
	}
	w.b.WriteString(s)
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// set writes a selection set: the fields of the place's own type first, then a
// fragment for each object type that has others.
func (w *document) set(set *selectionSet, given operation.Condition) {
	w.b.WriteByte('{')
	if set.blind {
		w.word("...on " + w.p.graph.Types[set.typ].Name + "{")
	}
	if w.p.asksTypename(set) {
		w.word("__typename")
	}
	for _, f := range set.fields[:set.direct] {
		w.field(f, given)
	}
	for _, t := range set.names(set.types) {
		open := false
		for _, f := range set.fields[set.direct:] {
			if !slices.Contains(set.names(f.types), t) {
				continue
			}
			if !open {
				w.word("...on " + w.p.graph.Types[t].Name + "{")
				open = true
			}
			w.field(f, given)
		}
		if open {
			w.b.WriteByte('}')
		}
	}
	if set.blind {
		w.b.WriteByte('}')
	}
	w.b.WriteByte('}')
}

// arrange puts the fields of a complete set into the order of the response: those
// that need no fragment, then those of fragments by the first type that has them,
// wherever the client selects them.
func (p *planner) arrange(set *selectionSet) {
	rank := func(f *selection) int {
		if p.direct(set, f) {
			return -1
		}
		return slices.IndexFunc(set.types, func(t typeID) bool { return set.selects(f, t) })
	}
	set.direct = 0
	for _, f := range set.fields {
		f.rank = rank(f)
		if f.rank < 0 {
			set.direct++
		}
		if f.below != nil {
			p.arrange(f.below)
		}
	}
	slices.SortStableFunc(set.fields, func(a, b *selection) int { return a.rank - b.rank })
}

// field writes a field once for each alternative of its condition: GraphQL
// merges them.
func (w *document) field(f *selection, given operation.Condition) {
	cond := f.conditionGiven(given)
	if cond == nil {
		w.plain(f, "", given)
		return
	}
	for _, tests := range cond {
		closing := 0
		var directives string
		for _, t := range tests {
			w.variables[t.Variable] = true
			name := "@skip"
			if t.Want {
				name = "@include"
			}
			directive := name + "(if:$" + t.Variable + ")"
			if strings.Contains(directives, name) { // neither may stand twice at one place
				w.word("..." + directive + "{")
				closing++
				continue
			}
			directives += directive
		}
		w.plain(f, directives, given)
		w.b.WriteString(strings.Repeat("}", closing))
	}
}

// conditionGiven is the field's condition where the given one holds.
func (f *selection) conditionGiven(given operation.Condition) operation.Condition {
	return f.cond.Given(given)
}

// holding is what holds for the parts of a field if the given condition does for
// the field.
func (f *selection) holding(given operation.Condition) operation.Condition {
	if f.cond != nil {
		return f.cond
	}
	return given
}

func (w *document) plain(f *selection, directives string, given operation.Condition) {
	if f.key != f.name {
		w.word(f.key + ":")
	}
	w.word(f.name)
	w.arguments(f.arguments)
	w.b.WriteString(directives)
	if f.below != nil {
		w.set(f.below, f.holding(given))
	}
	if f.client != nil {
		w.introspect(f.client.Fields)
	}
}

func (w *document) arguments(args ast.ArgumentList) {
	w.b.WriteString(argumentText(args))
	for _, a := range args {
		w.use(a.Value)
	}
}

func (w *document) use(v *ast.Value) {
	if v.Kind == ast.Variable && !slices.ContainsFunc(w.contexts, func(c stepContext) bool { return c.variable == v.Raw }) {
		w.variables[v.Raw] = true
	}
	for _, child := range v.Children {
		w.use(child.Value)
	}
}

// names gives the variables used so far, sorted.
func (w *document) names() []string {
	var out []string
	for name := range w.variables {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// header writes the part of a document before its selection set; own are the
// declarations of variables that are not the client's.
func (w *document) header(kind ast.Operation, name string, own []string) string {
	var b strings.Builder
	declared := slices.Clone(own)
	for _, v := range w.p.op.Declarations {
		if !w.variables[v.Name] {
			continue
		}
		text := "$" + v.Name + ":" + v.Type.String()
		if v.Default != nil {
			text += "=" + v.Default.String()
		}
		declared = append(declared, text)
	}
	if kind == ast.Query && name == "" && len(declared) == 0 {
		return ""
	}
	b.WriteString(string(kind))
	if name != "" {
		b.WriteString(" " + name)
	}
	if len(declared) > 0 {
		b.WriteString("(" + strings.Join(declared, ",") + ")")
	}
	return b.String()
}

// requestName names the operation that is sent, for the subgraph's logs, if the
// client named its own.
func (p *planner) requestName(graph, n int) string {
	if p.op.Name == "" {
		return ""
	}
	sub := strings.Map(func(c rune) rune {
		if c < 128 && isWord(byte(c)) {
			return c
		}
		return '_'
	}, p.graph.Supergraph.Subgraphs[graph].Name)
	return p.op.Name + "__" + sub + "__" + strconv.Itoa(n)
}
