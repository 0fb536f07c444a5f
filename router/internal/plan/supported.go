package plan

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
)

// Supported refuses a supergraph with constructs that are not planned yet. Its
// error joins one [*federation.Error] with the code UNSUPPORTED_FEATURE per place.
func Supported(s *supergraph.Supergraph) error {
	var errs []error
	refuse := func(pos *ast.Position, format string, args ...any) {
		errs = append(errs, &federation.Error{Code: CodeUnsupportedFeature, Message: fmt.Sprintf(format, args...), Position: pos})
	}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			for _, j := range f.Joins {
				if j.Override.Label != "" {
					refuse(j.Position, "@override(label: %q): field \"%s.%s\"", j.Override.Label, t.Definition.Name, f.Definition.Name)
				}
			}
		}
	}
	return errors.Join(errs...)
}
