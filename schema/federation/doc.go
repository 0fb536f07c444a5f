// Package federation reads one subgraph: its SDL, the specifications that it
// links, and the field sets in its directives.
//
//	files of SDL ──Parse──▶ *Document ──┬── AST    definitions and extensions, apart, each with its position
//	(Subgraph)                          └── Links  the @link directives: imports, names, versions
//
//	"id org { id }" ──ParseFieldSet──▶ FieldSet
//
// What comes in is text; what goes out is a parsed document that nobody has
// merged, renamed or completed: an `extend type` stays apart from its `type`,
// because federation gives the two different meanings. Whether the content
// makes sense is the concern of package composition; this package only reports
// what cannot be read (syntax, malformed or unknown @link).
//
// Positions are those of the file that an element stands in, also when a
// subgraph consists of many files.
//
// Specification: https://specs.apollo.dev/federation and https://specs.apollo.dev/link.
package federation
