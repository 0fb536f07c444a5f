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
	source source
	labels []string
}

// plans are what is known of the requests to one supergraph that came last: of
// their bodies, their texts and their plans.
type plans struct {
	documents documents
	planned   *cache.Cache[planKey, *planned]
}

// documentShare is the part of the memory for plans that documents take: what
// clients send.
const documentShare = 4

// entryMemory is what an entry takes beside its key and its value.
const entryMemory = 512

func newPlans(config PlanCacheConfig) (plans, error) {
	bytes := int(config.MaxBytes)
	documents, err := newDocuments(cache.Config{MaxEntries: config.MaxPlans, MaxBytes: bytes / documentShare})
	if err != nil {
		return plans{}, err
	}
	planned, err := cache.New[planKey, *planned](cache.Config{MaxEntries: config.MaxPlans, MaxBytes: bytes - bytes/documentShare})
	return plans{documents, planned}, err
}

// prepare finds what a body asks for and what executes it, or makes them. Errors
// are *transport.Error and gqlerror.List for what the client can mend, and that of
// a deadline or a context that came before they were made.
func (g *graph) prepare(ctx context.Context, body *transport.Body, t *terms) (a asked, p *planned, err error) {
	if a, err = g.read(ctx, body, t.deadline); err != nil {
		return a, nil, err
	}
	var bits [32]byte
	labels := a.document.appendLabels(bits[:0], &g.overrides, &t.labels)
	if p, ok := g.plans.planned.Find(planKey{a.document.key, string(labels)}); ok {
		return a, p, nil
	}
	ctx, cancel := context.WithDeadline(ctx, t.deadline)
	defer cancel()
	p, err = g.planFor(ctx, planKey{a.document.key, string(labels)}, a)
	return a, p, err
}

// planFor makes a plan that is not there.
func (g *graph) planFor(ctx context.Context, key planKey, a asked) (*planned, error) {
	d, op := a.document, a.operation
	return g.plans.planned.Do(ctx, key, func(ctx context.Context) (*planned, int, error) {
		var err error
		if op == nil {
			if op, err = operation.New(d.source.query, d.source.operationName, g.supergraph, g.limits); err != nil {
				return nil, 0, err
			}
		}
		p := &planned{source: d.source}
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
	return entryMemory + len(key.operation) + len(key.labels) + p.source.memory() + 16*len(p.labels) + program
}

// warm plans what another supergraph's plan was for. Labels that are gone are
// left out; of those that are new none is set.
func (g *graph) warm(ctx context.Context, old *planned) error {
	a, err := g.document(ctx, old.source)
	if err != nil {
		return err
	}
	c := choice{claimed: old.labels, draw: 100} // by their names alone
	labels := a.document.appendLabels(nil, &g.overrides, &c)
	_, err = g.planFor(ctx, planKey{a.document.key, string(labels)}, a)
	return err
}

// wait returns when nothing is being planned.
func (p *plans) wait() {
	p.documents.texts.Wait()
	p.planned.Wait()
}
