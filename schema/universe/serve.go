package universe

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// Serve returns the subgraphs as handlers, in the order of u.Subgraphs. They
// answer as the world is, and refuse what a subgraph can not answer: a field that
// it has as external only or that another one overrides, a representation whose
// fields belong to different entities, and a field whose @requires inputs did not
// come; wrong inputs give a wrong value.
//
// Requests set the given labels of progressive overrides and no others: the other
// side of such a field refuses it.
func (u Universe) Serve(labels ...string) ([]*Handler, error) {
	w, err := newWorld(u, labels...)
	if err != nil {
		return nil, err
	}
	handlers := make([]*Handler, len(w.parts))
	for i, p := range w.parts {
		s := server{world: w, part: p}
		subgraph := Subgraph{Name: p.name, SDL: u.SDL(p.name), Entities: map[string]func(map[string]any) (Object, error){}}
		subgraph.Query = s.object(reference{"Query", "0"}, "Query", nil, nil)
		if p.schema.Mutation != nil {
			subgraph.Mutation = s.object(reference{"Mutation", "0"}, "Mutation", nil, nil)
		}
		if p.schema.Subscription != nil {
			subgraph.Subscription = s.object(reference{"Subscription", "0"}, "Subscription", nil, nil)
		}
		for name, d := range p.schema.Types {
			entity := d.Kind == ast.Object || d.Kind == ast.Interface && w.standing[name] != nil
			if keys := p.keys(d, true); entity && len(keys) > 0 {
				subgraph.Entities[name] = func(representation map[string]any) (Object, error) {
					return s.lookup(name, keys, representation)
				}
			}
		}
		if handlers[i], err = New(subgraph); err != nil {
			return nil, err
		}
	}
	return handlers, nil
}

// server answers for one subgraph.
type server struct {
	world *world
	part  *worldPart
}

// lookup finds the entity that a representation stands for: by one of the keys,
// and all keys that it holds must agree. The name may be that of an interface that
// is an interface object elsewhere, or here.
func (s server) lookup(name string, keys []federation.FieldSet, representation map[string]any) (Object, error) {
	id := ""
	var entity reference
	for _, key := range keys {
		given, err := restrict(s.world, reference{name, ""}, ast.SelectionSet(key), representation)
		if err != nil {
			continue // another key then
		}
		n, ok := numberIn(given), false
		if entity, ok = s.world.numbered(name, n); !ok || canonicalJSON(s.world.project(entity, ast.SelectionSet(key))) != canonicalJSON(given) {
			return nil, fmt.Errorf("%s: no %s has the key %s", s.part.name, name, canonicalJSON(given))
		}
		if id != "" && id != n {
			return nil, fmt.Errorf("%s: the representation %s is of two entities", s.part.name, canonicalJSON(representation))
		}
		id = n
	}
	if id == "" {
		return nil, fmt.Errorf("%s: the representation %s of %s holds no key", s.part.name, canonicalJSON(representation), name)
	}
	known, err := s.part.known(entity.typ, name)
	if err != nil {
		return nil, err
	}
	return s.object(entity, known, nil, representation), nil
}

// numberIn finds the entity's number in any leaf of a key.
func numberIn(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			if n := numberIn(child); n != "" {
				return n
			}
		}
	case string:
		_, id, _ := strings.Cut(v, ":")
		return number(id)
	case float64:
		return strconv.Itoa(int(v))
	}
	return ""
}

// object is an object as this subgraph knows it, with the fields of that type, of
// which those in provided are available although they are external.
func (s server) object(ref reference, known string, provided ast.SelectionSet, representation map[string]any) Object {
	out := Object{"__typename": known}
	for _, f := range s.part.schema.Types[known].Fields {
		fact := s.world.fields[ref.typ+"."+f.Name]
		if fact == nil {
			continue
		}
		out[f.Name] = Resolver(func(arguments map[string]any) (any, error) {
			return s.resolve(ref, f.Name, fact, provided, representation, arguments)
		})
	}
	return out
}

