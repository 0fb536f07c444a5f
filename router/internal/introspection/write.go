package introspection

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// writer writes one answer.
type writer struct {
	*Introspection
	fragments ast.FragmentDefinitionList
	variables map[string]any
	out       []byte
	visited   int
	full      bool // the answer is too large; nothing more is written
}

func (w *writer) raw(text string) {
	if w.full = w.full || len(w.out)+len(text) > w.maxBytes; !w.full {
		w.out = append(w.out, text...)
	}
}

func (w *writer) null() { w.raw("null") }

func (w *writer) boolean(value bool) { w.raw(strconv.FormatBool(value)) }

func (w *writer) string(value string) {
	text, _ := json.Marshal(value) // a string cannot fail
	w.raw(string(text))
}

// optional writes a string, or null for "", which is how the parser represents
// what is not there.
func (w *writer) optional(value string) {
	if value == "" {
		w.null()
		return
	}
	w.string(value)
}

// list writes a JSON array of what each writes.
func list[T any](w *writer, items []T, each func(T)) {
	w.raw("[")
	for i, item := range items {
		if i > 0 {
			w.raw(",")
		}
		if w.full {
			return
		}
		each(item)
	}
	w.raw("]")
}

// collected is a field of an object with the parts of every field that has the
// same response key.
type collected struct {
	key   string
	field *ast.Field
	sets  []ast.SelectionSet
}

// collection is the fields of an object in order, and where each key's is.
type collection struct {
	fields []collected
	at     map[string]int
}

// writeObject writes what the sets select of an object; value writes one field.
func writeObject(w *writer, typename string, sets []ast.SelectionSet, value func(*ast.Field, []ast.SelectionSet)) {
	collection := collection{at: map[string]int{}}
	for _, set := range sets {
		w.collect(typename, set, &collection)
	}
	w.raw("{")
	for i, c := range collection.fields {
		if w.full {
			return
		}
		if i > 0 {
			w.raw(",")
		}
		w.string(c.key)
		w.raw(":")
		if c.field.Name == "__typename" {
			w.string(typename)
			continue
		}
		value(c.field, c.sets)
	}
	w.raw("}")
}

// collect is CollectFields of the specification (§6.3.2). All introspection
// types are object types, so that a fragment applies if it names the very type.
func (w *writer) collect(typename string, set ast.SelectionSet, c *collection) {
	for _, selection := range set {
		if w.visited++; w.visited > w.maxVisited {
			w.full = true
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			if w.included(s.Directives) {
				c.add(s)
			}
		case *ast.InlineFragment:
			if (s.TypeCondition == "" || s.TypeCondition == typename) && w.included(s.Directives) {
				w.collect(typename, s.SelectionSet, c)
			}
		case *ast.FragmentSpread:
			fragment := w.fragments.ForName(s.Name) // checkDepth has seen that it is there
			if fragment.TypeCondition == typename && w.included(s.Directives) {
				w.collect(typename, fragment.SelectionSet, c)
			}
		}
	}
}

func (c *collection) add(field *ast.Field) {
	if at, has := c.at[field.Alias]; has {
		c.fields[at].sets = append(c.fields[at].sets, field.SelectionSet)
		return
	}
	c.at[field.Alias] = len(c.fields)
	c.fields = append(c.fields, collected{field.Alias, field, []ast.SelectionSet{field.SelectionSet}})
}

func (w *writer) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name == "skip" && w.argument(d.Arguments, "if") == true || d.Name == "include" && w.argument(d.Arguments, "if") == false {
			return false
		}
	}
	return true
}

// argument returns an argument's value, or nil.
func (w *writer) argument(arguments ast.ArgumentList, name string) any {
	argument := arguments.ForName(name)
	if argument == nil {
		return nil
	}
	value, err := argument.Value.Value(w.variables)
	if err != nil { // a variable without a value
		return nil
	}
	return value
}

// withDeprecated is the argument includeDeprecated of lists that have it.
func (w *writer) withDeprecated(field *ast.Field) bool {
	return w.argument(field.Arguments, "includeDeprecated") == true
}
