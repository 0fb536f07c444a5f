// Package introspection answers __schema and __type from the API schema.
//
// In comes a GraphQL document that selects nothing but these two (the planner
// separates them from what subgraphs answer) and the client's variables; out
// comes the JSON of a response, as a subgraph would have sent it:
//
//	document + variables ─Execute─▶ {"data":{"__schema":{…}}}
//	                        ▲
//	            API schema ─┘
//
// Since the API schema is what clients see, nothing that is @inaccessible and
// nothing of federation is shown. The fields are those of the specification of
// September 2025, section 4.2.
//
// The answer's size is bounded twice: types may not be followed through lists of
// lists of lists, as in the rule MaxIntrospectionDepth of graphql-js, and the
// whole answer has a largest size.
package introspection
