package composition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// pendingDirectives is an element of the supergraph and what its sources say.
type pendingDirectives struct {
	coordinate string
	dest       *[]*application
	sources    [][]*application // by subgraph
}

// mergeDirectivesLater notes an element whose directives mergePendingDirectives
// merges when all elements exist. @inaccessible is merged at once, because it
// changes how enums and input objects merge.
func (m *merger) mergeDirectivesLater(coordinate string, dest *[]*application, sources [][]*application) {
	m.mergeInaccessibleNow(dest, sources)
	m.pending = append(m.pending, pendingDirectives{coordinate, dest, sources})
}

// mergeInaccessibleNow reports whether the element is @inaccessible.
func (m *merger) mergeInaccessibleNow(dest *[]*application, sources [][]*application) bool {
	if has(*dest, "inaccessible") {
		return true
	}
	for _, list := range sources {
		if has(list, "inaccessible") {
			*dest = append(*dest, &application{name: m.specNames["inaccessible"], spec: "inaccessible"})
			return true
		}
	}
	return false
}

// mergeable lists the directives that reach the supergraph.
func mergeable() []string {
	return append(authDirectives(), "tag", "cost", "listSize", "deprecated", "specifiedBy")
}

// order lists the known, mergeable directives of one element in the order in which they
// are written: those for authorization in the order of the supergraph's links,
// then the others as they first appear.
func (m *merger) order(auth, known []string, sources [][]*application) []string {
	out := slices.Clip(auth)
	for _, list := range sources {
		for _, a := range list {
			spec := a.spec
			if m.composes(a) {
				spec = ownDirective(a.name)
			} else if !slices.Contains(known, spec) {
				continue
			}
			if !slices.Contains(out, spec) {
				out = append(out, spec)
			}
		}
	}
	return out
}

// mergePendingDirectives merges the directives that stand on elements.
//
// Rule: an element has the directives that it has in any subgraph that takes
// part in merging it. A repeatable directive is kept once per set of arguments;
// of the others each has one application, whose arguments combine: the highest
// cost, the conjunction of scopes and policies, the most generous list size. For
// @deprecated and @specifiedBy the most frequent arguments win. Directives that
// are neither GraphQL's nor federation's are the subgraph's own business, unless
// it composes them.
// Hints: MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
// INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS.
func (m *merger) mergePendingDirectives() {
	auth, known := m.authOrder(), mergeable()
	for _, p := range m.pending {
		m.mergeDirectives(p, auth, known)
	}
}

// authOrder lists the directives for authorization in the order of the links.
func (m *merger) authOrder() []string {
	var auth []string
	for _, l := range m.super.links {
		for _, spec := range authDirectives() {
			if strings.HasPrefix(l.url, featureOf(spec)+"/") {
				auth = append(auth, spec)
			}
		}
	}
	return auth
}

// mergeDirectives merges the directives of one element; auth is authOrder, known
// is mergeable.
func (m *merger) mergeDirectives(p pendingDirectives, auth, known []string) {
	if len(m.pendingAuth[p.dest]) == 0 && !slices.ContainsFunc(p.sources, func(list []*application) bool { return len(list) > 0 }) {
		return
	}
	for _, spec := range m.order(auth, known, p.sources) {
		var all []*application
		for _, list := range p.sources {
			all = append(all, find(list, spec)...)
			all = append(all, ownApplications(list, spec)...)
		}
		if slices.Contains(authDirectives(), spec) {
			for _, list := range m.pendingAuth[p.dest] {
				all = append(all, find(list, spec)...)
			}
		}
		if len(all) == 0 {
			continue
		}
		name := m.specNames[spec]
		if name == "" {
			name = spec
		}
		if name, own := strings.CutPrefix(spec, "@"); own {
			for _, a := range m.combine(p.coordinate, spec, all) {
				*p.dest = append(*p.dest, &application{name: name, args: a.args, at: a.at})
			}
			continue
		}
		for _, a := range m.combine(p.coordinate, spec, all) {
			*p.dest = append(*p.dest, &application{name: name, spec: spec, args: a.args})
		}
	}
}

