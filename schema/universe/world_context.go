package universe

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// contextArgument is an argument that a subgraph gets from a context.
type contextArgument struct {
	name    string
	setting []string // the types that set the context in the subgraph
	set     federation.FieldSet
}

// contextArguments reads the contextual arguments of a field.
func (p *worldPart) contextArguments(f *ast.FieldDefinition) (list []contextArgument) {
	for _, a := range f.Arguments {
		d := p.applied(a.Directives, "fromContext")
		if d == nil {
			continue
		}
		context, selection, _ := federation.SplitContextValue(d.Arguments.ForName("field").Value.Raw)
		set, err := federation.ParseFieldSet(selection)
		if err != nil {
			continue
		}
		one := contextArgument{name: a.Name, set: set}
		for _, t := range p.schema.Types {
			for _, d := range t.Directives.ForNames(p.link.DirectiveName("context")) {
				if d.Arguments.ForName("name").Value.Raw == context {
					one.setting = append(one.setting, t.Name)
				}
			}
		}
		list = append(list, one)
	}
	return list
}

// withContext adds to a field's arguments those that come from the objects above,
// the nearest last.
func (w *world) withContext(fact *fieldFact, arguments map[string]any, above []reference) map[string]any {
	out := arguments
	for _, d := range fact.resolving {
		if len(d.context) > 0 {
			out = map[string]any{}
			maps.Copy(out, arguments)
			break
		}
	}
	for _, d := range fact.resolving {
		for _, a := range d.context {
			out[a.name] = w.contextValue(a, above)
		}
	}
	return out
}

// contextValue is what an argument takes from the nearest object that sets its
// context.
func (w *world) contextValue(a contextArgument, above []reference) any {
	for _, ref := range slices.Backward(above) {
		if slices.ContainsFunc(a.setting, func(name string) bool { return w.matches(name, ref.typ) }) {
			return onlyLeaf(w.project(ref, ast.SelectionSet(a.set)))
		}
	}
	return nil
}

// onlyLeaf is the leaf below a projection that has only one, or the list of them;
// null where nothing was selected.
func onlyLeaf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			return onlyLeaf(child)
		}
		return nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = onlyLeaf(item)
		}
		return out
	}
	return value
}

// contextual reports whether some subgraph gets the argument from a context.
func (f *fieldFact) contextual(name string) bool {
	for _, d := range f.resolving {
		if slices.ContainsFunc(d.context, func(a contextArgument) bool { return a.name == name }) {
			return true
		}
	}
	return false
}
