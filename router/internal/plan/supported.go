package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
)

// Supported refuses a supergraph with constructs that are not planned yet. Its
// error joins one [*federation.Error] with the code UNSUPPORTED_FEATURE per place.
func Supported(s *supergraph.Supergraph) error {
	var errs []error
	if l := s.Connect; l != nil {
		errs = append(errs, &federation.Error{
			Code: CodeUnsupportedFeature, Message: "connectors: the supergraph links " + l.URL, Position: l.Position,
		})
	}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			for _, j := range f.Joins {
				if len(j.Context) > 0 && isInterfaceObject(t, j.Graph) {
					errs = append(errs, &federation.Error{
						Code: CodeUnsupportedFeature,
						Message: fmt.Sprintf("@fromContext on an @interfaceObject: the argument %q of field \"%s.%s\" in subgraph %q",
							j.Context[0].Name, t.Definition.Name, f.Definition.Name, s.Subgraphs[j.Graph].Name),
						Position: j.Position,
					})
				}
			}
		}
	}
	return errors.Join(errs...)
}

// isInterfaceObject tells whether a subgraph has a type as an interface object.
func isInterfaceObject(t *supergraph.Type, graph int) bool {
	return slices.ContainsFunc(t.Joins, func(j supergraph.TypeJoin) bool { return j.Graph == graph && j.InterfaceObject })
}
