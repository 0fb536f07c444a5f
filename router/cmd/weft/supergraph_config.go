package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

// supergraphConfig is the file that names the subgraphs, in the form that the
// rover tool reads.
type supergraphConfig struct {
	// FederationVersion is absent, 2, or "=2.x.y".
	FederationVersion any                        `yaml:"federation_version"`
	Subgraphs         map[string]*subgraphConfig `yaml:"subgraphs"`
}

type subgraphConfig struct {
	RoutingURL string        `yaml:"routing_url"`
	Schema     *schemaConfig `yaml:"schema"`
}

// schemaConfig says where the SDL comes from: exactly one of its fields is set,
// and the ones below SDL are refused for now.
type schemaConfig struct {
	File                 string `yaml:"file"`
	SDL                  string `yaml:"sdl"`
	SubgraphURL          string `yaml:"subgraph_url"`
	IntrospectionHeaders any    `yaml:"introspection_headers"`
	GraphRef             string `yaml:"graphref"`
	Subgraph             string `yaml:"subgraph"`
}

// configFile is a parsed configuration; it tells positions.
type configFile struct {
	name string // as errors show it
	dir  string // what its paths are relative to
	tree *ast.File
}

// loadSubgraphs reads a configuration and the SDL that it names. "-" reads it
// from stdin, with paths relative to the working directory.
func loadSubgraphs(path string, stdin io.Reader) ([]federation.Subgraph, composition.Options, error) {
	var opts composition.Options
	file := configFile{name: path, dir: filepath.Dir(path)}
	var text []byte
	var err error
	if path == "-" {
		file.name, file.dir = "<stdin>", "."
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, opts, err
	}
	config, err := file.parse(text)
	if err != nil {
		return nil, opts, err
	}
	if opts.MaximumVersion, err = file.federationVersion(config.FederationVersion); err != nil {
		return nil, opts, err
	}
	names := make([]string, 0, len(config.Subgraphs))
	for name := range config.Subgraphs {
		names = append(names, name)
	}
	slices.Sort(names)
	var subgraphs []federation.Subgraph
	var errs []error
	for _, name := range names {
		s, err := file.subgraph(name, config.Subgraphs[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		subgraphs = append(subgraphs, s)
	}
	return subgraphs, opts, errors.Join(errs...)
}

func (f *configFile) parse(text []byte) (supergraphConfig, error) {
	var config supergraphConfig
	var err error
	if f.tree, err = parser.ParseBytes(text, 0); err == nil {
		err = yaml.UnmarshalWithOptions(text, &config, yaml.Strict())
	}
	if err != nil && !errors.Is(err, io.EOF) {
		var yamlErr yaml.Error
		if errors.As(err, &yamlErr) {
			pos := yamlErr.GetToken().Position
			return config, fmt.Errorf("%s:%d:%d: %s", f.name, pos.Line, pos.Column, yamlErr.GetMessage())
		}
		return config, fmt.Errorf("%s: %w", f.name, err)
	}
	if len(config.Subgraphs) == 0 {
		return config, fmt.Errorf("%s: it names no subgraphs: add at least one under `subgraphs:`", f.name)
	}
	return config, nil
}

// fail gives an error the position of the deepest of the keys that exists.
func (f *configFile) fail(keys []string, format string, args ...any) error {
	for n := len(keys); n > 0; n-- {
		path := (&yaml.PathBuilder{}).Root()
		for _, k := range keys[:n] {
			path = path.Child(k)
		}
		node, err := path.Build().FilterFile(f.tree)
		if err != nil || node == nil || node.GetToken() == nil {
			continue
		}
		pos := node.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s: %s", f.name, pos.Line, pos.Column, strings.Join(keys, "."), fmt.Sprintf(format, args...))
	}
	return fmt.Errorf("%s: %s: %s", f.name, strings.Join(keys, "."), fmt.Sprintf(format, args...))
}

// federationVersion reads 2 (any version) or "=2.9.0" (nothing newer than 2.9).
func (f *configFile) federationVersion(v any) (federation.Version, error) {
	text := strings.TrimSpace(fmt.Sprint(v))
	if v == nil || text == "2" {
		return federation.Version{}, nil
	}
	parts := strings.Split(strings.TrimPrefix(text, "="), ".")
	var version federation.Version
	numbers := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || !strings.HasPrefix(text, "=") {
			return version, f.fail([]string{"federation_version"}, "%q is neither 2 nor of the form =2.9.0", text)
		}
		numbers[i] = n
	}
	if len(parts) > 1 {
		version = federation.Version{Major: numbers[0], Minor: numbers[1]}
	}
	if len(parts) > 3 || !federation.KnownFederationVersion(version) {
		return version, f.fail([]string{"federation_version"}, "%q is not a version of federation 2 that is known here", text)
	}
	return version, nil
}

func (f *configFile) subgraph(name string, config *subgraphConfig) (federation.Subgraph, error) {
	s := federation.Subgraph{Name: name}
	keys := []string{"subgraphs", name}
	if config == nil || config.Schema == nil {
		return s, f.fail(append(keys, "schema"), "it is missing: name a file or sdl")
	}
	schema := config.Schema
	switch {
	case schema.SubgraphURL != "" || schema.IntrospectionHeaders != nil:
		return s, f.fail(append(keys, "schema", "subgraph_url"), "UNSUPPORTED_FEATURE: introspection of a running subgraph is not supported yet: name a file or sdl")
	case schema.GraphRef != "" || schema.Subgraph != "":
		return s, f.fail(append(keys, "schema", "graphref"), "UNSUPPORTED_FEATURE: schemas from a registry are not supported: name a file or sdl")
	case (schema.File == "") == (schema.SDL == ""):
		return s, f.fail(append(keys, "schema"), "name either a file or sdl")
	case config.RoutingURL == "":
		return s, f.fail(append(keys, "routing_url"), "it is missing: the router needs to know where the subgraph is")
	}
	for _, text := range []string{config.RoutingURL, schema.File} {
		if strings.Contains(text, "${") {
			return s, f.fail(keys, "UNSUPPORTED_FEATURE: variables such as %s are not expanded", text)
		}
	}
	s.URL = config.RoutingURL
	if schema.SDL != "" {
		s.Sources = []federation.Source{{Name: f.name + "#" + name, Text: schema.SDL}}
		return s, nil
	}
	sources, err := f.readFiles(schema.File)
	if err != nil {
		return s, f.fail(append(keys, "schema", "file"), "%s", err)
	}
	s.Sources = sources
	return s, nil
}

// readFiles reads a file of SDL, or all *.graphqls of a directory.
func (f *configFile) readFiles(path string) ([]federation.Source, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.dir, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if info.IsDir() {
		if paths, err = graphqlsIn(path); err != nil {
			return nil, err
		}
	}
	var sources []federation.Source
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		sources = append(sources, federation.Source{Name: filepath.ToSlash(p), Text: string(text)})
	}
	return sources, nil
}

func graphqlsIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".graphqls") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("the directory %s has no *.graphqls", dir)
	}
	return paths, nil
}
