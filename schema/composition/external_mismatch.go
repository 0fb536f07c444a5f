package composition

// checkExternals compares the @external declarations of a field with the merged
// definition.
//
// Rule: an @external declaration repeats the real one: the same type (or, where
// the definitions differ among themselves, one that fits the merged type), and
// the same arguments with the same types and defaults.
// Codes: EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_MISSING,
// EXTERNAL_ARGUMENT_TYPE_MISMATCH, EXTERNAL_ARGUMENT_DEFAULT_MISMATCH.
func (m *merger) checkExternals(dest *field, externals []*field, sameTypes bool) {
	for _, f := range externals {
		if !sameType(f.typ, dest.typ) && (sameTypes || !m.super.fits(f.typ, dest.typ)) {
			m.fail(CodeExternalTypeMismatch, []Location{f.at},
				"the @external field %q has the type %q in subgraph %q, but its definition has %q", dest.coordinate, f.typ, f.in.name, dest.typ)
		}
		for _, arg := range dest.args {
			m.checkExternalArgument(f, arg)
		}
	}
}

func (m *merger) checkExternalArgument(f, dest *field) {
	mine := f.arg(dest.name)
	switch {
	case mine == nil:
		m.fail(CodeExternalArgumentMissing, []Location{f.at},
			"the @external declaration in subgraph %q lacks the argument %q of the definition", f.in.name, dest.coordinate)
		return
	case !m.super.fits(dest.typ, mine.typ):
		m.fail(CodeExternalArgumentTypeMismatch, []Location{mine.at},
			"argument %q has the type %q in the @external declaration of subgraph %q, but its definition has %q", dest.coordinate, mine.typ, f.in.name, dest.typ)
	}
	if !equalValues(mine.def, dest.def) {
		m.fail(CodeExternalArgumentDefaultMismatch, []Location{mine.at},
			"argument %q has %s in the @external declaration of subgraph %q, but its definition has %s", dest.coordinate, defaultText(mine), f.in.name, defaultText(dest))
	}
}

func defaultText(f *field) string {
	if f.def == nil {
		return "no default value"
	}
	return "the default value " + printValue(f.def)
}
