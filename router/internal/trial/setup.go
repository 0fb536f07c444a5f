package trial

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/weftql/weft/router/internal/plan/verify"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// ErrNotComposed is the error of New for a universe that does not compose, or has
// fields that nobody can answer: what is chosen at random does not always fit
// together.
var ErrNotComposed = errors.New("the universe does not compose")

// Setup is a universe with all that it takes to try operations on it: its
// supergraph, its subgraphs in memory, and the monolith. It is not safe for
// concurrent use.
type Setup struct {
	// Supergraph is what the universe composes to.
	Supergraph *supergraph.Supergraph

	labels   []string
	graph    *querygraph.Graph // for requests with the labels
	whole    *querygraph.Graph
	verifier *verify.Verifier
	monolith *universe.Monolith
	sender   *sender
	flights  *subgraph.Flights
	facts    *facts
}

// New makes a Setup for requests that set the given labels of progressive
// overrides and no others.
func New(ctx context.Context, u universe.Universe, labels []string) (*Setup, error) {
	composed, err := composition.Compose(ctx, u.Subgraphs, composition.Options{})
	if err != nil {
		return nil, errors.Join(ErrNotComposed, err)
	}
	s := &Setup{labels: labels}
	if s.facts, err = readFacts(u); err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	if s.Supergraph, err = supergraph.Parse("supergraph", composed.Supergraph); err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	if s.whole, err = querygraph.New(s.Supergraph); err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	s.graph = s.whole.WithLabels(labels)
	s.verifier = verify.New(s.graph)
	if s.monolith, err = u.Monolith(s.Supergraph.API); errors.Is(err, universe.ErrUnanswerable) {
		return nil, errors.Join(ErrNotComposed, err)
	} else if err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	handlers, err := u.Serve(labels...)
	if err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	byName := map[string]http.Handler{}
	for i, h := range handlers {
		byName[u.Subgraphs[i].Name] = h
	}
	s.sender = &sender{}
	for _, sub := range s.Supergraph.Subgraphs {
		s.sender.handlers = append(s.sender.handlers, byName[sub.Name])
	}
	s.flights = subgraph.NewFlights(s.sender, subgraph.FlightConfig{})
	return s, nil
}
