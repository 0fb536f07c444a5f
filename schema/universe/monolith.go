package universe

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Monolith answers operations as one server that has all of a universe: what a
// router must answer too. It is safe for concurrent use.
type Monolith struct {
	world *world
	api   *ast.Schema
	asked *ast.Schema // the API with @defer, which changes nothing: all is answered at once
	rules *rules.Rules
}

// Monolith makes the monolith of the universe behind an API schema, which is
// only read.
func (u Universe) Monolith(api *ast.Schema) (*Monolith, error) {
	w, err := newWorld(u)
	if err != nil {
		return nil, err
	}
	asked := *api
	asked.Directives = maps.Clone(api.Directives)
	deferred, err := parser.ParseSchema(&ast.Source{Name: "defer", Input: "directive @defer(if: Boolean, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT"})
	if err != nil {
		return nil, err
	}
	asked.Directives["defer"] = deferred.Directives[0]
	return &Monolith{world: w, api: api, asked: &asked, rules: rules.NewDefaultRules()}, nil
}

// Execute answers an operation with the data of a response and its errors. An
// operation that is not valid has errors only.
func (m *Monolith) Execute(o Operation) (json.RawMessage, gqlerror.List) {
	document, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: o.Query})
	if err != nil {
		return nil, gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
	if errs := validator.ValidateWithRules(m.asked, document, m.rules); len(errs) > 0 {
		return nil, errs
	}
	variables, err := validator.VariableValues(m.api, document.Operations[0], o.Variables)
	if err != nil {
		return nil, gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
	root := Subgraph{Name: "monolith", Query: m.object(reference{"Query", "0"}, nil)}
	if m.api.Mutation != nil {
		root.Mutation = m.object(reference{"Mutation", "0"}, nil)
	}
	if m.api.Subscription != nil {
		root.Subscription = m.object(reference{"Subscription", "0"}, nil)
	}
	data, errs := execute(m.api, root, document.Operations[0], variables)
	text, err := json.Marshal(data)
	if err != nil {
		return nil, append(errs, gqlerror.Wrap(fmt.Errorf("universe: %w", err)))
	}
	return text, errs
}

// object is an object with the fields of the API schema; above are the objects of
// which it is a part.
func (m *Monolith) object(ref reference, above []reference) Object {
	out := Object{"__typename": ref.typ}
	for _, f := range m.api.Types[ref.typ].Fields {
		fact := m.world.fields[ref.typ+"."+f.Name]
		if fact == nil {
			continue
		}
		out[f.Name] = Resolver(func(arguments map[string]any) (any, error) {
			value := m.world.fieldValue(ref, f.Name, m.world.withContext(fact, arguments, above))
			return m.objects(value, append(slices.Clip(above), ref)), nil
		})
	}
	return out
}

func (m *Monolith) objects(value any, above []reference) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = m.objects(item, above)
		}
		return out
	case reference:
		return m.object(v, above)
	}
	return value
}
