package composition

import (
	"context"

	"github.com/weftql/weft/schema/federation"
)

// validate checks each subgraph by itself: GraphQL's rules, then federation's if
// there were no errors, and works out the facts that merging needs.
func (c *composer) validate(ctx context.Context, _ []federation.Subgraph) error {
	return c.each(ctx, len(c.subgraphs), func(one *composer, i int) { one.validateSubgraph(c.subgraphs[i]) })
}

func (c *composer) validateSubgraph(s *subgraph) {
	for _, rule := range c.graphqlRules() {
		rule(s)
	}
	if len(c.errs) == 0 && !s.federation1 { // which is upgraded first
		c.validateFederation(s)
	}
}

// validateFederation checks a subgraph that keeps GraphQL's rules.
func (c *composer) validateFederation(s *subgraph) {
	before := len(c.errs)
	if c.checkProvidedTypes(s); len(c.errs) > before {
		return // the facts would be wrong
	}
	s.recollectFacts()
	for _, rule := range c.federationRules() {
		rule(s)
	}
}

// federationRules are the rules of federation that a subgraph must keep by
// itself, in the order in which they run.
func (c *composer) federationRules() []func(*subgraph) {
	return []func(*subgraph){
		c.checkKeys,
		c.checkRequires,
		c.checkProvides,
		c.checkContextNames,
		c.checkFromContext,
		c.checkExternalOnInterface,
		c.checkExternalUsed,
		c.checkInterfaceKeysImplemented,
		c.checkInterfaceObjects,
		c.checkShareable,
		c.checkCost,
		c.checkListSize,
		c.checkAuthOnInterface,
	}
}
