package plan

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The values of extensions.code of this package's errors.
const (
	// CodeUnsupportedFeature occurs when the operation, or the supergraph, needs
	// something that the planner does not do yet; the message names it.
	CodeUnsupportedFeature = "UNSUPPORTED_FEATURE"
	// CodeUnreachable occurs when no plan satisfies the operation: a field lives
	// in a subgraph that nothing leads to. Composition normally rules it out.
	CodeUnreachable = "UNSATISFIABLE_OPERATION"
)

func errorAt(code string, path []string, pos *ast.Position, format string, args ...any) *gqlerror.Error {
	text := fmt.Sprintf(format, args...)
	if len(path) > 0 {
		text += " (at " + strings.Join(path, ".") + ")"
	}
	err := &gqlerror.Error{Message: text, Extensions: map[string]any{"code": code}}
	if pos != nil {
		err.Locations = []gqlerror.Location{{Line: pos.Line, Column: pos.Column}}
	}
	return err
}
