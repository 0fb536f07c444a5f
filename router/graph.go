package router

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/introspection"
	"github.com/weftql/weft/router/internal/limit"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/origin"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// graph is everything that is built from one supergraph. It is replaced as a
// whole; a request uses one from its beginning to its end.
type graph struct {
	supergraph    *supergraph.Supergraph
	querygraph    *querygraph.Graph
	introspection *introspection.Introspection // nil if it is off
	introspector  execute.Introspect           // introspect; made once
	client        *subgraph.Client
	flights       *subgraph.Flights // through the client
	answers       *answers          // nil if none are shared
	limits        operation.Limits
	admission     *limit.Admission
	origins       *origin.Finder
	exposures     []execute.Exposure // of errors, by subgraph
	headers       *subgraph.HeaderRules
	overrides     overrides
	separate      bool // plan.Config.SeparateEntities
	plans         plans
}

// build makes everything that a supergraph needs. It connects to nothing.
func (r *Router) build(s *supergraph.Supergraph) (*graph, error) {
	if err := plan.Supported(s); err != nil {
		return nil, err
	}
	g := &graph{
		admission:  r.admission,
		origins:    r.origins,
		supergraph: s,
		limits: operation.Limits{
			MaxTokens: r.config.Limits.ParserMaxTokens, MaxRecursion: r.config.Limits.ParserMaxRecursion,
		},
		separate: !*r.config.QueryPlanning.BatchEntities,
	}
	var err error
	if g.querygraph, err = querygraph.New(s); err != nil {
		return nil, err
	}
	g.overrides = newOverrides(g.querygraph.Labels(), r.config.ProgressiveOverride, r.log)
	if g.plans, err = newPlans(r.config.QueryPlanning.Cache); err != nil {
		return nil, err
	}
	var clients subgraph.Config
	var flights subgraph.FlightConfig
	g.headers = subgraph.NewHeaderRules(r.config.Headers, namesOf(s))
	for i, sub := range s.Subgraphs {
		address := cmp.Or(r.config.OverrideSubgraphURL[sub.Name], sub.URL)
		traffic := r.config.TrafficShaping.of(sub.Name)
		settings := traffic.settings(address, r.config.TLS.Subgraph.of(sub.Name))
		settings.KeepHeaders = g.headers.Keeps(i)
		clients.Subgraphs = append(clients.Subgraphs, subgraph.Subgraph{Name: sub.Name, URL: address, Settings: settings})
		flights.Subgraphs = append(flights.Subgraphs, subgraph.SubgraphFlights{Timeout: traffic.Timeout, Alone: !*traffic.DeduplicateQuery})
		g.exposures = append(g.exposures, r.config.IncludeSubgraphErrors.exposure(sub.Name))
	}
	if g.client, err = subgraph.New(clients, r.signer); err != nil {
		return nil, err
	}
	g.flights = subgraph.NewFlights(g.client, flights)
	if r.config.Supergraph.Introspection {
		g.introspection = introspection.New(s.API)
	}
	g.introspector = g.introspect
	if r.config.TrafficShaping.Router.DeduplicateQuery {
		g.answers = newAnswers()
	}
	return g, nil
}

// wait returns when nothing is being planned, and no answer is being made that
// several wait for.
func (g *graph) wait() {
	g.plans.wait()
	if g.answers != nil {
		g.answers.Wait()
	}
}

// codeIntrospectionDisabled occurs when a client asks for __schema or __type and
// the router does not answer them, as in {__schema{types{name}}} without
// supergraph.introspection.
const codeIntrospectionDisabled = "INTROSPECTION_DISABLED"

// checkIntrospection refuses introspection that is off, or goes too deep.
func (g *graph) checkIntrospection(p *plan.Plan) error {
	at := slices.IndexFunc(p.Fetches, func(f *plan.Fetch) bool { return f.Kind == plan.IntrospectionFetch })
	if at < 0 {
		return nil
	}
	if g.introspection == nil {
		return gqlerror.List{{
			Message: "introspection has been disabled", Extensions: map[string]any{"code": codeIntrospectionDisabled},
		}}
	}
	return introspection.Check(p.Fetches[at].Text)
}

// introspect answers an introspection fetch (execute.Introspect).
func (g *graph) introspect(_ context.Context, fetch *plan.Fetch, variables map[string]json.RawMessage) ([]byte, error) {
	decoded := make(map[string]any, len(fetch.Variables))
	for _, name := range fetch.Variables {
		if text, given := variables[name]; given {
			var value any
			if err := json.Unmarshal(text, &value); err != nil {
				return nil, fmt.Errorf("variable %s: %w", name, err)
			}
			decoded[name] = value
		}
	}
	return g.introspection.Execute(fetch.Text, decoded)
}
