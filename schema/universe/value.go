package universe

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Chances of values: a nullable value is null in one of nullEvery cases, a list
// has less than longestList elements, and there are population entities of each
// type, few enough for some to be asked for twice. Of an enum's values that clients
// may not see, which are errors, hiddenEvery is as many less.
const (
	nullEvery   = 12
	longestList = 4
	population  = 9
	hiddenEvery = 4
)

// reference is an object as a value: its type and identity. Entities are
// numbered; the identity of a value object is the number of the entity that it
// belongs to, a dot, and where it was reached from.
type reference struct{ typ, id string }

// mix makes a hash of a hash and texts.
func mix(hash uint64, texts ...string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d", hash)
	for _, text := range texts {
		fmt.Fprintf(h, "|%d:%s", len(text), text)
	}
	x := h.Sum64() // FNV's low bits are not even enough
	x ^= x >> 31
	x *= 0x9e3779b97f4a7c15
	return x ^ x>>29
}

// canonical writes a value of JSON or of variables; numbers of one value are
// written alike, objects with sorted fields.
func canonicalJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "unprintable: " + err.Error()
	}
	return string(text)
}

// fieldValue is the value of a field of an object: nil, a leaf, a reference, or
// a list of these. Inputs of @requires are what they should be.
func (w *world) fieldValue(object reference, field string, arguments map[string]any) any {
	fact := w.fields[object.typ+"."+field]
	inputs := ""
	if fact.requires != nil {
		inputs = canonicalJSON(w.project(object, ast.SelectionSet(fact.requires)))
	}
	return w.value(object, field, arguments, inputs)
}

// value is the value of a field of an object, for the inputs of @requires that
// were received.
func (w *world) value(object reference, field string, arguments map[string]any, inputs string) any {
	fact := w.fields[object.typ+"."+field]
	types := make([]*ast.Type, len(fact.resolving))
	for i, d := range fact.resolving {
		types[i] = d.definition.Type
	}
	if fact.keyed {
		return w.keyValue(object, field, fact)
	}
	hash := mix(w.seed, object.typ, object.id, field, canonicalJSON(w.normal(fact, arguments)), inputs)
	return w.complete(fact, types, hash, number(object.id))
}

// keyValue is the value of a field of a key: it tells the entity's number.
func (w *world) keyValue(object reference, field string, fact *fieldFact) any {
	for _, d := range fact.declared {
		name := d.definition.Type.Name()
		switch {
		case name == "Int":
			n, _ := strconv.Atoi(number(object.id)) // it is a number
			return n
		case !d.part.schema.Types[name].IsCompositeType():
			return field + ":" + object.id
		case w.entities[name]:
			return reference{name, number(object.id)}
		default:
			return reference{name, number(object.id) + "." + field}
		}
	}
	return nil
}

// complete makes a value of the types that subgraphs give the field; where one
// of them forbids null, there is none.
func (w *world) complete(fact *fieldFact, types []*ast.Type, hash uint64, owner string) any {
	nullable, elements := true, []*ast.Type(nil)
	for _, t := range types {
		nullable = nullable && !t.NonNull
		if t.Elem != nil {
			elements = append(elements, t.Elem)
		}
	}
	if len(types) == 0 || nullable && mix(hash, "null")%nullEvery == 0 {
		return nil
	}
	if elements != nil {
		list := make([]any, mix(hash, "length")%longestList)
		for i := range list {
			list[i] = w.complete(fact, elements, mix(hash, "element", strconv.Itoa(i)), owner)
		}
		return list
	}
	if fact.isComposite() {
		names := fact.possibleOf()
		if len(names) == 0 {
			return nil
		}
		name := names[mix(hash, "type")%uint64(len(names))]
		if w.entities[name] {
			return w.entity(name, mix(hash, "entity"))
		}
		if name == "Query" {
			return reference{name, "0"}
		}
		return reference{name, owner + "." + strconv.FormatUint(hash, 36)}
	}
	return w.leafValue(fact, types[0].NamedType, hash)
}

