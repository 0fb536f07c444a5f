package supergraph

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

func contractError(pos *ast.Position, code, format string, args ...any) error {
	return &federation.Error{Code: code, Message: fmt.Sprintf(format, args...), Position: pos}
}

// contractCheck looks whether what a contract shows is a schema. The rules and
// their codes are those that composition has for @inaccessible.
type contractCheck struct {
	*contract
	errs []error
}

// check returns one error per problem.
func (c *contract) check() error {
	k := &contractCheck{contract: c}
	if name := c.queryRoot(); c.hidden[name] {
		var pos *ast.Position
		if t := c.byName[name]; t != nil {
			pos = t.Position
		}
		k.fail(pos, CodeQueryRootInaccessible, "the contract hides the query root %q: show at least one of its fields", name)
	}
	for _, t := range c.types {
		if c.hidden[t.Name] {
			continue
		}
		for _, f := range t.Fields {
			if t.Kind == ast.InputObject {
				k.input(fieldCoordinate(t, f.Name), f.Type, f.DefaultValue, f.Position)
			} else {
				k.output(t, f)
			}
		}
	}
	return errors.Join(k.errs...)
}

func (c *contract) queryRoot() string {
	for _, def := range append(c.doc.Schema, c.doc.SchemaExtension...) {
		for _, op := range def.OperationTypes {
			if op.Operation == ast.Query {
				return op.Type
			}
		}
	}
	return "Query"
}

func (k *contractCheck) fail(pos *ast.Position, code, format string, args ...any) {
	k.errs = append(k.errs, contractError(pos, code, format, args...))
}

// output checks a field of a visible object or interface.
func (k *contractCheck) output(t *ast.Definition, f *ast.FieldDefinition) {
	coordinate := fieldCoordinate(t, f.Name)
	if k.hidden[coordinate] {
		k.eachVisibleInterface(t, f.Name, func(i *ast.Definition, _ *ast.FieldDefinition) {
			k.fail(f.Position, CodeImplementedByInaccessible,
				"the contract hides %q, but shows the interface field %q, which it implements: hide both or neither", coordinate, fieldCoordinate(i, f.Name))
		})
		return
	}
	k.reference(coordinate, f.Type, f.Position)
	for _, a := range f.Arguments {
		k.input(argumentCoordinate(t, f, a), a.Type, a.DefaultValue, a.Position)
		k.argument(t, f, a)
	}
}

// eachVisibleInterface visits the visible interface fields that a field
// implements.
func (k *contractCheck) eachVisibleInterface(t *ast.Definition, name string, visit func(*ast.Definition, *ast.FieldDefinition)) {
	for _, interfaceName := range t.Interfaces {
		i := k.byName[interfaceName]
		if i == nil || k.hidden[i.Name] {
			continue
		}
		if f := i.Fields.ForName(name); f != nil && !k.hidden[fieldCoordinate(i, name)] {
			visit(i, f)
		}
	}
}

// argument compares an argument with the interfaces' arguments: both sides are
// shown or hidden, or the shown one is optional.
func (k *contractCheck) argument(t *ast.Definition, f *ast.FieldDefinition, a *ast.ArgumentDefinition) {
	coordinate := argumentCoordinate(t, f, a)
	k.eachVisibleInterface(t, f.Name, func(i *ast.Definition, implemented *ast.FieldDefinition) {
		other := implemented.Arguments.ForName(a.Name)
		if other == nil {
			return
		}
		otherCoordinate := argumentCoordinate(i, implemented, other)
		switch {
		case k.hidden[coordinate] && !k.hidden[otherCoordinate]:
			k.fail(a.Position, CodeImplementedByInaccessible,
				"the contract hides %q, but shows the interface argument %q, which it implements: hide both or neither", coordinate, otherCoordinate)
		case !k.hidden[coordinate] && k.hidden[otherCoordinate] && required(a.Type, a.DefaultValue):
			k.fail(a.Position, CodeRequiredInaccessible,
				"the contract shows the required argument %q, but hides the interface argument %q, which it implements: hide both or neither", coordinate, otherCoordinate)
		}
	})
}

func required(t *ast.Type, defaultValue *ast.Value) bool { return t.NonNull && defaultValue == nil }

// input checks an argument or a field of a visible input object.
func (k *contractCheck) input(coordinate string, t *ast.Type, defaultValue *ast.Value, pos *ast.Position) {
	if !k.hidden[coordinate] {
		k.reference(coordinate, t, pos)
		k.defaultValue(coordinate, defaultValue, t, pos)
		return
	}
	if required(t, defaultValue) {
		k.fail(pos, CodeRequiredInaccessible, "the contract hides %q, but clients have to give it: show it, make it optional or give it a default", coordinate)
	}
}

// reference checks that what is visible has a visible type.
func (k *contractCheck) reference(coordinate string, t *ast.Type, pos *ast.Position) {
	if k.hidden[t.Name()] {
		k.fail(pos, CodeReferencedInaccessible, "the contract hides the type %q, but shows %q, which has this type: hide or show both", t.Name(), coordinate)
	}
}

// defaultValue checks that a visible default uses nothing hidden.
func (k *contractCheck) defaultValue(coordinate string, v *ast.Value, t *ast.Type, pos *ast.Position) {
	def := k.byName[t.Name()]
	if v == nil || def == nil || k.hidden[def.Name] { // the last is told anyway
		return
	}
	switch {
	case v.Kind == ast.ListValue:
		for _, child := range v.Children {
			k.defaultValue(coordinate, child.Value, t, pos)
		}
	case def.Kind == ast.Enum && v.Kind == ast.EnumValue && k.hidden[fieldCoordinate(def, v.Raw)]:
		k.usesHidden(coordinate, fieldCoordinate(def, v.Raw), pos)
	case def.Kind == ast.InputObject && v.Kind == ast.ObjectValue:
		for _, child := range v.Children {
			f := def.Fields.ForName(child.Name)
			if f == nil {
				continue
			}
			if k.hidden[fieldCoordinate(def, f.Name)] {
				k.usesHidden(coordinate, fieldCoordinate(def, f.Name), pos)
				continue
			}
			k.defaultValue(coordinate, child.Value, f.Type, pos)
		}
	}
}

func (k *contractCheck) usesHidden(coordinate, used string, pos *ast.Position) {
	k.fail(pos, CodeDefaultUsesInaccessible, "the contract hides %q, but the default of %q uses it", used, coordinate)
}
