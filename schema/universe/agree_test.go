package universe

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// TestSubgraphsOfRandomUniversesAgree asks each subgraph for the leaves of some
// entities of each type that it can be asked for, and compares them with what the
// world says they are: so that what a universe is asked for does not depend on who
// is asked.
func TestSubgraphsOfRandomUniversesAgree(t *testing.T) {
	t.Parallel()
	options := Answerable()
	options.InterfaceObjects, options.Contexts = 60, 60
	var asked, behind int
	for seed := range uint64(80) {
		u := Random(seed, options)
		w, err := newWorld(u)
		if err != nil {
			t.Fatal(err)
		}
		handlers, err := u.Serve()
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range w.parts {
			for _, name := range slices.Sorted(maps.Keys(p.schema.Types)) {
				d := p.schema.Types[name]
				if len(p.keys(d, true)) == 0 || d.Kind != ast.Object && w.standing[name] == nil {
					continue
				}
				for _, id := range []string{"0", "1", "2", "3"} {
					if ref, ok := w.numbered(name, id); ok {
						n := agrees(t, w, p, handlers[i], d, ref)
						asked += n
						if ref.typ != name {
							behind += n
						}
					}
				}
			}
		}
	}
	if asked < 3000 || behind < 100 {
		t.Errorf("only %d leaves were asked for, of which %d of objects whose type the subgraph does not know", asked, behind)
	}
}

// agrees asks for the leaves of an entity that a subgraph resolves, by the name of
// the given type, and returns how many these are.
func agrees(t *testing.T, w *world, p *worldPart, h *Handler, d *ast.Definition, ref reference) (leaves int) {
	t.Helper()
	representation := map[string]any{"__typename": d.Name}
	for _, key := range p.keys(d, true) {
		maps.Copy(representation, w.project(ref, ast.SelectionSet(key)))
	}
	query, want := "", map[string]any{}
	for _, f := range d.Fields {
		fact := w.fields[ref.typ+"."+f.Name]
		if fact == nil || fact.declared[p] == nil || slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull }) {
			continue
		}
		declared := fact.declared[p]
		if declared.external || declared.overridden || declared.idle || conditional(ast.SelectionSet(declared.requires)) || p.schema.Types[f.Type.Name()].IsCompositeType() {
			continue
		}
		for name, input := range w.project(ref, ast.SelectionSet(declared.requires)) {
			representation[name] = merged(representation[name], input)
		}
		arguments := map[string]any{}
		for _, a := range f.Arguments {
			if a.DefaultValue != nil {
				if value, err := a.DefaultValue.Value(nil); err == nil {
					arguments[a.Name] = value
				}
			}
		}
		query += " " + f.Name
		want[f.Name] = w.fieldValue(ref, f.Name, arguments)
		leaves++
	}
	if leaves == 0 {
		return 0
	}
	text := ask(t, h, `query($r: [_Any!]!) { _entities(representations: $r) { ... on `+d.Name+` {`+query+` } } }`, map[string]any{"r": []any{representation}})
	var answer struct {
		Data struct {
			Entities []json.RawMessage `json:"_entities"`
		}
		Errors []any
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Errors) > 0 {
		t.Errorf("%s: %v: %s", p.name, representation, text)
		return leaves
	}
	var got, wanted any
	if err := json.Unmarshal(answer.Data.Entities[0], &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(canonicalJSON(want)), &wanted); err != nil {
		t.Fatal(err)
	}
	if canonicalJSON(got) != canonicalJSON(wanted) {
		t.Errorf("%s: %v\n got %s\nwant %s", p.name, representation, canonicalJSON(got), canonicalJSON(wanted))
	}
	return leaves
}

// conditional reports whether a field set has type conditions: its inputs have to
// come with type names, which values do not have.
func conditional(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		f, isField := selection.(*ast.Field)
		return !isField || conditional(f.SelectionSet)
	})
}
