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
	// router does not handle yet: `@join__type(isInterfaceObject: true)`.
	CodeUnsupportedFeature = "UNSUPPORTED_FEATURE"
	// CodeUnsupportedLinkedFeature occurs when a link that readers must
	// understand is unknown: `@link(url: "https://example.com/x", for: SECURITY)`.
	CodeUnsupportedLinkedFeature = "UNSUPPORTED_LINKED_FEATURE"
)

func invalid(pos *ast.Position, format string, args ...any) error {
	return &federation.Error{Code: CodeInvalidFederationSupergraph, Message: fmt.Sprintf(format, args...), Position: pos}
}

func unsupported(pos *ast.Position, format string, args ...any) error {
	return &federation.Error{Code: CodeUnsupportedFeature, Message: fmt.Sprintf(format, args...), Position: pos}
}
