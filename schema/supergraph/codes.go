package supergraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// The codes of the errors that reading a supergraph can give, besides those of
// package federation.
const (
	// CodeInvalidFederationSupergraph occurs when the text is GraphQL, but not a
	// supergraph: `@join__field(graph: X)` where join__Graph has no X.
	CodeInvalidFederationSupergraph = "INVALID_FEDERATION_SUPERGRAPH"
	// CodeUnsupportedFeature occurs when the supergraph uses something that the
	// router does not handle yet: `@join__field(contextArguments: […])`.
	CodeUnsupportedFeature = "UNSUPPORTED_FEATURE"
	// CodeUnsupportedLinkedFeature occurs when a link that readers must
	// understand is unknown: `@link(url: "https://example.com/x", for: SECURITY)`.
	CodeUnsupportedLinkedFeature = "UNSUPPORTED_LINKED_FEATURE"
)

// The codes of the errors that [Contract] can give besides. All but the first
// are those that composition has for @inaccessible.
const (
	// CodeInvalidContract occurs when the filter makes no sense: a tag that is
	// both included and excluded.
	CodeInvalidContract = "INVALID_CONTRACT"
	// CodeQueryRootInaccessible occurs when no field of the query root is left.
	CodeQueryRootInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// CodeReferencedInaccessible occurs when something that is shown has a type
	// that is hidden: `me: User` without User.
	CodeReferencedInaccessible = "REFERENCED_INACCESSIBLE"
	// CodeRequiredInaccessible occurs when an argument or input field is hidden
	// that clients have to give: `user(id: ID!): User` without `id`.
	CodeRequiredInaccessible = "REQUIRED_INACCESSIBLE"
	// CodeImplementedByInaccessible occurs when a field is hidden, but not the
	// field of an interface that it implements.
	CodeImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE"
	// CodeDefaultUsesInaccessible occurs when a default value that is shown uses
	// a hidden enum value or input field.
	CodeDefaultUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE"
)

func invalid(pos *ast.Position, format string, args ...any) error {
	return &federation.Error{Code: CodeInvalidFederationSupergraph, Message: fmt.Sprintf(format, args...), Position: pos}
}

func unsupported(pos *ast.Position, format string, args ...any) error {
	return &federation.Error{Code: CodeUnsupportedFeature, Message: fmt.Sprintf(format, args...), Position: pos}
}
