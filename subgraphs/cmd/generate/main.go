// Command generate writes the GraphQL code of every subgraph: it expands the
// template gqlgen.yml for each directory of schema/subgraphs and runs gqlgen on
// the result. Run it from the root of the repository:
//
//	go run ./subgraphs/cmd/generate
//
// Subgraphs for tests, in subgraphs/server/conformance, have their schema beside them.
// Running it twice changes nothing; hand-written resolvers are kept.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path"
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
	all, err := subgraphs(schemas)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := generate(string(text), s); err != nil {
			return fmt.Errorf("subgraph %s: %w", s.name, err)
		}
	}
	return nil
}

// subgraph is one whose code is written: its directory below subgraphs, and that
// of its schema.
type subgraph struct{ name, schema string }

// subgraphs returns those that have a schema in the directory schemas, and those
// for tests.
func subgraphs(schemas string) (all []subgraph, err error) {
	entries, err := os.ReadDir(schemas)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			all = append(all, subgraph{name: entry.Name(), schema: schemas + "/" + entry.Name()})
		}
	}
	tests, err := filepath.Glob("subgraphs/server/conformance/*/schema")
	for _, schema := range tests {
		schema = filepath.ToSlash(schema)
		all = append(all, subgraph{name: strings.TrimPrefix(path.Dir(schema), "subgraphs/"), schema: schema})
	}
	return all, err
}

// generate writes the code of one subgraph. Generated files are removed first,
// so that none is left of a schema file that is gone.
func generate(text string, s subgraph) error {
	old, err := filepath.Glob(filepath.Join("subgraphs", s.name, "graph", "*.generated.go"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	expanded, err := expand(text, s)
	if err != nil {
		return err
	}
	cfg, err := config.ReadConfig(strings.NewReader(expanded))
	if err != nil {
		return fmt.Errorf("%s: %w", template, err)
	}
	if err := api.Generate(cfg, api.PrependPlugin(unbound{})); err != nil {
		return err
	}
	return lean(filepath.Join("subgraphs", s.name, "graph"))
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

// expand replaces the template's two variables.
func expand(text string, s subgraph) (string, error) {
	var unknown []string
	expanded := os.Expand(text, func(name string) string {
		switch name {
		case "SUBGRAPH":
			return s.name
		case "SCHEMA":
			return s.schema
		}
		unknown = append(unknown, name)
		return ""
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("%s: unknown variable %s", template, strings.Join(unknown, ", "))
	}
	return expanded, nil
}
