package composition

import (
	"context"

	"github.com/weftql/weft/schema/federation"
)

// checkMerged runs federation's rules that only the merged schema can break.
func (c *composer) checkMerged(ctx context.Context, _ []federation.Subgraph) error {
	for _, rule := range []func(){
		c.checkQueries,
		c.checkInterfaceFields,
		c.checkRequiresMerged,
		c.checkTransitiveAuth,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		rule()
	}
	return nil
}

// checkMergedGraphQL applies to the supergraph the rules of GraphQL that it can
// break although every subgraph keeps them.
//
// Rule: merged fields fit the merged interfaces of their type, and merged
// defaults are values of their merged types: an enum may have lost a value.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkMergedGraphQL(context.Context, []federation.Subgraph) error {
	for _, t := range c.super.types {
		for _, name := range t.interfaces {
			if i := c.super.typeNamed(name); i != nil {
				c.checkImplementation(&c.super.schema, t, i)
			}
		}
		for _, f := range t.fields {
			c.checkMergedDefault(f)
			for _, a := range f.args {
				c.checkMergedDefault(a)
			}
		}
	}
	return nil
}

func (c *composer) checkMergedDefault(f *field) {
	if f.def != nil && !c.super.validValue(f.def, f.typ) {
		c.invalid(f.places(), "the default %s of %q is no value of its type %q once the subgraphs are merged", printValue(f.def), f.coordinate, f.typ)
	}
}
