package composition

// defineExtensions turns extensions into definitions.
//
// Rule: in federation 2 each subgraph defines the types that it contributes to.
// What federation 1 extends, with `extend type` or with @extends, is defined; a
// type that the subgraph both defines and extends keeps its parts.
func (u *upgrader) defineExtensions() {
	for _, t := range u.types {
		if !isExtension(t) {
			continue
		}
		t.defined, t.extended = true, false
		for _, a := range t.applied {
			a.part = 0
		}
		for _, f := range t.fields {
			f.part = 0
			for _, a := range f.applied {
				a.part = 0
			}
		}
	}
}
