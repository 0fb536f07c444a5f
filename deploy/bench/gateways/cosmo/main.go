// Command cosmo is Cosmo's engine behind net/http, to be compared with: the planner,
// the resolver and the HTTP data source of graphql-go-tools, as they are, for the
// four subgraphs of the benchmark. Plans are kept by the text of the operation.
//
// It is a module of its own, outside go.work, so that what it needs is no
// dependency of Weft's. It is built with GOWORK=off.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/wundergraph/graphql-go-tools/v2/pkg/ast"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/astnormalization"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/astparser"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/asttransform"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/astvalidation"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/engine/plan"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/engine/postprocess"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/engine/resolve"
	"github.com/wundergraph/graphql-go-tools/v2/pkg/operationreport"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "cosmo:", err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "", "where to listen")
	subgraphs := flag.String("subgraphs", "", "the address before /NAME")
	schemas := flag.String("schemas", "", "the directory with NAME.graphqls")
	api := flag.String("api", "", "the file with the schema that clients see")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	e, err := newEngine(ctx, *subgraphs, *schemas, *api)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: *listen, Handler: e, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return server.ListenAndServe()
}

// engine answers operations.
type engine struct {
	schema   *ast.Document
	config   plan.Configuration
	resolver *resolve.Resolver

	mutex   sync.RWMutex
	plans   map[string]*plan.SynchronousResponsePlan
	buffers sync.Pool
}

func newEngine(ctx context.Context, subgraphs, schemas, api string) (*engine, error) {
	text, err := os.ReadFile(api)
	if err != nil {
		return nil, err
	}
	schema, report := astparser.ParseGraphqlDocumentBytes(text)
	if report.HasErrors() {
		return nil, report
	}
	if err := asttransform.MergeDefinitionWithBaseSchema(&schema); err != nil {
		return nil, err
	}
	sources, err := dataSources(ctx, subgraphs, schemas)
	if err != nil {
		return nil, err
	}
	return &engine{
		schema: &schema,
		config: plan.Configuration{DataSources: sources, Fields: fields(), DisableResolveFieldPositions: true},
		resolver: resolve.New(ctx, resolve.ResolverOptions{
			MaxConcurrency: 1024, PropagateSubgraphErrors: true,
		}),
		plans:   map[string]*plan.SynchronousResponsePlan{},
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}, nil
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var request struct {
		Query string
	}
	if err := json.Unmarshal(body, &request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	prepared, err := e.plan(request.Query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out := e.buffers.Get().(*bytes.Buffer)
	out.Reset()
	defer e.buffers.Put(out)
	if _, err := e.resolver.ResolveGraphQLResponse(resolve.NewContext(r.Context()), prepared.Response, nil, out); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = w.Write(out.Bytes())
}

// maxPlans bounds the plans that are kept.
const maxPlans = 1000

// plan returns the plan of an operation.
func (e *engine) plan(query string) (*plan.SynchronousResponsePlan, error) {
	e.mutex.RLock()
	known := e.plans[query]
	e.mutex.RUnlock()
	if known != nil {
		return known, nil
	}
	made, err := e.makePlan(query)
	if err != nil {
		return nil, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(e.plans) < maxPlans {
		e.plans[query] = made
	}
	return made, nil
}

func (e *engine) makePlan(query string) (*plan.SynchronousResponsePlan, error) {
	operation, parsed := astparser.ParseGraphqlDocumentString(query)
	if parsed.HasErrors() {
		return nil, parsed
	}
	var report operationreport.Report
	name := ""
	for i := range operation.OperationDefinitions {
		name = operation.OperationDefinitionNameString(i)
	}
	astnormalization.NewWithOpts(
		astnormalization.WithExtractVariables(), astnormalization.WithInlineFragmentSpreads(),
		astnormalization.WithRemoveFragmentDefinitions(), astnormalization.WithRemoveUnusedVariables(),
	).NormalizeOperation(&operation, e.schema, &report)
	if report.HasErrors() {
		return nil, report
	}
	astvalidation.DefaultOperationValidator().Validate(&operation, e.schema, &report)
	if report.HasErrors() {
		return nil, report
	}
	planner, err := plan.NewPlanner(e.config)
	if err != nil {
		return nil, err
	}
	made := planner.Plan(&operation, e.schema, name, &report)
	if report.HasErrors() {
		return nil, report
	}
	synchronous, ok := made.(*plan.SynchronousResponsePlan)
	if !ok {
		return nil, fmt.Errorf("a plan of the kind %T", made)
	}
	postprocess.NewProcessor().Process(synchronous)
	return synchronous, nil
}
