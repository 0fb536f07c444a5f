// Package router is the graph at run time: one HTTP endpoint that answers
// GraphQL operations from many subgraphs.
package router
