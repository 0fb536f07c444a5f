package composition

import "github.com/vektah/gqlparser/v2/ast"

// joinType writes where a type is defined.
//
// Rule: a type has one join__type per subgraph and key, or one without key; the
// argument `extension` marks keys that stand on an extension (or beside
// @extends), `resolvable` keys that only refer, `isInterfaceObject` those of a
// type that stands for an interface. Query is part of every subgraph,
// because every subgraph can be asked for its entities.
func (m *merger) joinType(dest *typeDef, sources []*typeDef) {
	if dest.name == "Query" && len(sources) < len(m.subgraphs) {
		sources = m.everywhere(dest, sources)
	}
	for _, t := range sources {
		graph := t.in.graphArgument()
		keys := find(t.applied, "key")
		if len(keys) == 0 {
			dest.applied = append(dest.applied, join("type", graph)) // an interface object has a key
		}
		for _, key := range keys {
			fields, _ := stringOf(key.arg("fields"))
			args := []argument{graph, {name: "key", value: stringValue(fields)}}
			if key.part > 0 || has(t.applied, "extends") {
				args = append(args, argument{name: "extension", value: boolValue(true)})
			}
			if v := key.arg("resolvable"); v != nil && v.Kind == ast.BooleanValue {
				args = append(args, argument{name: "resolvable", value: v})
			}
			if t.interfaceObject() {
				args = append(args, argument{name: "isInterfaceObject", value: boolValue(true)})
			}
			dest.applied = append(dest.applied, join("type", args...))
		}
	}
}

// everywhere adds an empty type to the sources for each subgraph that has none.
func (m *merger) everywhere(dest *typeDef, sources []*typeDef) []*typeDef {
	out := make([]*typeDef, len(m.subgraphs))
	for i, s := range m.subgraphs {
		if len(sources) > 0 && sources[0].in == s {
			out[i], sources = sources[0], sources[1:]
		} else {
			out[i] = &typeDef{in: s, name: dest.name, kind: dest.kind}
		}
	}
	return out
}

// resolvable reports whether the subgraph answers for entities by this key.
func resolvable(key *application) bool {
	v := key.arg("resolvable")
	return v == nil || v.Raw != "false"
}
