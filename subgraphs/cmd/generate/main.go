// Command generate writes the GraphQL code of every subgraph: it expands the
// template gqlgen.yml for each directory of schema/subgraphs and runs gqlgen on
// the result. Run it from the root of the repository:
//
//	go run ./subgraphs/cmd/generate
//
// Running it twice changes nothing; hand-written resolvers are kept.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

const template = "gqlgen.yml"

func main() {
	// gqlgen reports each resolver as news, every time; what matters it returns.
	log.SetOutput(io.Discard)
	if err := run("schema/subgraphs"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(schemas string) error {
	text, err := os.ReadFile(template)
	if err != nil {
		return fmt.Errorf("%w (start it in the root of the repository)", err)
	}
	entries, err := os.ReadDir(schemas)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		if err := generate(string(text), entry.Name()); err != nil {
			return fmt.Errorf("subgraph %s: %w", entry.Name(), err)
		}
	}
	return nil
}

// generate writes the code of one subgraph. Generated files are removed first,
// so that none is left of a schema file that is gone.
func generate(text, subgraph string) error {
	old, err := filepath.Glob(filepath.Join("subgraphs", subgraph, "graph", "*.generated.go"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	expanded, err := expand(text, subgraph)
	if err != nil {
		return err
	}
	cfg, err := config.ReadConfig(strings.NewReader(expanded))
	if err != nil {
		return fmt.Errorf("%s: %w", template, err)
	}
	return api.Generate(cfg, api.PrependPlugin(unbound{}))
}

// unbound takes back the binding of Federation's own type _Service to a domain's
// interface Service: to gqlgen the two have the same Go name.
type unbound struct{}

// Name implements plugin.Plugin.
func (unbound) Name() string { return "unbound" }

// MutateConfig implements plugin.ConfigMutator.
func (unbound) MutateConfig(cfg *config.Config) error {
	delete(cfg.Models, "_Service")
	return nil
}

// expand replaces ${SUBGRAPH}, the template's only variable.
func expand(text, subgraph string) (string, error) {
	var unknown []string
	expanded := os.Expand(text, func(name string) string {
		if name != "SUBGRAPH" {
			unknown = append(unknown, name)
		}
		return subgraph
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("%s: unknown variable %s", template, strings.Join(unknown, ", "))
	}
	return expanded, nil
}
