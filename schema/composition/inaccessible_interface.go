package composition

// eachVisibleInterfaceField visits the accessible fields of accessible
// interfaces that a field implements.
func (c *composer) eachVisibleInterfaceField(t *typeDef, name string, visit func(*field)) {
	for _, i := range t.interfaces {
		def := c.super.typeNamed(i)
		if def == nil || hidden(def.applied) {
			continue
		}
		if f := def.field(name); f != nil && !hidden(f.applied) {
			visit(f)
		}
	}
}

// checkHiddenImplementation looks at an @inaccessible field.
//
// Rule: a field or argument that implements an accessible one of an accessible
// interface is accessible.
// Codes: IMPLEMENTED_BY_INACCESSIBLE.
func (c *composer) checkHiddenImplementation(t *typeDef, f *field) {
	c.eachVisibleInterfaceField(t, f.name, func(want *field) {
		c.fail(CodeImplementedByInaccessible, append(f.places(), want.places()...),
			"field %q is @inaccessible, but implements the accessible interface field %q: hide both or neither", f.coordinate, want.coordinate)
	})
}

// checkHiddenArgument is the same for an @inaccessible argument.
func (c *composer) checkHiddenArgument(t *typeDef, f, a *field) {
	c.eachVisibleInterfaceField(t, f.name, func(want *field) {
		if arg := want.arg(a.name); arg != nil && !hidden(arg.applied) {
			c.fail(CodeImplementedByInaccessible, append(a.places(), arg.places()...),
				"argument %q is @inaccessible, but implements the accessible interface argument %q: hide both or neither", a.coordinate, arg.coordinate)
		}
	})
}

// checkRequiredOfHidden looks at a required argument.
//
// Rule: an argument that an accessible interface hides is not required in an
// implementation.
// Codes: REQUIRED_INACCESSIBLE.
func (c *composer) checkRequiredOfHidden(t *typeDef, f, a *field) {
	c.eachVisibleInterfaceField(t, f.name, func(want *field) {
		if arg := want.arg(a.name); arg != nil && hidden(arg.applied) {
			c.fail(CodeRequiredInaccessible, append(a.places(), arg.places()...),
				"argument %q is required, but the interface argument %q, which it implements, is @inaccessible", a.coordinate, arg.coordinate)
		}
	})
}
