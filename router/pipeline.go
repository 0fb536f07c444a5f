package router

import (
	"context"
	"errors"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/origin"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/router/internal/telemetry"
	"github.com/weftql/weft/router/internal/transport"
)

// exposure says what a response tells of its plan.
type exposure int

const (
	hidden  exposure = iota
	exposed          // the plan is in the extensions
	dryRun           // that, and nothing is executed
)

// terms are what is known of a request besides its body: who sends it, and how it
// is to be answered.
type terms struct {
	caller   auth.Caller
	source   origin.Source
	headers  *subgraph.Headers // nil if none go on
	labels   choice
	exposure exposure
	deadline time.Time
}

// answer is the pipeline: what happens to the body of a request, in order. A
// check on operations is a line here. An error means that nothing was executed;
// whatever goes wrong in execution is in the response, which the caller releases.
func (g *graph) answer(ctx context.Context, body *transport.Body, t terms) (*response.Response, error) {
	record := telemetry.RecordOf(ctx)

	// 1, 3, 4: bytes → request → operation → plan, from the cache if it was there
	// before.
	asked, prepared, err := g.prepare(ctx, body, &t)
	if err != nil {
		return nil, err
	}
	record.Operation = asked.document.Name

	variables, err := asked.document.Variables(asked.variables)
	if err != nil {
		return nil, err
	}
	extensions, err := prepared.extensions(g, t.exposure)
	if err != nil {
		return nil, err
	}
	if t.exposure == dryRun {
		return &response.Response{Body: append(append([]byte(`{"data":null,"extensions":`), extensions...), '}')}, nil
	}

	// 5, 6: plan → fetches → response.
	input := execute.Input{
		Variables:             variables,
		Flights:               g.flights,
		Introspect:            g.introspector,
		Deadline:              t.deadline,
		RequestID:             record.RequestID,
		Claims:                t.caller.Encoded,
		Headers:               t.headers,
		IncludeSubgraphErrors: g.exposures,
		Extensions:            extensions,
	}
	if asked.document.Kind == ast.Mutation {
		from := g.origins.Find(t.source)
		if input.MutationClaims, err = t.caller.From(from.Address, from.UserAgent); err != nil {
			return nil, err
		}
	}
	if g.shareable(&asked) {
		return g.share(ctx, answerKey{
			planned: prepared, variables: string(asked.appendVariables(nil, variables)),
			caller: t.caller.Encoded, headers: t.headers.Key(), exposure: t.exposure,
		}, input)
	}
	return g.execute(ctx, prepared.program, input)
}

// execute executes a program when the memory that it is expected to take is
// there. An error is that of ctx or of the deadline.
func (g *graph) execute(ctx context.Context, program *execute.Program, input execute.Input) (*response.Response, error) {
	need := program.Expects()
	if err := g.admission.Enter(ctx, input.Deadline, need); err != nil {
		return nil, err
	}
	// Writing the answer is not waited for: a client may read as slowly as it likes.
	defer g.admission.Leave(need)
	return program.Execute(ctx, input), nil
}

// errorList returns an error's list of GraphQL errors, if it has one.
func errorList(err error) (gqlerror.List, bool) {
	var list gqlerror.List
	if errors.As(err, &list) {
		return list, true
	}
	var single *gqlerror.Error
	if errors.As(err, &single) {
		return gqlerror.List{single}, true
	}
	return nil, false
}