func (w *world) leafValue(fact *fieldFact, name string, hash uint64) any {
	hash = mix(hash, "leaf")
	switch name {
	case "Int":
		return int(hash % 1_000_000)
	case "Float":
		return float64(hash%10_000)/4 + 0.25
	case "Boolean":
		return hash%2 == 0
	case "String", "ID":
		return name + "-" + strconv.FormatUint(hash, 36)
	}
	if values := w.enumValues(fact, name); len(values) > 0 {
		value := values[hash%uint64(len(values))]
		if w.hidden[name+"."+value] && mix(hash, "hidden")%hiddenEvery > 0 {
			value = values[0]
		}
		return value
	}
	switch text := strconv.FormatUint(hash, 36); hash % 4 { // a scalar of its own
	case 0:
		return map[string]any{"text": text, "list": []any{1, nil, "two"}}
	case 1:
		return []any{text, int(hash % 100)}
	case 2:
		return int(hash % 1000)
	default:
		return text
	}
}

// enumValues are the values of an enum that all subgraphs know that declare the
// field; clients may not see all of them.
func (w *world) enumValues(fact *fieldFact, name string) (values []string) {
	first := true
	for _, p := range w.parts {
		enum := p.schema.Types[name]
		if fact.declared[p] == nil || enum == nil {
			continue
		}
		if first {
			for _, v := range enum.EnumValues {
				values = append(values, v.Name)
			}
			first = false
		}
		values = slices.DeleteFunc(values, func(value string) bool { return enum.EnumValues.ForName(value) == nil })
	}
	return values
}

// normal are arguments as they count: those that all subgraphs know, with the
// defaults of input objects.
func (w *world) normal(fact *fieldFact, arguments map[string]any) map[string]any {
	out := map[string]any{}
	for name, a := range fact.arguments {
		value, given := arguments[name]
		if value == nil && fact.contextual(name) {
			continue // no value is as good as null
		}
		if given {
			out[name] = w.normalInput(a.Type, value)
		} else if a.DefaultValue != nil {
			if value, err := a.DefaultValue.Value(nil); err == nil {
				out[name] = w.normalInput(a.Type, value)
			}
		}
	}
	return out
}

func (w *world) normalInput(typ *ast.Type, value any) any {
	if list, isList := value.([]any); isList && typ.Elem != nil {
		out := make([]any, len(list))
		for i, item := range list {
			out[i] = w.normalInput(typ.Elem, item)
		}
		return out
	}
	object, isObject := value.(map[string]any)
	definition := w.inputs[typ.NamedType]
	if !isObject || definition == nil {
		return value
	}
	out := map[string]any{}
	for _, f := range definition.Fields {
		if given, found := object[f.Name]; found {
			out[f.Name] = w.normalInput(f.Type, given)
		} else if f.DefaultValue != nil {
			if fallback, err := f.DefaultValue.Value(nil); err == nil {
				out[f.Name] = w.normalInput(f.Type, fallback)
			}
		}
	}
	return out
}

// project evaluates a field set on an object, as a representation has it.
func (w *world) project(object reference, set ast.SelectionSet) map[string]any {
	out := map[string]any{}
	w.projectInto(out, object, set)
	return out
}

func (w *world) projectInto(out map[string]any, object reference, set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name != "__typename" {
				value := w.fieldValue(object, s.Name, literalArguments(s))
				out[s.Name] = w.projectValue(value, s.SelectionSet, out[s.Name])
			}
		case *ast.InlineFragment:
			if w.matches(s.TypeCondition, object.typ) {
				w.projectInto(out, object, s.SelectionSet)
			}
		}
	}
}

// projectValue evaluates a selection on a value; known is what another selection
// of the same field gave.
func (w *world) projectValue(value any, set ast.SelectionSet, known any) any {
	switch v := value.(type) {
	case []any:
		before, _ := known.([]any)
		out := make([]any, len(v))
		for i, item := range v {
			var old any
			if i < len(before) {
				old = before[i]
			}
			out[i] = w.projectValue(item, set, old)
		}
		return out
	case reference:
		out, again := known.(map[string]any)
		if !again {
			out = map[string]any{}
		}
		w.projectInto(out, v, set)
		return out
	}
	return value
}

// literalArguments are the arguments of a field in a field set.
func literalArguments(f *ast.Field) map[string]any {
	out := map[string]any{}
	for _, a := range f.Arguments {
		if value, err := a.Value.Value(nil); err == nil {
			out[a.Name] = value
		}
	}
	return out
}
