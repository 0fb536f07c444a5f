package composition

// checkQueries looks for the query root.
//
// Rule: some subgraph has a query.
// Codes: NO_QUERIES.
func (c *composer) checkQueries() {
	if t := c.super.typeNamed("Query"); t == nil || len(t.fields) == 0 {
		c.fail(CodeNoQueries, nil, "no subgraph has a query: define at least one field of type Query")
	}
}
