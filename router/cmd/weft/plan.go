package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

const planUsage = `Usage: weft plan --operation FILE [--supergraph FILE] [--name NAME] [--format FORMAT]

Shows how the router answers an operation: which requests go to which subgraphs,
and what waits for what. Nothing is sent.

  --operation FILE   the GraphQL document; "-" reads it from standard input
  --supergraph FILE  the supergraph (default schema/supergraph.graphqls)
  --name NAME        which operation of the document, if it has several
  --format FORMAT    text: the notation of Apollo's query plans (default)
                     json: the same as JSON
                     dag:  a line for each request, with the requests that it
                           waits for, which the other two cannot say exactly
`

// showPlan is the subcommand `weft plan`.
func showPlan(ctx context.Context, args []string, io console) error {
	var document, file, name, format string
	flags := flag.NewFlagSet("weft plan", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), planUsage) }
	flags.StringVar(&document, "operation", "", "")
	flags.StringVar(&file, "supergraph", "schema/supergraph.graphqls", "")
	flags.StringVar(&name, "name", "", "")
	flags.StringVar(&format, "format", "text", "")
	if err := parseFlags(flags, args, io); err != nil {
		return err
	}
	if document == "" || format != "text" && format != "json" && format != "dag" {
		fmt.Fprint(io.err, planUsage)
		return errUsage
	}
	s, p, err := planFile(ctx, file, document, name, io.in)
	if err != nil {
		return fmt.Errorf("weft plan: %w", planError(document, err))
	}
	var names []string
	for _, sub := range s.Subgraphs {
		names = append(names, sub.Name)
	}
	text := p.Text(names)
	switch format {
	case "json":
		encoded, err := p.JSON(names)
		if err != nil {
			return fmt.Errorf("weft plan: %w", err)
		}
		text = string(encoded)
	case "dag":
		text = dag(p, names)
	}
	if p.Stats.Exhausted {
		fmt.Fprintf(io.err, "weft plan: the search ended after %d choices; there may be a plan with fewer requests\n", p.Stats.Work)
	}
	_, err = fmt.Fprintln(io.out, text)
	return err
}

func planFile(ctx context.Context, file, document, name string, in io.Reader) (*supergraph.Supergraph, *plan.Plan, error) {
	sdl, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	text, err := readDocument(document, in)
	if err != nil {
		return nil, nil, err
	}
	s, err := supergraph.Parse(file, string(sdl))
	if err != nil {
		return nil, nil, err
	}
	if err := plan.Supported(s); err != nil {
		return nil, nil, err
	}
	graph, err := querygraph.New(s)
	if err != nil {
		return nil, nil, err
	}
	op, err := operation.New(text, name, s, operation.Limits{})
	if err != nil {
		return nil, nil, err
	}
	p, err := plan.New(ctx, op, graph, plan.Config{})
	return s, p, err
}

func readDocument(name string, in io.Reader) (string, error) {
	if name == "-" {
		text, err := io.ReadAll(in)
		return string(text), err
	}
	text, err := os.ReadFile(name)
	return string(text), err
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
