// Package graph is the GraphQL side of todos. The *.generated.go files come from
// schema/subgraphs/todos by "make generate"; the *.resolvers.go files are written
// by hand and do no more than hand a request on:
//
//	operation ─generated─▶ resolver ─Viewer, arguments─▶ todos.Service
//	                          └─ per row ─▶ loaders ─▶ one call for all rows
//
// @authenticated is enforced by the service.
package graph