func (m *merger) combine(coordinate, spec string, all []*application) []*application {
	var distinct []*application
	count := map[string]int{}
	for _, a := range all {
		key := m.meaning(a)
		if count[key] == 0 {
			distinct = append(distinct, a)
		}
		count[key]++
	}
	own := m.super.composed[all[0].name]
	if spec == "tag" || len(distinct) == 1 || all[0].spec == "" && own.definition.repeatable {
		return distinct
	}
	if combined := m.combineArguments(spec, distinct); combined != nil {
		m.hint(HintMergedDirectiveArguments, Info, coordinate, "%s has @%s with different arguments; the supergraph combines them", coordinate, spec)
		return []*application{combined}
	}
	best := distinct[0]
	for _, a := range distinct[1:] {
		if count[m.meaning(a)] > count[m.meaning(best)] {
			best = a
		}
	}
	m.hint(HintInconsistentDirectiveArguments, Warn, coordinate, "%s has @%s with different arguments; the supergraph takes %s", coordinate, strings.TrimPrefix(spec, "@"), best)
	return []*application{best}
}

// applicationKey identifies the arguments of an application; their order does
// not matter.
func applicationKey(a *application) string {
	parts := make([]string, 0, len(a.args))
	for _, arg := range a.args {
		if arg.value.Kind != ast.NullValue {
			parts = append(parts, arg.name+":"+valueKey(arg.value))
		}
	}
	slices.Sort(parts)
	key := ""
	for _, p := range parts {
		key += p + ","
	}
	return key
}

func (m *merger) combineArguments(spec string, all []*application) *application {
	values := func(name string) []*ast.Value {
		var out []*ast.Value
		for _, a := range all {
			if v := a.arg(name); v != nil && v.Kind != ast.NullValue {
				out = append(out, v)
			}
		}
		return out
	}
	result := &application{spec: spec}
	add := func(name string, v *ast.Value) {
		if v != nil {
			result.args = append(result.args, argument{name: name, value: v})
		}
	}
	switch spec {
	case "cost":
		add("weight", largest(values("weight")))
	case "listSize":
		add("assumedSize", largest(values("assumedSize")))
		add("slicingArguments", union(values("slicingArguments")))
		add("sizedFields", union(values("sizedFields")))
		add("requireOneSlicingArgument", boolValue(!slices.ContainsFunc(values("requireOneSlicingArgument"), func(v *ast.Value) bool { return v.Raw == "false" })))
	case "requiresScopes":
		add("scopes", m.conjunction(all, values("scopes")))
	case "policy":
		add("policies", m.conjunction(all, values("policies")))
	default:
		return nil
	}
	return result
}

func (m *merger) conjunction(all []*application, lists []*ast.Value) *ast.Value {
	combined, ok := conjunction(lists)
	if !ok {
		var at []Location
		for _, a := range all {
			at = append(at, a.at)
		}
		m.fail(CodeUnsupportedFeature, at, "the demands of @%s combine to more than %d alternatives, which is not supported", all[0].spec, maxAlternatives)
	}
	return combined
}

func largest(values []*ast.Value) *ast.Value {
	if len(values) == 0 {
		return nil
	}
	return slices.MaxFunc(values, func(a, b *ast.Value) int { return compareInts(a.Raw, b.Raw) })
}

// compareInts compares integer literals of any size.
func compareInts(a, b string) int {
	negativeA, negativeB := a != "" && a[0] == '-', b != "" && b[0] == '-'
	switch {
	case negativeA && !negativeB:
		return -1
	case negativeB && !negativeA:
		return 1
	case negativeA:
		return compareInts(b[1:], a[1:])
	}
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

// union joins lists, each element once.
func union(lists []*ast.Value) *ast.Value {
	if len(lists) == 0 {
		return nil
	}
	out := &ast.Value{Kind: ast.ListValue}
	seen := map[string]bool{}
	for _, l := range lists {
		for _, item := range items(l) {
			if key := valueKey(item); !seen[key] {
				seen[key] = true
				out.Children = append(out.Children, &ast.ChildValue{Value: item})
			}
		}
	}
	return out
}

// items are the elements of a list; a single value stands for a list of one.
func items(v *ast.Value) []*ast.Value {
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	out := make([]*ast.Value, len(v.Children))
	for i, child := range v.Children {
		out[i] = child.Value
	}
	return out
}

func listOf(values []*ast.Value) *ast.Value {
	out := &ast.Value{Kind: ast.ListValue}
	for _, v := range values {
		out.Children = append(out.Children, &ast.ChildValue{Value: v})
	}
	return out
}
