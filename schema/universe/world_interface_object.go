package universe

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Objects behind an interface object are objects of the interface's types. Their
// types share one row of numbers, and a number tells the type: so that a subgraph
// which only has the interface object names an object by its key alone, and every
// other one knows which object that is.
//
//	type Thing @interfaceObject ─stands for─▶ [Book Film]   number 0 is a Book, 1 a Film, 2 a Book, …
//
// What the interface object declares is declared, by its subgraph, on each of
// these types.

// readInterfaceObjects notes which types the interface objects stand for. One
// without an interface anywhere stands for itself: nothing composes from it.
func (w *world) readInterfaceObjects() {
	w.rows = map[string][]string{}
	for _, p := range w.parts {
		for _, d := range p.schema.Types {
			if d.Kind != ast.Object || p.applied(d.Directives, "interfaceObject") == nil {
				continue
			}
			var names []string
			for _, other := range w.parts {
				if i := other.schema.Types[d.Name]; i != nil && i.Kind == ast.Interface {
					names = append(names, other.possible(d.Name)...)
				}
			}
			if len(names) == 0 {
				continue
			}
			slices.Sort(names)
			p.stands[d.Name] = slices.Compact(names)
			w.standing[d.Name] = p.stands[d.Name]
			w.joinRows(p.stands[d.Name])
		}
	}
}

// joinRows lets types share one row of numbers, with all those that share one
// with any of them.
func (w *world) joinRows(names []string) {
	var row []string
	for _, name := range names {
		row = append(append(row, name), w.rows[name]...)
	}
	slices.Sort(row)
	row = slices.Compact(row)
	for _, name := range row {
		w.rows[name] = row
	}
}

// entity is the entity of a type that a hash chooses.
func (w *world) entity(name string, hash uint64) reference {
	n := hash % population
	if row := w.rows[name]; len(row) > 0 {
		n += uint64(slices.Index(row, name)) - n%uint64(len(row))
	}
	return reference{name, strconv.FormatUint(n, 10)}
}

// numbered is the entity of a type, or of one of an interface's types, that has a
// number; not ok if the number is that of another type.
func (w *world) numbered(name, id string) (ref reference, ok bool) {
	names, abstract := w.standing[name]
	if !abstract {
		names = []string{name}
	}
	row := w.rows[names[0]]
	if len(row) == 0 {
		return reference{name, id}, true
	}
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 {
		return reference{name, id}, false
	}
	typ := row[n%len(row)]
	return reference{typ, id}, slices.Contains(names, typ)
}

// actual returns the object types that objects of a subgraph's type are.
func (p *worldPart) actual(name string) []string {
	if names := p.stands[name]; names != nil {
		return names
	}
	return []string{name}
}

// known is the type by which a subgraph knows objects of an object type, where it
// declares them as the given type.
func (p *worldPart) known(object, declared string) (string, error) {
	if p.schema.Types[object] != nil {
		return object, nil
	}
	for _, d := range p.schema.GetPossibleTypes(p.schema.Types[declared]) {
		if slices.Contains(p.stands[d.Name], object) {
			return d.Name, nil
		}
	}
	return "", fmt.Errorf("%s: has no type for an object of type %s where it declares %s", p.name, object, declared)
}

// checkKeys refuses keys whose values are objects of types that share a row: such
// an object's number would be the key's, whatever its type.
func (w *world) checkKeys() error {
	for name, fact := range w.fields {
		if !fact.keyed {
			continue
		}
		for _, d := range fact.declared {
			result := d.definition.Type.Name()
			if w.rows[result] != nil || w.standing[result] != nil {
				return fmt.Errorf("universe: key field %s returns %s, for which there is an interface object: %w", name, result, errors.ErrUnsupported)
			}
		}
	}
	return nil
}
