package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/weftql/weft/router/internal/variable"
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

// schemaConfig says where the SDL comes from: a file, the text itself, or a
// running service. GraphRef and Subgraph mean a registry, which is refused.
type schemaConfig struct {
	File                 string            `yaml:"file"`
	SDL                  string            `yaml:"sdl"`
	SubgraphURL          string            `yaml:"subgraph_url"`
	IntrospectionHeaders map[string]string `yaml:"introspection_headers"`
	GraphRef             string            `yaml:"graphref"`
	Subgraph             string            `yaml:"subgraph"`
}

// inputs are what a configuration names.
type inputs struct {
	subgraphs []federation.Subgraph
	options   composition.Options
	// stamps are the files and directories that were or would have been read, as
	// they were before.
	stamps []stamp
}

// configFile is a parsed configuration; it tells positions.
type configFile struct {
	name   string // as errors show it
	dir    string // what its paths are relative to
	tree   *ast.File
	lookup func(string) (string, bool)
	stamps []stamp // of what its subgraphs name
}

// loadSubgraphs reads a configuration and the SDL that it names. "-" reads it
// from standard input, with paths relative to the working directory. The inputs
// have their stamps also if there is an error.
func loadSubgraphs(ctx context.Context, path string, console console) (inputs, error) {
	in := inputs{stamps: []stamp{takeStamp(path)}}
	file := configFile{name: path, dir: filepath.Dir(path), lookup: console.lookup}
	var text []byte
	var err error
	if path == "-" {
		file.name, file.dir = "<stdin>", "."
		text, err = io.ReadAll(console.in)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return in, &problem{Code: codeConfiguration, Message: err.Error(), Locations: []place{{File: file.name}}}
	}
	config, err := file.parse(text)
	if err != nil {
		return in, err
	}
	if in.options.MaximumVersion, err = file.federationVersion(config.FederationVersion); err != nil {
		return in, err
	}
	var services []service
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(config.Subgraphs)) {
		s, running, err := file.subgraph(name, config.Subgraphs[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if running != nil {
			running.index = len(in.subgraphs)
			services = append(services, *running)
		}
		in.subgraphs = append(in.subgraphs, s)
	}
	in.stamps = append(in.stamps, file.stamps...)
	if len(errs) > 0 {
		return in, errors.Join(errs...)
	}
	return in, file.introspect(ctx, services, in.subgraphs)
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
			return config, f.problem(place{Line: pos.Line, Column: pos.Column}, codeConfiguration, f.yamlMessage(yamlErr))
		}
		return config, f.problem(place{}, codeConfiguration, err.Error())
	}
	if len(config.Subgraphs) == 0 {
		return config, f.problem(place{}, codeConfiguration, "it names no subgraphs: add at least one under `subgraphs:`")
	}
	return config, nil
}

// duplicateKey is what the YAML parser says of a name that comes twice.
var duplicateKey = regexp.MustCompile(`^mapping key ("[^"]*") already defined at \[(\d+:\d+)\]$`)

// yamlMessage is the message of an error about YAML, with places written as
// everywhere else.
func (f *configFile) yamlMessage(err yaml.Error) string {
	if parts := duplicateKey.FindStringSubmatch(err.GetMessage()); parts != nil {
		return fmt.Sprintf("the name %s stands here twice, first at %s:%s: names must differ", parts[1], f.name, parts[2])
	}
	return err.GetMessage()
}

func (f *configFile) problem(at place, code, message string) error {
	at.File = f.name
	return &problem{Code: code, Message: message, Locations: []place{at}}
}

// fail is an error about a setting, at the deepest of its keys that exists.
func (f *configFile) fail(keys []string, format string, args ...any) error {
	return f.failWith(codeConfiguration, keys, format, args...)
}

func (f *configFile) failWith(code string, keys []string, format string, args ...any) error {
	message := strings.Join(keys, ".") + ": " + fmt.Sprintf(format, args...)
	at := place{}
	if len(keys) > 1 && keys[0] == "subgraphs" {
		at.Subgraph = keys[1]
	}
	for n := len(keys); n > 0; n-- {
		path := (&yaml.PathBuilder{}).Root()
		for _, k := range keys[:n] {
			path = path.Child(k)
		}
		node, err := path.Build().FilterFile(f.tree)
		if err != nil || node == nil || node.GetToken() == nil {
			continue
		}
		at.Line, at.Column = node.GetToken().Position.Line, node.GetToken().Position.Column
		break
	}
	return f.problem(at, code, message)
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

// subgraph reads what the configuration says of a subgraph. If a running service
// has the SDL, it is still to be asked.
func (f *configFile) subgraph(name string, config *subgraphConfig) (federation.Subgraph, *service, error) {
	s := federation.Subgraph{Name: name}
	keys := []string{"subgraphs", name}
	if config == nil || config.Schema == nil {
		return s, nil, f.fail(append(keys, "schema"), "it is missing: name a file, sdl or subgraph_url")
	}
	schema := config.Schema
	sources := 0
	for _, source := range []string{schema.File, schema.SDL, schema.SubgraphURL} {
		if source != "" {
			sources++
		}
	}
	var err error
	switch {
	case schema.GraphRef != "" || schema.Subgraph != "":
		return s, nil, f.failWith(codeUnsupported, append(keys, "schema", "graphref"), "schemas from a registry are not supported: name a file, sdl or subgraph_url")
	case sources != 1:
		return s, nil, f.fail(append(keys, "schema"), "name one of file, sdl and subgraph_url")
	case len(schema.IntrospectionHeaders) > 0 && schema.SubgraphURL == "":
		return s, nil, f.fail(append(keys, "schema", "introspection_headers"), "they belong to a subgraph_url, which is missing")
	}
	if s.URL, err = f.expand(append(keys, "routing_url"), config.RoutingURL); err != nil {
		return s, nil, err
	}
	switch {
	case schema.SubgraphURL != "":
		running, err := f.service(name, schema)
		if err == nil && s.URL == "" {
			s.URL = running.url
		}
		return s, running, err
	case s.URL == "":
		return s, nil, f.fail(append(keys, "routing_url"), "it is missing: the router needs to know where the subgraph is")
	case schema.SDL != "":
		s.Sources = []federation.Source{{Name: f.name + "#" + name, Text: schema.SDL}}
		return s, nil, nil
	}
	path, err := f.expand(append(keys, "schema", "file"), schema.File)
	if err != nil {
		return s, nil, err
	}
	if s.Sources, err = f.readFiles(path); err != nil {
		return s, nil, f.fail(append(keys, "schema", "file"), "%s", err)
	}
	return s, nil, nil
}

// expand replaces references to variables of the environment.
func (f *configFile) expand(keys []string, text string) (string, error) {
	expanded, err := variable.Expand(text, variable.Sources{Env: f.lookup})
	switch {
	case errors.Is(err, variable.ErrReference):
		return "", f.failWith(codeUnsupported, keys, "%s", err)
	case err != nil:
		return "", f.fail(keys, "%s", err)
	}
	return expanded, nil
}

// readFiles reads a file of SDL, or all *.graphqls of a directory.
func (f *configFile) readFiles(path string) ([]federation.Source, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.dir, path)
	}
	f.stamps = append(f.stamps, takeStamp(path))
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file or directory (paths are relative to the directory of the configuration)", path)
	} else if err != nil {
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
