package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Text prints the plan in the format of Apollo's query plans: what can run side
// by side in Parallel, the waves after each other in Sequence. A request with
// several _entities fields or positions, which that format does not know, is a
// BatchFetch of one Flatten for each position. names are the subgraphs' names by
// their index.
func (p *Plan) Text(names []string) string {
	w := &textWriter{plan: p, names: names}
	w.open("QueryPlan")
	waves := p.waves()
	switch {
	case len(p.Defers) > 0:
		w.deferring(deferral{p}, NoDefer)
	case len(waves) == 0:
		return "QueryPlan {}"
	case p.Operation == ast.Subscription:
		w.subscription(waves)
	default:
		w.sequence(waves)
	}
	w.close("}")
	return strings.TrimSuffix(w.b.String(), "\n")
}

// subscription writes the request whose events are answered, and what is fetched
// for each of them.
func (w *textWriter) subscription(waves [][]*Fetch) {
	w.open("Subscription")
	w.open("Primary:")
	w.wave(waves[0])
	w.close("},")
	if len(waves) > 1 {
		w.open("Rest:")
		w.sequence(waves[1:])
		w.close("},")
	}
	w.close("},")
}

func (w *textWriter) sequence(waves [][]*Fetch) {
	if len(waves) == 1 {
		w.wave(waves[0])
		return
	}
	w.open("Sequence")
	for _, wave := range waves {
		w.wave(wave)
	}
	w.close("},")
}

// waves groups the fetches by the length of the longest chain of dependencies
// before them.
func (p *Plan) waves() [][]*Fetch { return waves(p.Fetches) }

// waves does that for some of a plan's fetches; what they wait for beside each
// other is there.
func waves(fetches []*Fetch) [][]*Fetch {
	var out [][]*Fetch
	depth := map[int]int{}
	for _, f := range fetches {
		if f.Kind == IntrospectionFetch {
			continue // it makes no request
		}
		n := 0
		for _, d := range f.DependsOn {
			if before, here := depth[d]; here {
				n = max(n, before+1)
			}
		}
		depth[f.ID] = n
		for len(out) <= n {
			out = append(out, nil)
		}
		out[n] = append(out[n], f)
	}
	return out
}

type textWriter struct {
	plan   *Plan
	names  []string
	b      strings.Builder
	indent int
	// numbered are the fetches that something deferred waits for.
	numbered map[int]bool
}

func (w *textWriter) line(text string) {
	w.b.WriteString(strings.Repeat("  ", w.indent) + text + "\n")
}

func (w *textWriter) open(head string) {
	w.line(strings.TrimSpace(head + " {"))
	w.indent++
}

func (w *textWriter) close(text string) {
	w.indent--
	w.line(text)
}

func (w *textWriter) wave(fetches []*Fetch) {
	if len(fetches) > 1 {
		w.open("Parallel")
	}
	for _, f := range fetches {
		w.conditional(f)
	}
	if len(fetches) > 1 {
		w.close("},")
	}
}

// conditional wraps a fetch in Include and Skip.
func (w *textWriter) conditional(f *Fetch) {
	opened := 0
	if len(f.Condition) == 1 {
		for _, t := range f.Condition[0] {
			name := "Skip"
			if t.Want {
				name = "Include"
			}
			w.open(name + "(if: $" + t.Variable + ")")
			opened++
		}
	} else if len(f.Condition) > 1 {
		w.open("Include(if: " + f.Condition.String() + ")")
		opened++
	}
	w.fetch(f)
	for range opened {
		w.close("},")
	}
}

// String prints the condition with "&&", "||" and "!"; "" always holds.
func (c Condition) String() string {
	var alternatives []string
	for _, tests := range c {
		var all []string
		for _, t := range tests {
			if t.Want {
				all = append(all, "$"+t.Variable)
			} else {
				all = append(all, "!$"+t.Variable)
			}
		}
		alternatives = append(alternatives, strings.Join(all, " && "))
	}
	return strings.Join(alternatives, " || ")
}

