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
			return w.leaf(ref, ast.SelectionSet(a.set))
		}
	}
	return nil
}

// leaf is the leaf of an object that a selection of one leads to, or the list of
// them; null where it selects nothing of the object's type.
func (w *world) leaf(value any, set ast.SelectionSet) any {
	switch v := value.(type) {
	case []any:
		if len(set) == 0 {
			return v // perhaps a scalar's own
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = w.leaf(item, set)
		}
		return out
	case reference:
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if s.Name == "__typename" {
					return v.typ
				}
				return w.leaf(w.fieldValue(v, s.Name, literalArguments(s)), s.SelectionSet)
			case *ast.InlineFragment:
				if w.matches(s.TypeCondition, v.typ) {
					return w.leaf(v, s.SelectionSet)
				}
			}
		}
		return nil
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
