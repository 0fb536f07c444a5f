// Package graph is the GraphQL side of users. The *.generated.go files come from
// schema/subgraphs/users by "make generate"; the *.resolvers.go files are written
// by hand and do no more than hand a request on:
//
//	operation ─generated─▶ resolver ─Viewer, arguments─▶ users.Service
//
// @authenticated and @requiresScopes are enforced by the service.
package graph
