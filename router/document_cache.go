package router

import (
	"context"
	"encoding/json"
	"time"

	"github.com/weftql/weft/router/internal/cache"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/transport"
)

// source is the text that a client sends for an operation.
type source struct {
	// key is the text as it stands in the request (transport.Request.Key): two
	// requests share a document only if their keys are equal.
	key                  string
	query, operationName string // what it means
}

// sourceOf returns the source of a request with a given key.
func sourceOf(key string, request *transport.Request) source {
	s := source{key: key, query: request.Text(), operationName: request.Operation()}
	if written := key[1 : len(request.Query)-1]; written == s.query {
		s.query = written // one memory for both
	}
	return s
}

func (s *source) memory() int { return len(s.key) + len(s.query) + len(s.operationName) }

// document is what is known of a request's text: the operation that it means.
// It is immutable and safe for concurrent use. Nothing in it depends on who
// sends the text.
type document struct {
	operation.Head
	source source
	// key is that of the operation's normal form: documents that mean the same
	// share their plans.
	key string
	// labels are the labels that decide about the plan, by their index.
	labels []int
	// variables are the names of those that the operation declares.
	variables []string
}

func (d *document) memory() int {
	const declaration = 512 // with its type and default
	return d.source.memory() + len(d.key) + 8*len(d.labels) + declaration*len(d.Declarations)
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

// documents are the documents of one supergraph that were asked for last. They
// are found in two ways:
//
//	body ──bodies──▶ document                  the whole body is known: it is not read
//	  │ unknown
//	  ▼ Read
//	query, operationName ──texts──▶ document   variables are read, and they alone
//	  │ unknown
//	  ▼ parse, validate, normalize             kept by text at once; by body, if it gives
//	                                           no variables, when it comes again
//
// Errors are not kept: a text that is wrong is read each time.
type documents struct {
	bodies *cache.Cache[string, *document]
	texts  *cache.Cache[string, *document] // by source.key
	// seen are the bodies that came lately: one that comes once would take the
	// place of one that comes often.
	seen *cache.Sightings
}

// sightings is how many bodies are remembered for one that is kept.
const sightings = 8

// newDocuments returns documents within bounds: as many bodies as texts, and half
// of the memory for either.
func newDocuments(config cache.Config) (d documents, err error) {
	config.MaxBytes /= 2
	if d.bodies, err = cache.New[string, *document](config); err != nil {
		return d, err
	}
	if d.texts, err = cache.New[string, *document](config); err != nil {
		return d, err
	}
	d.seen, err = cache.NewSightings(sightings * min(config.MaxEntries, 1<<16))
	return d, err
}

// asked is what a request's body asks for.
type asked struct {
	document *document
	// operation is there if the text has just been read.
	operation *operation.Operation
	// variables are as the client gave them, in the memory of the body: those that
	// the operation declares, at least.
	variables map[string]json.RawMessage
}

// read tells what a body asks for. Errors are *transport.Error for what is no
// request, and gqlerror.List for what the client can mend in its operation.
func (g *graph) read(ctx context.Context, body *transport.Body, deadline time.Time) (a asked, err error) {
	known := &g.plans.documents
	if d, ok := cache.FindText(known.bodies, body.Bytes()); ok {
		return asked{document: d}, nil
	}
	request, err := transport.Read(body)
	if err != nil {
		return a, err
	}
	key := request.Key(body)
	if d, ok := cache.FindText(known.texts, key); ok {
		a.document = d
	} else {
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		if a, err = g.document(ctx, sourceOf(string(key), &request)); err != nil {
			return a, err
		}
	}
	a.variables = request.DecodeVariables(a.document.variables)
	if len(a.variables) == 0 && known.seen.Again(body.Bytes()) {
		// The document counts again: here it stays when its text has been dropped.
		known.bodies.Add(string(body.Bytes()), a.document, entryMemory+len(body.Bytes())+a.document.memory())
	}
	return a, nil
}

// document returns what a text means. The operation comes with it if this call
// has read the text. Errors are gqlerror.List for what the client can mend.
func (g *graph) document(ctx context.Context, s source) (a asked, err error) {
	// Written before Do returns: if by another call, then to that one's variable.
	read := new(*operation.Operation)
	a.document, err = g.plans.documents.texts.Do(ctx, s.key, func(context.Context) (*document, int, error) {
		op, err := operation.New(s.query, s.operationName, g.supergraph, g.limits)
		if err != nil {
			return nil, 0, err
		}
		d := &document{Head: op.Head, source: s, key: op.Key()}
		met := plan.Labels(op, g.querygraph)
		for i := range g.querygraph.Labels() {
			if met.Has(i) {
				d.labels = append(d.labels, i)
			}
		}
		for i := range op.Declarations {
			d.variables = append(d.variables, op.Declarations[i].Name)
		}
		*read = op
		return d, entryMemory + d.memory(), nil
	})
	if err != nil {
		return asked{}, err
	}
	a.operation = *read
	return a, nil
}
