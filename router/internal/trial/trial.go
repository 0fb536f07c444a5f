package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/universe"
)

// Trial is one operation that was planned and executed.
type Trial struct {
	// Operation is what was asked, by a client and of the monolith.
	Operation universe.Operation
	// Plan is nil if there is none.
	Plan *plan.Plan
	// Want is what the monolith answers, Got what the router does.
	Want, Got Answer
	// Found is what the oracles found to be wrong.
	Found map[Oracle]string

	normal *operation.Operation
	sent   map[int]string // the bodies of the requests, by fetch
}

// Answer is a response.
type Answer struct {
	Data   json.RawMessage
	Errors json.RawMessage // nil if there are none
}

// Oracle is who finds a trial to fail.
type Oracle string

const (
	// Refusal is that the router refuses an operation that the monolith answers:
	// it finds no plan, or one that does not compile, or the planner panics.
	Refusal Oracle = "refusal"
	// Verifier is that package verify finds the plan to be wrong.
	Verifier Oracle = "verifier"
	// Monolith is that the router's data, or the presence of errors, is not what
	// the monolith gives.
	Monolith Oracle = "monolith"
)

// Oracles lists them, in the order in which they look.
func Oracles() []Oracle { return []Oracle{Refusal, Verifier, Monolith} }

// Caught is the first oracle that found something wrong, or "".
func (t *Trial) Caught() Oracle {
	for _, o := range Oracles() {
		if t.Found[o] != "" {
			return o
		}
	}
	return ""
}

// Why is what that oracle found.
func (t *Trial) Why() string { return t.Found[t.Caught()] }

// Fetches is the number of requests that were made to subgraphs.
func (t *Trial) Fetches() int { return len(t.sent) }

// Answered tells whether the monolith answers without errors and with some leaf
// that is not null.
func (t *Trial) Answered() bool {
	var data any
	return t.Want.Errors == nil && json.Unmarshal(t.Want.Data, &data) == nil && hasLeaf(data)
}

func hasLeaf(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case map[string]any:
		for _, child := range v {
			if hasLeaf(child) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, hasLeaf)
	}
	return true
}

// maxTokens is more than a random operation has.
const maxTokens = 1 << 20

// Try plans and executes an operation, verifies its plan, and compares the answer
// with the monolith's. The configuration's labels are the Setup's. An error means
// that the operation is not valid: there is nothing to try.
func (s *Setup) Try(ctx context.Context, o universe.Operation, config plan.Config) (*Trial, error) {
	normal, err := operation.New(o.Query, "", s.Supergraph, operation.Limits{MaxTokens: maxTokens})
	if err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	t := &Trial{Operation: o, Found: map[Oracle]string{}, normal: normal}
	data, errs := s.monolith.Execute(o)
	t.Want.Data = data
	if len(errs) > 0 {
		if t.Want.Errors, err = json.Marshal(errs); err != nil {
			return nil, fmt.Errorf("trial: %w", err)
		}
	}
	config.Labels = s.labels
	if t.Plan, err = s.plan(ctx, normal, config); err != nil {
		t.Found[Refusal] = err.Error()
		return t, nil
	}
	program, err := execute.Compile(t.Plan, s.Supergraph)
	if err != nil {
		t.Found[Refusal] = err.Error()
		return t, nil
	}
	if err := s.verifier.Check(normal, t.Plan); err != nil {
		t.Found[Verifier] = err.Error()
	}
	if err := s.execute(ctx, t, program); err != nil {
		return nil, err
	}
	switch {
	case t.Found[Monolith] != "":
	case (t.Want.Errors == nil) != (t.Got.Errors == nil):
		t.Found[Monolith] = "errors on one side only"
	case !t.Want.equal(t.Got, !strings.Contains(o.Query, "(if: $")):
		t.Found[Monolith] = "the data differ"
	}
	return t, nil
}

// plan plans an operation. A panic is one case that failed, with its seed, and not
// the end of a run of thousands.
func (s *Setup) plan(ctx context.Context, o *operation.Operation, config plan.Config) (p *plan.Plan, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("trial: the planner panics: %v\n%s", value, debug.Stack())
		}
	}()
	return plan.New(ctx, o, s.whole, config)
}

func (s *Setup) execute(ctx context.Context, t *Trial, program *execute.Program) error {
	raw := map[string]json.RawMessage{}
	for name, value := range t.Operation.Variables {
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("trial: variable %s: %w", name, err)
		}
		raw[name] = text
	}
	variables, err := t.normal.Variables(raw)
	if err != nil {
		return fmt.Errorf("trial: %w", err)
	}
	all := make([]execute.Exposure, len(s.Supergraph.Subgraphs))
	for i := range all {
		all[i].Whole = true
	}
	s.sender.reset()
	response := program.Execute(ctx, execute.Input{Variables: variables, Flights: s.flights, IncludeSubgraphErrors: all})
	defer response.Release()
	var body struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(response.Body, &body); err != nil {
		t.Found[Monolith] = fmt.Sprintf("%v in %s", err, response.Body)
	}
	t.Got = Answer{body.Data, body.Errors}
	t.sent = s.sender.sent
	return nil
}

// equal compares data, without the errors. The order of fields counts, unless
// conditions move them: a field that is selected twice stands where it was
// selected first, whether or not that selection is skipped.
func (a Answer) equal(b Answer, ordered bool) bool {
	var x, y bytes.Buffer
	if json.Compact(&x, a.Data) == nil && json.Compact(&y, b.Data) == nil && bytes.Equal(x.Bytes(), y.Bytes()) {
		return true
	}
	return !ordered && reflect.DeepEqual(decoded(a.Data), decoded(b.Data))
}

func decoded(text json.RawMessage) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	return value
}
