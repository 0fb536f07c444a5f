package universe

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// world is what a universe's schemas say about its objects: which there are, and
// which subgraph resolves which of their fields. It is immutable.
type world struct {
	seed     uint64
	parts    []*worldPart
	entities map[string]bool       // types with a key in some subgraph
	fields   map[string]*fieldFact // by "Type.field", of object types
	inputs   map[string]*ast.Definition
	hidden   map[string]bool     // "Enum.VALUE" that clients may not see
	standing map[string][]string // the types of the interfaces that have interface objects
	rows     map[string][]string // by type, those with which it shares its entities' numbers
}

// worldPart is one subgraph's schema.
type worldPart struct {
	name   string
	schema *ast.Schema
	link   federation.Link
	stands map[string][]string // what its interface objects stand for
}

// fieldFact is what all subgraphs together say about a field.
type fieldFact struct {
	declared  map[*worldPart]*declaration
	resolving []*declaration // those that are neither external nor overridden
	keyed     bool           // a key selects it
	requires  federation.FieldSet
	arguments map[string]*ast.ArgumentDefinition // those that all declarations have
}

// declaration is one subgraph's declaration of a field.
type declaration struct {
	part                 *worldPart
	definition           *ast.FieldDefinition
	external, overridden bool
	idle                 bool // the other side of a progressive override answers
	inKey                bool // a key of this subgraph selects it on its type
	requires, provides   federation.FieldSet
	context              []contextArgument
}

// newWorld reads a universe in which requests set the given labels of
// progressive overrides and no others.
func newWorld(u Universe, labels ...string) (*world, error) {
	w := &world{
		seed: u.Seed, entities: map[string]bool{}, fields: map[string]*fieldFact{},
		inputs: map[string]*ast.Definition{}, hidden: map[string]bool{},
		standing: map[string][]string{}, rows: map[string][]string{},
	}
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			return nil, fmt.Errorf("universe: subgraph %s: %w", s.Name, err)
		}
		link, _ := document.Federation()
		schema, err := Subgraph{Name: s.Name, SDL: u.SDL(s.Name)}.load()
		if err != nil {
			return nil, err
		}
		w.parts = append(w.parts, &worldPart{name: s.Name, schema: schema, link: link, stands: map[string][]string{}})
	}
	w.readInterfaceObjects()
	for _, p := range w.parts {
		for _, d := range p.schema.Types {
			if !d.BuiltIn {
				w.readType(p, d)
			}
		}
	}
	for _, p := range w.parts {
		for _, d := range p.schema.Types {
			w.readKeys(p, d)
		}
	}
	w.settle(labels)
	if err := w.checkKeys(); err != nil {
		return nil, err
	}
	return w, w.answerable()
}

// ErrUnanswerable says that subgraphs promise an object where there is no type of
// which all of them know objects: none of them could keep its promise.
var ErrUnanswerable = errors.New("universe: a field that cannot be null has no objects")

func (w *world) answerable() error {
	for name, fact := range w.fields {
		promised := slices.ContainsFunc(fact.resolving, func(d *declaration) bool { return innermost(d.definition.Type).NonNull })
		if promised && fact.isComposite() && len(fact.possibleOf()) == 0 {
			return fmt.Errorf("%w: %s", ErrUnanswerable, name)
		}
	}
	return nil
}

func innermost(t *ast.Type) *ast.Type {
	for t.Elem != nil {
		t = t.Elem
	}
	return t
}

func (w *world) readType(p *worldPart, d *ast.Definition) {
	switch d.Kind {
	case ast.Object:
		external := p.applied(d.Directives, "external") != nil
		for _, f := range d.Fields {
			for _, object := range p.actual(d.Name) {
				w.declare(p, object, f, external)
			}
		}
	case ast.InputObject:
		w.readInput(d)
	case ast.Enum:
		for _, v := range d.EnumValues {
			if p.applied(v.Directives, "inaccessible") != nil {
				w.hidden[d.Name+"."+v.Name] = true
			}
		}
	}
}

func (w *world) declare(p *worldPart, object string, f *ast.FieldDefinition, external bool) {
	fact := w.fields[object+"."+f.Name]
	if fact == nil {
		fact = &fieldFact{declared: map[*worldPart]*declaration{}}
		w.fields[object+"."+f.Name] = fact
	}
	fact.declared[p] = &declaration{
		part: p, definition: f, external: external || p.applied(f.Directives, "external") != nil,
		requires: p.fieldSet(f.Directives, "requires"), provides: p.fieldSet(f.Directives, "provides"),
		context: p.contextArguments(f),
	}
}

// readInput keeps of an input object the fields that all its declarations have.
func (w *world) readInput(d *ast.Definition) {
	c := *d
	if known := w.inputs[d.Name]; known != nil {
		c.Fields = slices.DeleteFunc(slices.Clone(known.Fields), func(f *ast.FieldDefinition) bool { return d.Fields.ForName(f.Name) == nil })
	}
	w.inputs[d.Name] = &c
}

