package composition

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// facts are what federation's directives say about a field of a subgraph, worked
// out once after the subgraph has been validated.
type facts struct {
	external  bool // @external, on itself or its type, and not merely a key of an extension
	provided  bool // some @provides of the subgraph selects it
	shareable bool // @shareable, on itself or its part of the type, or in a key, or provided though external
	inKey     bool // some @key of its type selects it
	used      bool // some @key, @requires, @provides or @fromContext selects it, or an interface needs it
}

// fullyExternal reports whether the subgraph never resolves the field.
func (f *field) fullyExternal() bool { return f.external && !f.provided }

// collectFacts fills the facts of all fields. Field sets that do not parse or
// name unknown fields contribute what stands before that.
//
// Rule: a field that a key of a type extension selects counts as the subgraph's
// own even if it is marked @external; @external on a type means all its fields;
// key fields and @external fields that are provided count as @shareable,
// @shareable on a type means the fields of the same `type` or `extend type`.
func (s *subgraph) collectFacts() {
	pretended := map[*field]bool{}
	for _, t := range s.types {
		for _, key := range find(t.applied, "key") {
			s.eachSelected(t, fieldsOf(key), true, func(f *field) { f.used, f.inKey, f.shareable = true, true, true })
			if key.part > 0 || has(t.applied, "extends") {
				s.eachSelected(t, fieldsOf(key), false, func(f *field) {
					if has(f.applied, "external") {
						pretended[f] = true
					}
				})
			}
		}
		for _, f := range t.fields {
			s.collectFieldFacts(t, f)
		}
	}
	s.eachContextValue(func(_ *field, t *typeDef, set federation.FieldSet, _ *application) {
		s.eachSelected(t, set, true, func(f *field) { f.used = true })
	})
	for _, t := range s.types {
		wholeType := t.kind == ast.Object && has(t.applied, "external")
		for _, f := range t.fields {
			f.external = (wholeType || has(f.applied, "external")) && !pretended[f]
			f.shareable = f.shareable || f.external && f.provided
		}
		if t.kind == ast.Interface {
			s.markImplementations(t)
		}
	}
}

func (s *subgraph) collectFieldFacts(t *typeDef, f *field) {
	for _, a := range find(f.applied, "requires") {
		s.eachSelected(t, fieldsOf(a), true, func(f *field) { f.used = true })
	}
	if returned := s.typeNamed(f.typ.Name()); returned.composite() {
		for _, a := range find(f.applied, "provides") {
			s.eachSelected(returned, fieldsOf(a), true, func(f *field) { f.used, f.provided = true, true })
		}
	}
	if has(f.applied, "shareable") {
		f.shareable = true
	}
	for _, a := range find(t.applied, "shareable") {
		if a.part == f.part {
			f.shareable = true
		}
	}
}

// markImplementations marks what satisfies an interface as used.
func (s *subgraph) markImplementations(t *typeDef) {
	for _, impl := range s.implementations[t.name] {
		for _, f := range t.fields {
			if mine := impl.field(f.name); mine != nil {
				mine.used = true
			}
		}
	}
}

// fieldsOf returns the field set of an application of @key, @requires or
// @provides; nil if it cannot be read.
func fieldsOf(a *application) federation.FieldSet {
	text, ok := stringOf(a.arg("fields"))
	if !ok {
		return nil
	}
	set, err := federation.ParseFieldSet(text)
	if err != nil {
		return nil
	}
	return set
}

// eachSelected calls visit for each field of the subgraph that a field set
// selects; with implementations also for the fields of the object types that
// implement the interface on which a field is selected. It ends at the first
// field that does not exist or has arguments that do not fit, and reports whether
// there was none.
func (s *subgraph) eachSelected(parent *typeDef, set federation.FieldSet, implementations bool, visit func(*field)) bool {
	for _, sel := range set {
		ok := true
		switch sel := sel.(type) {
		case *ast.Field:
			ok = sel.Name == "__typename" || s.selected(parent, sel, implementations, visit)
		case *ast.InlineFragment:
			t := parent
			if sel.TypeCondition != "" {
				t = s.typeNamed(s.typeName(sel.TypeCondition))
			}
			if t.composite() {
				ok = s.eachSelected(t, federation.FieldSet(sel.SelectionSet), implementations, visit)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// selected is eachSelected for one field.
func (s *subgraph) selected(parent *typeDef, sel *ast.Field, implementations bool, visit func(*field)) bool {
	f := parent.field(sel.Name)
	if f == nil {
		return false
	}
	visit(f)
	if implementations && parent.kind == ast.Interface {
		for _, impl := range s.possibleTypes(parent) {
			if mine := impl.field(sel.Name); mine != nil {
				visit(mine)
			}
		}
	}
	for _, a := range sel.Arguments {
		if def := f.arg(a.Name); def == nil || !s.validValue(a.Value, def.typ) {
			return false
		}
	}
	t := s.typeNamed(f.typ.Name())
	return !t.composite() || s.eachSelected(t, federation.FieldSet(sel.SelectionSet), implementations, visit)
}

// list joins names as in `"a", "b" and "c"`.
func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}
