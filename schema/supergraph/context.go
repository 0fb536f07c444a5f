package supergraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// ContextArgument is an argument of a subgraph's field whose value the router
// takes from an object above, the nearest that sets the context (Federation 2.8
// §@fromContext; join v0.5 §join__ContextArgument).
type ContextArgument struct {
	// Name is the argument's name in the subgraph, Type its type there.
	Name string
	Type *ast.Type
	// Context is the context's name in the supergraph, one of some Type.Contexts.
	Context string
	// Selection leads to the one leaf that is the value; fragments in it say for
	// which of the object types that set the context it is meant.
	Selection federation.FieldSet
}

// contexts reads @context.
func (r *joinReader) contexts(def *ast.Definition) []string {
	if r.context == "" {
		return nil
	}
	var out []string
	for _, d := range def.Directives.ForNames(r.context) {
		out = append(out, stringArg(d, "name"))
	}
	return out
}

// contextArguments reads the argument `contextArguments` of @join__field.
func (r *joinReader) contextArguments(d *ast.Directive) []ContextArgument {
	a := d.Arguments.ForName("contextArguments")
	if a == nil || a.Value.Kind == ast.NullValue {
		return nil
	}
	items := a.Value.Children
	if a.Value.Kind != ast.ListValue {
		items = ast.ChildValueList{{Value: a.Value}}
	}
	var out []ContextArgument
	for _, item := range items {
		text := func(name string) string {
			if v := item.Value.Children.ForName(name); v != nil && (v.Kind == ast.StringValue || v.Kind == ast.BlockValue) {
				return v.Raw
			}
			return ""
		}
		one := ContextArgument{Name: text("name"), Context: text("context")}
		var err error
		if one.Type, err = parseType(text("type")); err == nil {
			one.Selection, err = federation.ParseFieldSet(text("selection"))
		}
		switch {
		case one.Name == "" || one.Context == "":
			r.errs = append(r.errs, invalid(d.Position, "@%s(contextArguments:): %s needs a name and a context", d.Name, item.Value))
		case err != nil:
			r.errs = append(r.errs, invalid(d.Position, "@%s(contextArguments:): argument %q: %v", d.Name, one.Name, err))
		default:
			out = append(out, one)
		}
	}
	return out
}

// checkContexts looks for contexts that nothing sets.
func (r *joinReader) checkContexts(types []*Type) {
	set := map[string]bool{}
	for _, t := range types {
		for _, name := range t.Contexts {
			set[name] = true
		}
	}
	for _, t := range types {
		for _, f := range t.Fields {
			for _, j := range f.Joins {
				for _, a := range j.Context {
					if !set[a.Context] {
						r.errs = append(r.errs, invalid(j.Position, "field \"%s.%s\" takes its argument %q from the context %q, which no type sets",
							t.Definition.Name, f.Definition.Name, a.Name, a.Context))
					}
				}
			}
		}
	}
}
