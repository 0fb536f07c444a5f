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

// Oracle is a running Node process. It answers one request after another and is
// safe for concurrent use; use several for parallel work.
type Oracle struct {
	command *exec.Cmd

	mu     sync.Mutex
	input  io.WriteCloser
	output *bufio.Reader
	stderr bytes.Buffer
	broken error // why no more requests are possible
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
	o := &Oracle{command: exec.CommandContext(ctx, node, "--max-old-space-size=4096", "apollo.cjs")}
	o.command.Dir = directory
	o.command.Stderr = &o.stderr
	if o.input, err = o.command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	output, err := o.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	o.output = bufio.NewReaderSize(output, 1<<20)
	if err := o.command.Start(); err != nil {
		return nil, fmt.Errorf("oracle: %w", err)
	}
	return o, nil
}

// Close ends the process and waits for it.
func (o *Oracle) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken == nil {
		o.broken = errors.New("oracle: closed")
	}
	_ = o.input.Close() // it may have ended already
	if err := o.command.Wait(); err != nil {
		return fmt.Errorf("oracle: %w: %s", err, strings.TrimSpace(o.stderr.String()))
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
	// Milliseconds is how long composition took, parsing not counted.
	Milliseconds float64 `json:"milliseconds"`
}

// Duration is how long composition took.
func (c Composition) Duration() time.Duration {
	return time.Duration(c.Milliseconds * float64(time.Millisecond))
}

// Compose runs Apollo's composition. That subgraphs do not compose is no error
// here, but Composition.Errors.
func (o *Oracle) Compose(ctx context.Context, subgraphs []federation.Subgraph) (Composition, error) {
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
	var answer Composition
	err := o.ask(ctx, map[string]any{"subgraphs": services}, &answer)
	return answer, err
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
// killed and the oracle unusable: Node can not be interrupted otherwise.
func (o *Oracle) ask(ctx context.Context, request, answer any) error {
	line, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken != nil {
		return o.broken
	}
	stop := context.AfterFunc(ctx, func() { _ = o.command.Process.Kill() })
	defer stop()
	text, err := o.exchange(append(line, '\n'))
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		o.broken = fmt.Errorf("oracle: %w", err)
		return o.broken
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

func (o *Oracle) exchange(line []byte) ([]byte, error) {
	if _, err := o.input.Write(line); err != nil {
		return nil, err
	}
	return o.output.ReadBytes('\n')
}

// CrashError is an exception of Apollo's code where it should have returned
// errors. The oracle remains usable.
type CrashError struct{ Stack string }

// Error returns the exception's text.
func (e *CrashError) Error() string { return "oracle: exception: " + e.Stack }
