package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

const planUsage = `Usage: weft plan --operation QUERY [--supergraph FILE] [--name NAME]
                 [--variables JSON] [--override LABEL]... [--format FORMAT]

Shows how the router answers an operation: which requests go to which subgraphs,
and what waits for what. Nothing is sent.

  --operation QUERY  the GraphQL document, as in '{ me { name } }', or the file that
                     holds it; "-" reads it from standard input
  --supergraph FILE  the supergraph (default schema/supergraph.graphqls)
  --name NAME        which operation of the document, if it has several
  --variables JSON   values of its variables, or @FILE with them: requests that
                     @skip and @include leave out are left out of the plan
  --override LABEL   plan for requests that set the label of an @override; as
                     often as there are labels (default: none is set)
  --format FORMAT    text: the notation of Apollo's query plans (default)
                     json: the same as JSON
                     dag:  a line for each request, with the requests that it
                           waits for, which the other two cannot say exactly
`

// planOptions are the flags of weft plan.
type planOptions struct {
	document, supergraph, name, variables, format string
	labels                                        []string
}

// showPlan is the subcommand `weft plan`.
func showPlan(ctx context.Context, args []string, io console) error {
	var o planOptions
	flags := flag.NewFlagSet("weft plan", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), planUsage) }
	flags.StringVar(&o.document, "operation", "", "")
	flags.StringVar(&o.supergraph, "supergraph", "schema/supergraph.graphqls", "")
	flags.StringVar(&o.name, "name", "", "")
	flags.StringVar(&o.variables, "variables", "", "")
	flags.StringVar(&o.format, "format", "text", "")
	flags.Func("override", "", func(label string) error { o.labels = append(o.labels, label); return nil })
	if err := parseFlags(flags, args, io); err != nil {
		return err
	}
	switch {
	case o.document == "":
		fmt.Fprintln(io.err, "--operation is missing: name a file, or write the query")
		flags.Usage()
		return errUsage
	case !slices.Contains([]string{"text", "json", "dag"}, o.format):
		fmt.Fprintf(io.err, "--format %s: there are text, json and dag\n", o.format)
		flags.Usage()
		return errUsage
	}
	if err := o.show(ctx, io); err != nil {
		return fmt.Errorf("weft plan: %w", err)
	}
	return nil
}

// show prints the plan.
func (o planOptions) show(ctx context.Context, io console) error {
	graph, err := o.graph()
	if err != nil {
		return err
	}
	text, place, err := o.readDocument(io.in)
	if err != nil {
		return err
	}
	op, err := operation.New(text, o.name, graph.Supergraph, operation.Limits{})
	if err != nil {
		return planError(place, err)
	}
	p, err := plan.New(ctx, op, graph, plan.Config{Labels: o.labels})
	if err != nil {
		return planError(place, err)
	}
	if o.variables != "" {
		if p, err = o.given(p, op); err != nil {
			return planError(place, err)
		}
	}
	o.tellLabels(op, graph, io)
	return o.print(p, graph.Supergraph, io)
}

// graph reads the supergraph, which has to have the labels.
func (o planOptions) graph() (*querygraph.Graph, error) {
	sdl, err := os.ReadFile(o.supergraph)
	if err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	s, err := supergraph.Parse(o.supergraph, string(sdl))
	if err != nil {
		return nil, err
	}
	if err := plan.Supported(s); err != nil {
		return nil, err
	}
	graph, err := querygraph.New(s)
	if err != nil {
		return nil, err
	}
	for _, label := range o.labels {
		if !slices.Contains(graph.Labels(), label) {
			known := "it has none"
			if labels := graph.Labels(); len(labels) > 0 {
				known = "it has " + strings.Join(labels, ", ")
			}
			return nil, fmt.Errorf("--override: no field of %s has the label %q; %s", o.supergraph, label, known)
		}
	}
	return graph, nil
}

