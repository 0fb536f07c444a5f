package federation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// The codes of the errors that reading a subgraph can give. They are the public
// codes of the federation specification.
const (
	// CodeInvalidGraphQL occurs when the text is not GraphQL SDL, as in
	// `type T { a: Int` without its closing brace.
	CodeInvalidGraphQL = "INVALID_GRAPHQL"
	// CodeInvalidLinkDirectiveUsage occurs when a @link imports something
	// unknown, renames `@a` to `b`, or links a specification twice.
	CodeInvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE"
	// CodeInvalidLinkIdentifier occurs when the url of a @link is not a url, as
	// in `@link(url: "federation")`.
	CodeInvalidLinkIdentifier = "INVALID_LINK_IDENTIFIER"
	// CodeUnknownFederationLinkVersion occurs when the version of the federation
	// specification is not one of 2.0 to 2.14.
	CodeUnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION"
	// CodeUnknownLinkVersion occurs when the version of another known
	// specification is unknown, as in `https://specs.apollo.dev/tag/v9.0`.
	CodeUnknownLinkVersion = "UNKNOWN_LINK_VERSION"
)

// Error is one problem of one place in the SDL.
type Error struct {
	Code    string
	Message string
	// Position is where the problem is; nil if it has no place.
	Position *ast.Position
}

// Error returns "file:line:column: CODE: message".
func (e *Error) Error() string {
	if e.Position == nil {
		return e.Code + ": " + e.Message
	}
	name := ""
	if e.Position.Src != nil {
		name = e.Position.Src.Name
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", name, e.Position.Line, e.Position.Column, e.Code, e.Message)
}