func (s server) resolve(ref reference, field string, fact *fieldFact, provided ast.SelectionSet, representation, arguments map[string]any) (any, error) {
	d := fact.declared[s.part]
	below, isProvided := s.world.selected(provided, ref.typ, field)
	if d.overridden && !fact.keyed {
		return nil, fmt.Errorf("%s: %s.%s is overridden", s.part.name, ref.typ, field)
	}
	if d.idle && !fact.keyed {
		return nil, fmt.Errorf("%s: %s.%s is overridden for this request", s.part.name, ref.typ, field)
	}
	if d.external && !isProvided && !d.inKey {
		return nil, fmt.Errorf("%s: %s.%s is external", s.part.name, ref.typ, field)
	}
	var value any
	switch {
	case d.external:
		value = s.world.fieldValue(ref, field, arguments)
	case d.requires != nil:
		inputs, err := restrict(s.world, ref, ast.SelectionSet(d.requires), representation)
		if err != nil {
			return nil, fmt.Errorf("%s: %s.%s: %w", s.part.name, ref.typ, field, err)
		}
		value = s.world.value(ref, field, arguments, canonicalJSON(inputs))
	default:
		value = s.world.value(ref, field, arguments, "")
	}
	return s.objects(value, d.definition.Type.Name(), append(below, d.provides...))
}

// objects turns references into objects of the type that this subgraph declares.
func (s server) objects(value any, declared string, provided ast.SelectionSet) (any, error) {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = s.objects(item, declared, provided); err != nil {
				return nil, err
			}
		}
		return out, nil
	case reference:
		known, err := s.part.known(v.typ, declared)
		if err != nil {
			return nil, err
		}
		return s.object(v, known, provided, nil), nil
	}
	return value, nil
}

// selected reports whether a field set selects a field of an object type, and
// what it selects below.
func (w *world) selected(set ast.SelectionSet, object, field string) (below ast.SelectionSet, found bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == field {
				below, found = append(below, s.SelectionSet...), true
			}
		case *ast.InlineFragment:
			if w.matches(s.TypeCondition, object) {
				more, here := w.selected(s.SelectionSet, object, field)
				below, found = append(below, more...), found || here
			}
		}
	}
	return below, found
}

var errMissing = errors.New("the representation lacks an input")

// restrict takes from a representation what a field set selects.
func restrict(w *world, object reference, set ast.SelectionSet, representation map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__typename" {
				continue
			}
			value, given := representation[s.Name]
			if !given {
				return nil, fmt.Errorf("%w: %s", errMissing, s.Name)
			}
			inner, err := restrictValue(w, s, value)
			if err != nil {
				return nil, err
			}
			out[s.Name] = merged(out[s.Name], inner)
		case *ast.InlineFragment:
			if name, _ := representation["__typename"].(string); s.TypeCondition != "" && name == "" {
				return nil, fmt.Errorf("%w: __typename", errMissing)
			} else if !w.matches(s.TypeCondition, name) {
				continue
			}
			inner, err := restrict(w, object, s.SelectionSet, representation)
			if err != nil {
				return nil, err
			}
			for name, value := range inner {
				out[name] = merged(out[name], value)
			}
		}
	}
	return out, nil
}

func restrictValue(w *world, field *ast.Field, value any) (any, error) {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			inner, err := restrictValue(w, field, item)
			if err != nil {
				return nil, err
			}
			out[i] = inner
		}
		return out, nil
	case map[string]any:
		if len(field.SelectionSet) > 0 {
			return restrict(w, reference{}, field.SelectionSet, v)
		}
	}
	return value, nil
}

// merged joins two selections of the same value.
func merged(a, b any) any {
	switch b := b.(type) {
	case map[string]any:
		if first, both := a.(map[string]any); both {
			for name, value := range b {
				first[name] = merged(first[name], value)
			}
			return first
		}
	case []any:
		if first, both := a.([]any); both && len(first) == len(b) {
			for i := range b {
				first[i] = merged(first[i], b[i])
			}
			return first
		}
	}
	return b
}