// readKeys marks what the keys of a type select.
func (w *world) readKeys(p *worldPart, d *ast.Definition) {
	for _, set := range p.keys(d, false) {
		for _, object := range p.actual(d.Name) {
			w.entities[object] = true
			for _, selection := range set {
				if f, isField := selection.(*ast.Field); isField {
					if fact := w.fields[object+"."+f.Name]; fact != nil && fact.declared[p] != nil {
						fact.declared[p].inKey = true
					}
				}
			}
		}
		w.markKeyed(p, d, ast.SelectionSet(set))
	}
}

func (w *world) markKeyed(p *worldPart, d *ast.Definition, set ast.SelectionSet) {
	for _, selection := range set {
		f, isField := selection.(*ast.Field)
		if !isField {
			continue
		}
		for _, object := range p.actual(d.Name) {
			if fact := w.fields[object+"."+f.Name]; fact != nil {
				fact.keyed = true
			}
		}
		if definition := d.Fields.ForName(f.Name); definition != nil && len(f.SelectionSet) > 0 {
			w.markKeyed(p, p.schema.Types[definition.Type.Name()], f.SelectionSet)
		}
	}
}

// settle works out who resolves each field, in the order of subgraphs. Labels say
// who is to be asked, but leave the values as they are.
func (w *world) settle(labels []string) {
	for _, fact := range w.fields {
		for _, p := range w.parts {
			d := fact.declared[p]
			if d == nil {
				continue
			}
			if o := p.applied(d.definition.Directives, "override"); o != nil {
				fact.override(d, o, labels)
			}
		}
		for _, p := range w.parts {
			d := fact.declared[p]
			if d == nil {
				continue
			}
			if !d.external && !d.overridden {
				fact.resolving = append(fact.resolving, d)
				if d.requires != nil {
					fact.requires = d.requires
				}
			}
			fact.restrict(d.definition.Arguments)
		}
	}
}

// override marks the subgraph that is not asked, because the field moves from one
// to the other. With a label, each is asked in its turn.
func (f *fieldFact) override(to *declaration, o *ast.Directive, labels []string) {
	label := o.Arguments.ForName("label")
	for _, other := range f.declared {
		switch from := o.Arguments.ForName("from"); {
		case from == nil || other.part.name != from.Value.Raw:
		case label == nil:
			other.overridden = true
		case slices.Contains(labels, label.Value.Raw):
			other.idle = true
		default:
			to.idle = true
		}
	}
}

// restrict keeps the arguments that this declaration has too.
func (f *fieldFact) restrict(list ast.ArgumentDefinitionList) {
	first := f.arguments == nil
	if first {
		f.arguments = map[string]*ast.ArgumentDefinition{}
		for _, a := range list {
			f.arguments[a.Name] = a
		}
	}
	for name := range f.arguments {
		if list.ForName(name) == nil {
			delete(f.arguments, name)
		}
	}
}

func (p *worldPart) applied(list ast.DirectiveList, directive string) *ast.Directive {
	return list.ForName(p.link.DirectiveName(directive))
}

func (p *worldPart) fieldSet(list ast.DirectiveList, directive string) federation.FieldSet {
	if d := p.applied(list, directive); d != nil {
		if set, err := federation.ParseFieldSet(d.Arguments.ForName("fields").Value.Raw); err == nil {
			return set
		}
	}
	return nil
}

// keys returns the field sets of a type's keys, all or those that resolve.
func (p *worldPart) keys(d *ast.Definition, resolvable bool) (sets []federation.FieldSet) {
	for _, k := range d.Directives.ForNames(p.link.DirectiveName("key")) {
		if r := k.Arguments.ForName("resolvable"); resolvable && r != nil && r.Value.Raw == "false" {
			continue
		}
		if set, err := federation.ParseFieldSet(k.Arguments.ForName("fields").Value.Raw); err == nil {
			sets = append(sets, set)
		}
	}
	return sets
}

// possible returns the object types that objects of a composite type can have,
// sorted.
func (p *worldPart) possible(name string) (names []string) {
	for _, d := range p.schema.GetPossibleTypes(p.schema.Types[name]) {
		names = append(names, p.actual(d.Name)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// matches reports whether a type condition holds for an object type, in any
// subgraph.
func (w *world) matches(condition, object string) bool {
	return condition == "" || condition == object || slices.ContainsFunc(w.parts, func(p *worldPart) bool {
		d := p.schema.Types[condition]
		return d != nil && d.IsAbstractType() && slices.Contains(p.possible(condition), object)
	})
}

// possibleOf returns the object types that all subgraphs that resolve a field
// can return.
func (f *fieldFact) possibleOf() (names []string) {
	for i, d := range f.resolving {
		here := d.part.possible(d.definition.Type.Name())
		if i == 0 {
			names = here
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(here, name) })
	}
	return names
}

// isComposite reports whether a type name is that of a composite type.
func (f *fieldFact) isComposite() bool {
	for _, d := range f.resolving {
		return d.part.schema.Types[d.definition.Type.Name()].IsCompositeType()
	}
	return false
}

// number is the part of an object's identity that its keys tell: its own number,
// for a value object that of the entity that it belongs to.
func number(id string) string {
	n, _, _ := strings.Cut(id, ".")
	return n
}
