package composition

// mergeScalar merges a custom scalar.
//
// Rule: scalars of one name are one scalar; what they mean is the subgraphs'
// concern.
func (m *merger) mergeScalar(dest *typeDef, sources []*typeDef) {
	m.mergeTypeHead(dest, sources)
}
