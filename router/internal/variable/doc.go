// Package variable replaces the references in a configuration's values.
//
//	"https://${env.HOST:-localhost}/${file.path}" ─Expand─▶ "https://example.com/graphql"
//
// Both of the router's configurations have them: that of the router, and the one
// that names the subgraphs to compose.
package variable
