package composition

import (
	"context"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// Options configure composition. The zero value is what production uses.
type Options struct {
	// MaximumVersion is the highest federation version that a subgraph may link,
	// for platforms whose other tools know no newer one. Defaults to the newest
	// version that this package knows.
	MaximumVersion federation.Version
	// MaximumStates bounds the work of the check whether every query can be
	// answered, in objects of queries that it looks at. Defaults to 1,000,000.
	MaximumStates int
}

// Result is a successful composition.
type Result struct {
	// Supergraph is the supergraph's SDL with join__ directives. The same
	// subgraphs give the same bytes, in whichever order they come.
	Supergraph string
	// Hints are remarks for the developers, in the order in which they arose.
	Hints []Hint
}

// Compose merges subgraphs into a supergraph. The error is an [Errors] whose
// elements are [*Error], except when ctx ends first: then it wraps ctx.Err().
//
// Compose changes nothing that it is given, keeps nothing between calls, and may
// be called from many goroutines.
func Compose(ctx context.Context, subgraphs []federation.Subgraph, opts Options) (Result, error) {
	c := &composer{opts: opts, definitions: &definitions{byText: map[string]*ast.DirectiveDefinition{}}}
	steps := []func(context.Context, []federation.Subgraph) error{
		c.read,
		c.validate,
		c.upgrade,
		c.merge,
		c.checkMerged,
		c.checkMergedGraphQL,
		c.checkInaccessible,
		c.checkListSizeMerged,
		c.checkSatisfiability,
	}
	for _, step := range steps {
		if err := step(ctx, subgraphs); err != nil {
			return Result{}, fmt.Errorf("composition: %w", err)
		}
		if len(c.errs) > 0 {
			return Result{}, c.errs
		}
	}
	return Result{Supergraph: c.sdl, Hints: c.hints}, nil
}

// composer is the state of one composition.
type composer struct {
	opts        Options
	subgraphs   []*subgraph   // in the order of their names
	super       *mergedSchema // nil before merge
	sdl         string        // of super; empty before the last step
	errs        Errors
	definitions *definitions
	hints       []Hint
}

func (c *composer) fail(code Code, locations []Location, format string, args ...any) {
	c.errs = append(c.errs, &Error{Code: code, Message: fmt.Sprintf(format, args...), Locations: locations})
}
