package router

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/cache"
	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/transport"
)

// documentKey is what a client sends, whole: two requests share a document only
// if their texts are equal.
type documentKey struct {
	query, operationName string
}

// document is what is known of a request's text: the operation that it means.
// It is immutable and safe for concurrent use.
type document struct {
	operation.Head
	// key is that of the operation's normal form: documents that mean the same
	// share their plans.
	key string
	// labels are the labels that decide about the plan, by their index.
	labels []int
}

// planKey is what a plan is made for, whole, within one supergraph: @skip and
// @include with variables are conditions in the plan, so that it is right for all
// values of variables.
type planKey struct {
	operation string // document.key
	labels    string // a bit for each of document.labels: whether it is set
}

// planned is an operation with all that is known before its variables. It is
// immutable and safe for concurrent use.
type planned struct {
	plan    *plan.Plan
	program *execute.Program
	// source is a text that means the operation, labels those that are set: what
	// it takes to plan it again for another supergraph.
	source documentKey
	labels []string
}

// plans are the documents and plans of one supergraph that were used last.
type plans struct {
	documents *cache.Cache[documentKey, *document]
	planned   *cache.Cache[planKey, *planned]
}

// Of the memory for plans, a part is for documents: the client's texts.
const documentShare = 4

// entryMemory is what an entry takes beside its key and its value.
const entryMemory = 512

func newPlans(config PlanCacheConfig) (plans, error) {
	bytes := int(config.MaxBytes)
	documents, err := cache.New[documentKey, *document](cache.Config{MaxEntries: config.MaxPlans, MaxBytes: bytes / documentShare})
	if err != nil {
		return plans{}, err
	}
	planned, err := cache.New[planKey, *planned](cache.Config{MaxEntries: config.MaxPlans, MaxBytes: bytes - bytes/documentShare})
	return plans{documents, planned}, err
}

// document returns what a request's text means. The operation comes with it if
// this call has read the text. Errors are gqlerror.List for what the client can
// mend.
func (g *graph) document(ctx context.Context, key documentKey) (d *document, op *operation.Operation, err error) {
	if d, ok := g.plans.documents.Find(key); ok {
		return d, nil, nil
	}
	// Written before Do returns: if by another call, then to that one's variable.
	read := new(*operation.Operation)
	d, err = g.plans.documents.Do(ctx, key, func(context.Context) (*document, int, error) {
		op, err := operation.New(key.query, key.operationName, g.supergraph, g.limits)
		if err != nil {
			return nil, 0, err
		}
		d := &document{Head: op.Head, key: op.Key()}
		met := plan.Labels(op, g.querygraph)
		for i := range g.querygraph.Labels() {
			if met.Has(i) {
				d.labels = append(d.labels, i)
			}
		}
		*read = op
		return d, d.memory(key), nil
	})
	if err != nil {
		return nil, nil, err
	}
	return d, *read, nil
}

func (d *document) memory(key documentKey) int {
	const declaration = 512 // with its type and default
	return entryMemory + len(key.query) + len(key.operationName) + len(d.key) + 8*len(d.labels) + declaration*len(d.Declarations)
}

// appendLabels appends a bit for each of the document's labels.
func (d *document) appendLabels(out []byte, o *overrides, c *choice) []byte {
	for k, label := range d.labels {
		if k%8 == 0 {
			out = append(out, 0)
		}
		if o.sets(label, c) {
			out[k/8] |= 1 << (k % 8)
		}
	}
	return out
}

// prepare turns a request's text into what can be executed, or takes it from the
// cache. Its errors are gqlerror.List for what the client can mend.
func (g *graph) prepare(ctx context.Context, request *transport.Request, c choice) (*document, *planned, error) {
	source := documentKey{request.Query, request.OperationName}
	d, op, err := g.document(ctx, source)
	if err != nil {
		return nil, nil, err
	}
	var bits [32]byte
	labels := d.appendLabels(bits[:0], &g.overrides, &c)
	if p, ok := g.plans.planned.Find(planKey{d.key, string(labels)}); ok {
		return d, p, nil
	}
	p, err := g.planFor(ctx, planKey{d.key, string(labels)}, d, op, source)
	return d, p, err
}

// planFor makes a plan that is not there. The operation may be nil; then it is
// read from the source again.
func (g *graph) planFor(ctx context.Context, key planKey, d *document, op *operation.Operation, source documentKey) (*planned, error) {
	return g.plans.planned.Do(ctx, key, func(ctx context.Context) (*planned, int, error) {
		var err error
		if op == nil {
			if op, err = operation.New(source.query, source.operationName, g.supergraph, g.limits); err != nil {
				return nil, 0, err
			}
		}
		p := &planned{source: source}
		for k, label := range d.labels {
			if key.labels[k/8]&(1<<(k%8)) != 0 {
				p.labels = append(p.labels, g.overrides.labels[label])
			}
		}
		if err = refuse(op); err != nil {
			return nil, 0, err
		}
		if p.plan, err = plan.New(ctx, op, g.querygraph, plan.Config{SeparateEntities: g.separate, Labels: p.labels}); err != nil {
			return nil, 0, err
		}
		if err = g.checkIntrospection(p.plan); err != nil {
			return nil, 0, err
		}
		if p.program, err = execute.Compile(p.plan, g.supergraph); err != nil {
			return nil, 0, err
		}
		return p, p.memory(key), nil
	})
}

// refuse finds what is planned, but cannot be executed or sent yet.
func refuse(op *operation.Operation) error {
	refused := &gqlerror.Error{Extensions: map[string]any{"code": plan.CodeUnsupportedFeature}}
	switch {
	case op.Kind == ast.Subscription:
		refused.Message = "subscriptions are not supported"
	case len(op.Defers) > 0:
		refused.Message = "@defer is not supported"
		place := op.Defers[0].Position
		refused.Locations = []gqlerror.Location{{Line: place.Line, Column: place.Column}}
	default:
		return nil
	}
	return gqlerror.List{refused}
}

func (p *planned) memory(key planKey) int {
	program := p.program.Memory()
	program += program / 8 // slices have room to spare
	return entryMemory + len(key.operation) + len(key.labels) + len(p.source.query) + len(p.source.operationName) + 16*len(p.labels) + program
}

// warm plans what another supergraph's plan was for. Labels that are gone are
// left out; of those that are new none is set.
func (g *graph) warm(ctx context.Context, old *planned) error {
	d, op, err := g.document(ctx, old.source)
	if err != nil {
		return err
	}
	c := choice{claimed: old.labels, draw: 100} // by their names alone
	labels := d.appendLabels(nil, &g.overrides, &c)
	_, err = g.planFor(ctx, planKey{d.key, string(labels)}, d, op, old.source)
	return err
}

// wait returns when nothing is being planned.
func (p *plans) wait() {
	p.documents.Wait()
	p.planned.Wait()
}
