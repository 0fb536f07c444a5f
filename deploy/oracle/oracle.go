package oracle

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/weftql/weft/schema/federation"
)

// ErrNotInstalled says that Node or the packages are missing; its text tells
// how to get them. A test skips then.
var ErrNotInstalled = errors.New("not installed: needs node 20 and `npm ci` in deploy/oracle")

// Oracle is a Node process. It answers one request after another and is safe for
// concurrent use; use several for parallel work.
type Oracle struct {
	launch func() (*process, error)

	mu      sync.Mutex
	running *process // nil after a request that was given up, and after Close
	closed  bool
}

// process is one run of apollo.cjs.
type process struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	stderr  bytes.Buffer
}

// Start starts the process. It ends with Close, when ctx ends, or with this
// process, whose end closes its standard input.
func Start(ctx context.Context) (*Oracle, error) {
	_, file, _, found := runtime.Caller(0)
	if !found {
		return nil, errors.New("oracle: built without the names of source files")
	}
	directory := filepath.Dir(file)
	if _, err := os.Stat(filepath.Join(directory, "node_modules", "@apollo", "composition")); err != nil {
		return nil, fmt.Errorf("oracle: %w", ErrNotInstalled)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", ErrNotInstalled)
	}
	o := &Oracle{launch: func() (*process, error) {
		command := exec.CommandContext(ctx, node, "--max-old-space-size=4096", "apollo.cjs")
		command.Dir = directory
		return run(command)
	}}
	if o.running, err = o.launch(); err != nil {
		return nil, err
	}
	return o, nil
}

func run(command *exec.Cmd) (*process, error) {
	p := &process{command: command}
	command.Stderr = &p.stderr
	var err error
	if p.input, err = command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	p.output = bufio.NewReaderSize(output, 1<<20)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	return p, nil
}

// Close ends the process and waits for it.
func (o *Oracle) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.running == nil {
		return nil
	}
	p := o.running
	o.running = nil
	_ = p.input.Close() // it may have ended already
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("oracle: %w: %s", err, strings.TrimSpace(p.stderr.String()))
	}
	return nil
}

// Problem is an error of Apollo's composition.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Hint is a hint of Apollo's composition.
type Hint struct {
	Code       string `json:"code"`
	Level      string `json:"level"`
	Message    string `json:"message"`
	Coordinate string `json:"coordinate"`
}

// Composition is what Apollo's composition makes of subgraphs: either Errors, or
// the rest.
type Composition struct {
	// Supergraph is the supergraph's SDL, API the schema that clients see.
	Supergraph string    `json:"supergraph"`
	API        string    `json:"api"`
	Hints      []Hint    `json:"hints"`
	Errors     []Problem `json:"errors"`
	// Milliseconds is how long composition took, from the texts of the subgraphs to
	// that of the supergraph.
	Milliseconds float64 `json:"milliseconds"`
}

// Duration is how long composition took.
func (c Composition) Duration() time.Duration {
	return time.Duration(c.Milliseconds * float64(time.Millisecond))
}

// Compose runs Apollo's composition. That subgraphs do not compose is no error
// here, but Composition.Errors.
func (o *Oracle) Compose(ctx context.Context, subgraphs []federation.Subgraph) (Composition, error) {
	return o.ComposeWithin(ctx, subgraphs, 0)
}

// ComposeWithin is Compose with a limit for the paths that the check whether every
// query can be answered follows. Zero is Apollo's own limit, 1,000,000.
func (o *Oracle) ComposeWithin(ctx context.Context, subgraphs []federation.Subgraph, maximumPaths int) (Composition, error) {
	type service struct {
		Name string `json:"name"`
		URL  string `json:"url"`
		SDL  string `json:"sdl"`
	}
	services := []service{}
	for _, s := range subgraphs {
		var sdl strings.Builder
		for _, source := range s.Sources {
			sdl.WriteString(source.Text + "\n")
		}
		services = append(services, service{s.Name, s.URL, sdl.String()})
	}
	request := map[string]any{"subgraphs": services}
	if maximumPaths > 0 {
		request["maximumPaths"] = maximumPaths
	}
	var answer Composition
	err := o.ask(ctx, request, &answer)
	return answer, err
}

// Catalogue is what Apollo's packages name, whether composition can raise it or
// not.
type Catalogue struct {
	Codes []string `json:"codes"`
	Hints []string `json:"hints"`
}

// Catalogue lists Apollo's codes of errors and hints.
func (o *Oracle) Catalogue(ctx context.Context) (Catalogue, error) {
	var answer Catalogue
	err := o.ask(ctx, map[string]any{"catalogue": true}, &answer)
	return answer, err
}

// API derives the API schema of a supergraph with Apollo's library.
func (o *Oracle) API(ctx context.Context, supergraph string) (string, error) {
	var answer struct{ API string }
	err := o.ask(ctx, map[string]any{"api": supergraph}, &answer)
	return answer.API, err
}

// PlanRequest asks for the plans of operations on one supergraph.
type PlanRequest struct {
	Supergraph string   `json:"supergraph"`
	Operations []string `json:"operations"`
	// Overrides are the labels of @override and whether they are on.
	Overrides map[string]bool `json:"overrides,omitempty"`
	// MaximumPlans bounds the plans that are evaluated. Defaults to Apollo's
	// own bound.
	MaximumPlans int `json:"maximumPlans,omitempty"`
}

// Plan is Apollo's plan of an operation, or why there is none.
type Plan struct {
	// Text and JSON are the plan in Apollo's two formats.
	Text string          `json:"text"`
	JSON json.RawMessage `json:"json"`
	// Evaluated is how many plans were compared.
	Evaluated int `json:"evaluated"`
	// Milliseconds is how long planning took.
	Milliseconds float64 `json:"milliseconds"`
	// Error is empty if there is a plan.
	Error string `json:"error"`
}

// Plan runs Apollo's query planner; there is one Plan for each operation.
func (o *Oracle) Plan(ctx context.Context, request PlanRequest) ([]Plan, error) {
	var answer struct {
		Plans []Plan `json:"plans"`
	}
	err := o.ask(ctx, request, &answer)
	return answer.Plans, err
}

// ask sends a request and reads its answer. When ctx ends first, the process is
// killed, because Node can not be interrupted otherwise; the next request starts
// another.
func (o *Oracle) ask(ctx context.Context, request, answer any) error {
	line, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errors.New("oracle: closed")
	}
	if o.running == nil {
		if o.running, err = o.launch(); err != nil {
			return err
		}
	}
	p := o.running
	stop := context.AfterFunc(ctx, func() { _ = p.command.Process.Kill() })
	defer stop()
	text, err := p.exchange(append(line, '\n'))
	if err != nil {
		_ = p.command.Process.Kill() // it may have ended already
		_ = p.command.Wait()         // it says no more than err
		o.running = nil
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("oracle: %w: %s", err, strings.TrimSpace(p.stderr.String()))
	}
	var failure struct{ Crash string }
	if err := json.Unmarshal(text, &failure); err != nil {
		return fmt.Errorf("oracle: answer: %w", err)
	}
	if failure.Crash != "" {
		return &CrashError{Stack: failure.Crash}
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("oracle: answer: %w", err)
	}
	return nil
}

func (p *process) exchange(line []byte) ([]byte, error) {
	if _, err := p.input.Write(line); err != nil {
		return nil, err
	}
	return p.output.ReadBytes('\n')
}

// CrashError is an exception of Apollo's code where it should have returned
// errors. The oracle remains usable.
type CrashError struct{ Stack string }

// Error returns the exception's text.
func (e *CrashError) Error() string { return "oracle: exception: " + e.Stack }
