package composition

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// Document returns the document on which Compose checks satisfiability; nil if
// the subgraphs do not merge.
func Document(ctx context.Context, subgraphs []federation.Subgraph) *ast.SchemaDocument {
	c := &composer{definitions: &definitions{byText: map[string]*ast.DirectiveDefinition{}}}
	for _, step := range []func(context.Context, []federation.Subgraph) error{c.read, c.validate, c.upgrade, c.merge} {
		if err := step(ctx, subgraphs); err != nil || len(c.errs) > 0 {
			return nil
		}
	}
	return c.super.document(c.subgraphs)
}