// given leaves out what the variables leave out.
func (o planOptions) given(p *plan.Plan, op *operation.Operation) (*plan.Plan, error) {
	text, place := []byte(o.variables), "--variables"
	if file, isFile := strings.CutPrefix(o.variables, "@"); isFile {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("--variables: %w", err)
		}
		place = file
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, fmt.Errorf(`%s: want a JSON object such as {"first": 10}: %w`, place, err)
	}
	values, err := op.Variables(given)
	if err != nil {
		return nil, err
	}
	is := map[string]bool{}
	for name, value := range values {
		is[name] = string(value) == "true"
	}
	return p.Given(is), nil
}

// tellLabels says on which labels the plan depends, so that nobody takes it for
// the only one.
func (o planOptions) tellLabels(op *operation.Operation, graph *querygraph.Graph, io console) {
	var all []string
	met := plan.Labels(op, graph)
	for i, label := range graph.Labels() {
		if met.Has(i) {
			state := "not set"
			if slices.Contains(o.labels, label) {
				state = "set"
			}
			all = append(all, fmt.Sprintf("%s (%s)", label, state))
		}
	}
	if len(all) > 0 {
		fmt.Fprintf(io.err, "weft plan: the plan depends on the labels %s\n", strings.Join(all, ", "))
	}
}

func (o planOptions) print(p *plan.Plan, s *supergraph.Supergraph, io console) error {
	var names []string
	for _, sub := range s.Subgraphs {
		names = append(names, sub.Name)
	}
	text := p.Text(names)
	switch o.format {
	case "json":
		encoded, err := p.JSON(names)
		if err != nil {
			return err
		}
		text = string(encoded)
	case "dag":
		text = dag(p, names)
	}
	if p.Stats.Exhausted {
		fmt.Fprintf(io.err, "weft plan: the search ended after %d choices; there may be a plan with fewer requests\n", p.Stats.Work)
	}
	_, err := fmt.Fprintln(io.out, text)
	return err
}

// readDocument returns the document and what to call it in errors.
func (o planOptions) readDocument(in io.Reader) (text, place string, err error) {
	if strings.Contains(o.document, "{") { // which no query is without
		return o.document, "operation", nil
	}
	if o.document == "-" {
		read, err := io.ReadAll(in)
		return string(read), "-", err
	}
	read, err := os.ReadFile(o.document)
	if err != nil {
		return "", "", fmt.Errorf("operation: %w", err)
	}
	return string(read), o.document, nil
}

// planError lays out what is wrong with an operation, an error a line.
func planError(document string, err error) error {
	var list gqlerror.List
	if !errors.As(err, &list) {
		return err
	}
	var lines []string
	for _, e := range list {
		place := document
		if len(e.Locations) > 0 {
			place += ":" + e.Locations[0].String()
		}
		lines = append(lines, fmt.Sprintf("%s: %v: %s", place, e.Extensions["code"], e.Message))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// dag prints a request a line: number, subgraph, the places whose objects it
// looks up, the requests it waits for, and what it sends. The last line says what
// the plan took to find.
func dag(p *plan.Plan, names []string) string {
	var lines []string
	for _, f := range p.Fetches {
		line := fmt.Sprintf("#%d ", f.ID)
		if f.Kind == plan.IntrospectionFetch {
			line += "(the router itself)"
		} else {
			line += names[f.Subgraph]
		}
		if f.Kind == plan.ReentryFetch {
			line += " " + strings.Join(p.Positions[f.Position].Path, ".")
		}
		for _, e := range f.Entities {
			for _, t := range e.Targets {
				line += " " + strings.Join(p.Positions[t.Position].Path, ".")
			}
		}
		for i, d := range f.DependsOn {
			line += []string{" after ", ", "}[min(i, 1)] + fmt.Sprintf("#%d", d)
		}
		if f.Condition != nil {
			line += " if " + f.Condition.String()
		}
		lines = append(lines, line+"\n   "+f.Text)
	}
	work := fmt.Sprintf("found after %d choices", p.Stats.Work)
	if p.Stats.Exhausted {
		work += ", which is all that it may look at"
	}
	lines = append(lines, work)
	return strings.Join(lines, "\n")
}
