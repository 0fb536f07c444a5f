package plan_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/querygraph"
)

// entities looks objects up. By an interface's name they are found as an interface
// object, or with the types that their identity tells.
func (w *world) entities(f *ast.Field, group []*ast.Field) any {
	raw, _ := f.Arguments.ForName("representations").Value.Value(w.variables)
	var out []any
	for _, r := range raw.([]any) {
		sent := r.(map[string]any)
		o := thing{typ: sent["__typename"].(string), sent: sent}
		typ, _ := w.u.graph.Type(o.typ)
		for _, k := range w.u.graph.Types[typ].In(w.graph).Keys {
			if id, ok := w.u.identity(typ, k.Fields, sent); ok && k.Resolvable {
				o.id = id
				break
			}
		}
		if w.u.graph.Abstract(typ) {
			if w.u.graph.Types[typ].In(w.graph).InterfaceObject {
				o.as = o.typ
			}
			o.typ = o.id[strings.LastIndex(o.id, "!")+1:]
		}
		if o.id == "" {
			w.fail("subgraph %d cannot look %v up", w.graph, sent)
			out = append(out, nil)
			continue
		}
		var set ast.SelectionSet
		for _, g := range group {
			set = append(set, g.SelectionSet...)
		}
		out = append(out, w.object(o, set, nil))
	}
	return out
}

// identity reads the object out of a key; ok is false if a part is missing.
func (u *universe) identity(typ querygraph.TypeID, key *querygraph.FieldSet, sent map[string]any) (string, bool) {
	out := ""
	for i := range key.Fields {
		f := &key.Fields[i]
		if !f.On(typ) || f.Name == "__typename" {
			continue
		}
		value, ok := sent[f.Name]
		if !ok || value == nil {
			return "", false
		}
		// A part of a part begins with the text of the part, which begins with
		// the object: its identity is before the last "#name" of this level.
		leaf, depth := value, 1
		for part := f; ; depth++ {
			for list, ok := leaf.([]any); ok; list, ok = leaf.([]any) {
				leaf = list[0]
			}
			if part.Set == nil {
				break
			}
			object, ok := leaf.(map[string]any)
			if !ok {
				return "", false
			}
			part = &part.Set.Fields[0]
			if leaf, ok = object[part.Name]; !ok {
				return "", false
			}
		}
		out = fmt.Sprint(leaf)
		for range depth {
			out = out[:max(0, strings.LastIndex(out, "#"))]
		}
	}
	return out, out != ""
}
