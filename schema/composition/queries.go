package composition

// checkQueries looks for the query root, with which merging ends: without one
// there is nothing that the rules of the merged schema could protect.
//
// Rule: some subgraph has a query.
// Codes: NO_QUERIES.
func (m *merger) checkQueries() {
	if t := m.super.typeNamed("Query"); t == nil || len(t.fields) == 0 {
		m.fail(CodeNoQueries, nil, "no subgraph has a query: define at least one field of type Query")
	}
}
