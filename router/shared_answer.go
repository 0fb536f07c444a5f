package router

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/cache"
	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
)

// answerKey is all on which the answer to a request depends, whole, within one
// supergraph: two requests share an answer only if their keys are equal.
type answerKey struct {
	// planned is the operation's plan, and thereby the operation with its labels.
	planned   *planned
	variables string // the operation's, in their order
	// caller are the caller's claims: the subject, the session, the scopes and until
	// when they hold.
	caller string
	// headers are those that go on to subgraphs (subgraph.Headers.Key).
	headers  string
	exposure exposure
}

// answers are the answers that are being made for one supergraph.
//
//	a query, and an equal one is being executed ──▶ wait for its answer
//	otherwise                                   ──▶ execute, and let others wait
//
// Execution lives as long as anybody waits for it: the first one may leave, and
// the last one to leave ends it. Nothing is kept.
type answers = cache.Flights[answerKey, made]

// made is an answer, and what has come back with it for the client.
type made struct {
	*response.Response
	headers *subgraph.Headers
}

func newAnswers() *answers { return cache.NewFlights[answerKey](made.Release) }

// grace is how much longer than for an answer a request waits for one that is
// shared: an answer that ends by itself says better why.
const grace = 100 * time.Millisecond

// shareable tells whether the answer to a request may be another one's too.
func (g *graph) shareable(a *asked) bool { return g.answers != nil && a.document.Kind == ast.Query }

// share executes a request, or takes the answer of an equal one that is being
// executed. An error is that of a context or of a deadline that has come.
func (g *graph) share(ctx context.Context, key answerKey, input execute.Input) (*response.Response, error) {
	program := key.planned.program
	// Others may read the variables when the body, in which they lie, is gone.
	input.Variables = maps.Clone(input.Variables)
	for name, value := range input.Variables {
		input.Variables[name] = bytes.Clone(value)
	}
	// Whoever began ends by the same deadline, and says better why.
	waiting, cancel := context.WithDeadline(ctx, input.Deadline.Add(grace))
	defer cancel()
	for {
		flight, first, err := g.answers.Join(waiting, key, func(ctx context.Context) (made, error) {
			answer, err := g.execute(ctx, program, input)
			return made{answer, input.Headers}, err
		})
		switch {
		case !first && errors.Is(err, context.DeadlineExceeded) && waiting.Err() == nil: // not this one's deadline
		case err != nil:
			return nil, err
		case !first && flight.Value.Own:
			flight.Release()
			return g.execute(ctx, program, input)
		case !first && flight.Value.Late: // it had less time than there is
			flight.Release()
		default:
			if !first {
				input.Headers.Share(flight.Value.headers)
			}
			return &response.Response{Body: flight.Value.Body, Errors: flight.Value.Errors, Owner: reader{flight}}, nil
		}
	}
}

// reader is one of those who read a shared answer.
type reader struct {
	flight *cache.Flight[made]
}

// Reclaim says that the answer was read.
func (r reader) Reclaim() { r.flight.Release() }

// appendVariables appends the values of an operation's variables in the order of
// their declarations. No value ends where another one would go on: none has a
// comma outside of quotes and brackets.
func (a *asked) appendVariables(out []byte, values map[string]json.RawMessage) []byte {
	for i := range a.document.Declarations {
		out = append(append(out, values[a.document.Declarations[i].Name]...), ',')
	}
	return out
}
