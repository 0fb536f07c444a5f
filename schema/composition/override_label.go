package composition

import "regexp"

// labelPattern is a label that a router's operator switches; percentPattern one
// that holds for a share of the requests, as in "percent(12.5)".
const (
	labelPattern   = `^[a-zA-Z][a-zA-Z0-9_\-:./]*$`
	percentPattern = `^percent\(([0-9]{1,2}(\.[0-9]{1,8})?|100)\)$`
)

// applyOverrideLabel applies the label of one @override, and reports whether it
// has one.
//
// Rule: @override(from: "b", label: "x") moves a field little by little: its own
// subgraph resolves it where the label is set, b where it is not, and both stay
// in the supergraph. A label is a name, or a share as in "percent(5)".
// Codes: OVERRIDE_LABEL_INVALID.
// Hints: OVERRIDE_MIGRATION_IN_PROGRESS.
func (m *merger) applyOverrideLabel(dest, f, from *field, o *application, to, source int, state overrideState) bool {
	label, _ := stringOf(o.arg("label"))
	if label == "" {
		return false
	}
	if !regexp.MustCompile(labelPattern + "|" + percentPattern).MatchString(label) {
		m.fail(CodeOverrideLabelInvalid, []Location{o.at},
			"the label %q of @override on field %q of subgraph %q must be a letter followed by letters, digits, and any of _-:./, or percent(x) with x from 0 to 100 with up to eight decimals",
			label, dest.coordinate, f.in.name)
		return true
	}
	state.labels[to], state.labels[source] = label, label
	if from.external {
		return false // says that the @override can go
	}
	advice := "remove it there"
	if from.used {
		advice = "mark it @external there, since a federation directive or an interface still uses it"
	}
	m.hint(HintOverrideMigration, Info, dest.coordinate,
		"field %q moves from subgraph %q to %q where the label %q is set; when all is done, %s", dest.coordinate, from.in.name, f.in.name, label, advice)
	return true
}
