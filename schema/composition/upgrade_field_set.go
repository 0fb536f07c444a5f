package composition

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// coerceFieldSets makes strings of field sets that are none.
//
// Rule: federation 1 took @key(fields: ["a", "b"]) for "a b" and @key(fields: a)
// for "a", also in @requires and @provides. Nothing else than strings and names
// becomes a string. A key that was coerced counts as one of the type itself, not
// of its extension, and has no other argument.
func (u *upgrader) coerceFieldSets() {
	for _, t := range u.types {
		for _, key := range find(t.applied, "key") {
			if coerceFieldSet(key, true) {
				key.part, t.defined = 0, true
			}
		}
		coerceOfFields(t)
	}
}

// coerceNames is the same for a subgraph as it was written, where keys that are
// names alone count as strings.
func (s *subgraph) coerceNames() {
	for _, t := range s.types {
		for _, key := range find(t.applied, "key") {
			coerceFieldSet(key, false)
		}
	}
}

func coerceOfFields(t *typeDef) {
	for _, f := range t.fields {
		for _, a := range f.applied {
			if a.spec == "requires" || a.spec == "provides" {
				coerceFieldSet(a, true)
			}
		}
	}
}

// coerceFieldSet reports whether it changed the application.
func coerceFieldSet(a *application, lists bool) bool {
	for _, arg := range a.args {
		if arg.name != "fields" || arg.value.Kind == ast.ListValue && !lists {
			continue
		}
		if text, ok := joined(arg.value); ok {
			arg.value = &ast.Value{Kind: ast.StringValue, Raw: text, Position: arg.value.Position}
			a.args = []argument{arg}
			return true
		}
	}
	return false
}

// joined writes a name or a list of strings and names as one string.
func joined(v *ast.Value) (string, bool) {
	if v.Kind == ast.EnumValue {
		return v.Raw, true
	}
	if v.Kind != ast.ListValue {
		return "", false
	}
	parts := make([]string, len(v.Children))
	for i, child := range v.Children {
		switch child.Value.Kind {
		case ast.StringValue, ast.BlockValue, ast.EnumValue:
			parts[i] = child.Value.Raw
		default:
			return "", false
		}
	}
	return strings.Join(parts, " "), true
}
