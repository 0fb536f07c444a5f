package universe

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Request is what a Handler was asked once.
type Request struct {
	// Query is the document as it was sent.
	Query string
	// Representations are those of all its _entities fields, as JSON.
	Representations []string
	// Header is the HTTP request's.
	Header http.Header
}

// Handler serves one Subgraph: POST with application/json, as GraphQL over HTTP
// has it. It is safe for concurrent use.
type Handler struct {
	subgraph Subgraph
	schema   *ast.Schema
	rules    *rules.Rules

	mu       sync.Mutex
	requests []Request
}

// New returns a handler of subgraph, or what is wrong with its SDL.
func New(subgraph Subgraph) (*Handler, error) {
	schema, err := subgraph.load()
	if err != nil {
		return nil, err
	}
	return &Handler{subgraph: subgraph, schema: schema, rules: rules.NewDefaultRules()}, nil
}

// Requests returns what was asked since the last Reset, in order of arrival.
func (h *Handler) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// Reset forgets the requests.
func (h *Handler) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query         string
		OperationName string
		Variables     map[string]any
	}
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.record(r, body.Query, body.Variables)
	data, errs := h.answer(body.Query, body.OperationName, body.Variables)
	w.Header().Set("Content-Type", "application/json")
	response := map[string]any{"data": data}
	if len(errs) > 0 {
		response["errors"] = errs
	}
	// The client sees a broken connection if this fails; there is nobody else
	// to tell.
	_ = json.NewEncoder(w).Encode(response)
}

// answer executes one operation; the data is nil when it does not validate.
func (h *Handler) answer(query, name string, raw map[string]any) (any, gqlerror.List) {
	document, err := parser.ParseQuery(&ast.Source{Name: "query", Input: query})
	if err != nil {
		return nil, gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
	if errs := validator.ValidateWithRules(h.schema, document, h.rules); len(errs) > 0 {
		return nil, errs
	}
	operation := document.Operations.ForName(name)
	if operation == nil {
		return nil, gqlerror.List{gqlerror.Errorf("no operation %q", name)}
	}
	variables, err := validator.VariableValues(h.schema, operation, raw)
	if err != nil {
		return nil, gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
	return execute(h.schema, h.subgraph, operation, variables)
}

// record keeps what was asked.
func (h *Handler) record(r *http.Request, query string, variables map[string]any) {
	request := Request{Query: query, Header: r.Header.Clone()}
	names := make([]string, 0, len(variables))
	for name := range variables {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		list, isList := variables[name].([]any)
		for _, item := range list {
			if object, isObject := item.(map[string]any); isList && isObject && object["__typename"] != nil {
				text, err := json.Marshal(object)
				if err == nil {
					request.Representations = append(request.Representations, string(text))
				}
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = append(h.requests, request)
}
