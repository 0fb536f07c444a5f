package shop

import (
	"context"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
)

// Supergraph composes the subgraphs, which are at base + "/" + name. It returns
// the text and what it says.
func Supergraph(ctx context.Context, base string) (string, *supergraph.Supergraph, error) {
	var subgraphs []federation.Subgraph
	for _, name := range Names() {
		sdl, err := SDL(name)
		if err != nil {
			return "", nil, err
		}
		subgraphs = append(subgraphs, federation.Subgraph{
			Name: name, URL: base + "/" + name, Sources: []federation.Source{{Name: name + ".graphqls", Text: sdl}},
		})
	}
	composed, err := composition.Compose(ctx, subgraphs, composition.Options{})
	if err != nil {
		return "", nil, err
	}
	parsed, err := supergraph.Parse("supergraph.graphqls", composed.Supergraph)
	return composed.Supergraph, parsed, err
}
