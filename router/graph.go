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
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/router/internal/transport"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// graph is everything that is built from one supergraph. It is replaced as a
// whole; a request uses one from its beginning to its end.
type graph struct {
	supergraph    *supergraph.Supergraph
	querygraph    *querygraph.Graph
	introspection *introspection.Introspection // nil if it is off
	subgraphs     *subgraph.Client
	limits        operation.Limits
	includeErrors []bool // by subgraph
	plans         planCache
}

// planned is an operation with all that is known before its variables. It is
// immutable and safe for concurrent use.
type planned struct {
	operation *operation.Operation
	plan      *plan.Plan
	program   *execute.Program
}

// build makes everything that a supergraph needs. It connects to nothing.
func (r *Router) build(s *supergraph.Supergraph) (*graph, error) {
	if err := plan.Supported(s); err != nil {
		return nil, err
	}
	g := &graph{
		supergraph: s,
		limits: operation.Limits{
			MaxTokens: r.config.Limits.ParserMaxTokens, MaxRecursion: r.config.Limits.ParserMaxRecursion,
		},
	}
	var err error
	if g.querygraph, err = querygraph.New(s); err != nil {
		return nil, err
	}
	if labels := g.querygraph.Labels(); len(labels) > 0 {
		return nil, fmt.Errorf("%s: @override(label: %q): requests cannot set labels yet", plan.CodeUnsupportedFeature, labels[0])
	}
	clients := subgraph.Config{Timeout: r.config.TrafficShaping.All.Timeout}
	for _, sub := range s.Subgraphs {
		address := cmp.Or(r.config.OverrideSubgraphURL[sub.Name], sub.URL)
		clients.Subgraphs = append(clients.Subgraphs, subgraph.Subgraph{Name: sub.Name, URL: address})
		include, single := r.config.IncludeSubgraphErrors.Subgraphs[sub.Name]
		g.includeErrors = append(g.includeErrors, single && include || !single && r.config.IncludeSubgraphErrors.All)
	}
	if g.subgraphs, err = subgraph.New(clients, r.signer); err != nil {
		return nil, err
	}
	if r.config.Supergraph.Introspection {
		g.introspection = introspection.New(s.API)
	}
	return g, nil
}

// prepare turns a request's text into what can be executed, or takes it from the
// cache. Its errors are gqlerror.List for what the client can mend.
func (g *graph) prepare(ctx context.Context, request *transport.Request) (*planned, error) {
	key := planKey{request.Query, request.OperationName}
	if known := g.plans.find(key); known != nil {
		return known, nil
	}
	p := &planned{}
	var err error
	if p.operation, err = operation.New(request.Query, request.OperationName, g.supergraph, g.limits); err != nil {
		return nil, err
	}
	if p.plan, err = plan.New(ctx, p.operation, g.querygraph, plan.Config{}); err != nil {
		return nil, err
	}
	if err = g.checkIntrospection(p.plan); err != nil {
		return nil, err
	}
	if p.program, err = execute.Compile(p.plan, g.supergraph); err != nil {
		return nil, err
	}
	g.plans.add(key, p)
	return p, nil
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
