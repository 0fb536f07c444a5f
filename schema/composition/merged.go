package composition

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkMerged runs federation's rules that only the merged schema can break.
func (c *composer) checkMerged(ctx context.Context, _ []federation.Subgraph) error {
	for _, rule := range []func(){
		c.checkInterfaceFields,
		c.checkCostOfInterfaceObjects,
		c.checkRequiresMerged,
		c.checkTransitiveAuth,
		c.checkContextAuth,
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
// Rule: merged fields fit the merged interfaces of their type; merged defaults
// are values of their merged types, since an enum may have lost a value; an
// input that is @deprecated in one subgraph is not required by another.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkMergedGraphQL(context.Context, []federation.Subgraph) error {
	c.checkComposedApplications()
	for _, t := range c.super.types {
		for _, name := range t.interfaces {
			if i := c.super.typeNamed(name); i != nil {
				c.checkImplementation(&c.super.schema, t, i)
			}
		}
		for _, f := range t.fields {
			if t.kind == ast.InputObject {
				c.checkMergedInput(f)
			}
			for _, a := range f.args {
				c.checkMergedInput(a)
			}
		}
	}
	return nil
}

func (c *composer) checkMergedInput(f *field) {
	if f.required() && has(f.applied, "deprecated") {
		c.invalid(f.places(), "%q is @deprecated in one subgraph and required by another: nobody could stop giving it", f.coordinate)
	}
	if f.def != nil && !c.super.validValue(f.def, f.typ) {
		c.invalid(f.places(), "the default %s of %q is no value of its type %q once the subgraphs are merged", printValue(f.def), f.coordinate, f.typ)
	}
}
