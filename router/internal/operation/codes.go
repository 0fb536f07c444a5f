package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The values of extensions.code of this package's errors, as Apollo Router names
// them.
const (
	// CodeParsing occurs when the text is not GraphQL or exceeds a limit:
	// `{ a`.
	CodeParsing = "PARSING_ERROR"
	// CodeValidationFailed occurs when the document breaks a validation rule:
	// `{ noSuchField }`.
	CodeValidationFailed = "GRAPHQL_VALIDATION_FAILED"
	// CodeUnknownOperation occurs when the document has no operation of the
	// requested name, or several and none was requested.
	CodeUnknownOperation = "GRAPHQL_UNKNOWN_OPERATION_NAME"
	// CodeInvalidVariable occurs when a variable's value does not fit its type:
	// `{"id": true}` for `$id: ID!`.
	CodeInvalidVariable = "VALIDATION_INVALID_TYPE_VARIABLE"
	// CodeUnsupportedFeature occurs when the operation uses something that the
	// router does not handle yet: `... @defer { a }`.
	CodeUnsupportedFeature = "UNSUPPORTED_FEATURE"
)

func errorAt(code string, pos *ast.Position, format string, args ...any) *gqlerror.Error {
	err := &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
	if pos != nil {
		err.Locations = []gqlerror.Location{{Line: pos.Line, Column: pos.Column}}
	}
	return err
}