func (w *textWriter) fetch(f *Fetch) {
	sets := operationSets(f)
	service := "(service: \"" + w.names[f.Subgraph] + "\")"
	if w.numbered[f.ID] {
		service = strings.TrimSuffix(service, ")") + ", id: " + strconv.Itoa(f.ID) + ")"
	}
	if f.Kind != EntityFetch {
		if f.Kind == ReentryFetch {
			w.open("Flatten(path: \"" + strings.Join(w.plan.Positions[f.Position].Path, ".") + "\")")
			defer w.close("},")
		}
		w.open("Fetch" + service)
		w.set("", sets[0], "")
		w.close("},")
		return
	}
	if len(f.Entities) == 1 && len(f.Entities[0].Targets) == 1 {
		w.target(f.Entities[0].Targets[0], "Fetch"+service, sets[0])
		return
	}
	w.open("BatchFetch" + service)
	for i, e := range f.Entities {
		for _, t := range e.Targets {
			w.target(t, "", sets[i])
		}
	}
	w.close("},")
}

// operationSets are the selection sets of the fetch's text: the root's, or those
// of its _entities fields.
func operationSets(f *Fetch) []ast.SelectionSet {
	doc, err := parser.ParseQuery(&ast.Source{Input: f.Text})
	if err != nil {
		return make([]ast.SelectionSet, max(1, len(f.Entities)))
	}
	root := doc.Operations[0].SelectionSet
	if f.Kind != EntityFetch {
		return []ast.SelectionSet{root}
	}
	var out []ast.SelectionSet
	for _, sel := range root {
		out = append(out, sel.(*ast.Field).SelectionSet)
	}
	return out
}

func (w *textWriter) target(t Target, fetch string, set ast.SelectionSet) {
	w.open("Flatten(path: \"" + strings.Join(w.plan.Positions[t.Position].Path, ".") + "\")")
	if fetch != "" {
		w.open(fetch)
	}
	w.open("")
	for _, rep := range t.Representations {
		for _, name := range rep.conditions() {
			w.open("... on " + name)
			w.line("__typename")
			w.representation(rep.Fields)
			w.close("}")
		}
	}
	w.close("} =>")
	w.set("", set, "")
	if fetch != "" {
		w.close("},")
	}
	w.close("},")
}

// conditions are the types of the objects that are sent so, or the interface that
// all of them implement.
func (r *Representation) conditions() []string {
	if r.Types == nil {
		return []string{r.Typename}
	}
	return r.Types
}

func (w *textWriter) representation(fields []RepresentationField) {
	for _, f := range fields {
		w.field(f.Types, f.Name, len(f.Fields) > 0, func() { w.representation(f.Fields) })
	}
}

// field writes a field for each of the types that have it, nil for all; parts
// writes what is selected of it, if it is composite.
func (w *textWriter) field(types []string, name string, composite bool, parts func()) {
	if types == nil {
		types = []string{""}
	}
	for _, t := range types {
		if t != "" {
			w.open("... on " + t)
		}
		if composite {
			w.open(name)
			parts()
			w.close("}")
		} else {
			w.line(name)
		}
		if t != "" {
			w.close("}")
		}
	}
}

func (w *textWriter) set(head string, set ast.SelectionSet, end string) {
	w.open(head)
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			text := sel.Name
			if sel.Alias != sel.Name {
				text = sel.Alias + ": " + text
			}
			text += argumentsForReading(sel.Arguments) + directivesForReading(sel.Directives)
			if len(sel.SelectionSet) == 0 {
				w.line(text)
				continue
			}
			w.set(text, sel.SelectionSet, "")
		case *ast.InlineFragment:
			text := "..."
			if sel.TypeCondition != "" {
				text += " on " + sel.TypeCondition
			}
			w.set(text+directivesForReading(sel.Directives), sel.SelectionSet, "")
		}
	}
	w.close("}" + end)
}

func argumentsForReading(args ast.ArgumentList) string {
	var all []string
	for _, a := range args {
		all = append(all, a.Name+": "+a.Value.String())
	}
	if len(all) == 0 {
		return ""
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func directivesForReading(list ast.DirectiveList) string {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(" @" + d.Name + argumentsForReading(d.Arguments))
	}
	return b.String()
}

// Depth is the number of waves: the longest chain of requests that wait for each
// other.
func (p *Plan) Depth() int { return len(p.waves()) }

// Requests is the number of requests to subgraphs that the plan makes at most.
func (p *Plan) Requests() int {
	return len(p.Fetches) - len(slices.DeleteFunc(slices.Clone(p.Fetches), func(f *Fetch) bool { return f.Kind != IntrospectionFetch }))
}
