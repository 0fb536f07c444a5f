// Package scalar reads and writes the subgraphs' own GraphQL scalars. Values
// that are none of a scalar are refused, so that the client learns why; what a
// text means is for the domain to judge.
//
//	GraphQL value ─Unmarshal…─▶ Go value, or a refusal;  Go value ─Marshal…─▶ JSON
package scalar
