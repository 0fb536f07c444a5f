package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/deploy/process"
)

// The modes: what travels once when it is asked for several times at once.
const (
	modeNone     = "none"
	modeSubgraph = "subgraph"        // requests to subgraphs
	modeClient   = "subgraph+client" // these, and whole requests of clients
)

// contender is one gateway in one mode.
type contender struct {
	name, mode string
	// note is what a reader has to know to compare.
	note string
	// header is what its clients send beside the body.
	header map[string]string
	// path is where it answers.
	path string
	// prepare says how to start it, listening at an address. An error says why it
	// cannot take part.
	prepare func(ctx context.Context, b *bench, address string) (process.Command, error)
}

// title names a row.
func (c *contender) title() string { return c.name + ", " + c.mode }

// errAbsent says that a gateway was not given, which is no failure.
var errAbsent = errors.New("not given")

// contenders are all that there are, in the order of the table. The first is what
// the others are compared with.
func contenders() []*contender {
	weft := func(name, mode, settings string) *contender {
		return &contender{name: name, mode: mode, path: "/graphql", prepare: weft(settings)}
	}
	list := []*contender{
		{
			name: "floor", mode: modeNone, path: "/", prepare: serve("floor", "weft"),
			note: "net/http server and stock fasthttp client, Weft's requests as constants, no JSON work",
		},
		{
			name: "floor, 7 requests", mode: modeNone, path: "/", prepare: serve("floor", "public"),
			note: "the same with the requests of the public benchmark's plan, of which Weft's has one less",
		},
		weft("weft", modeNone, "traffic_shaping: {all: {deduplicate_query: false}}\n"),
		weft("weft", modeSubgraph, ""),
		weft("weft", modeClient, "traffic_shaping: {router: {deduplicate_query: true}}\n"),
		signed(modeNone, "traffic_shaping: {all: {deduplicate_query: false}}\n"),
		signed(modeSubgraph, ""),
		{
			name: "cosmo engine", mode: modeNone, path: "/graphql", prepare: cosmo,
			note: "graphql-go-tools v2.0.0-rc.231, an older version, the newest that downloads; its planner, resolver and HTTP data source behind net/http. Deduplication is not in this version's engine",
		},
		{
			name: "apollo gateway", mode: modeNone, path: "/", prepare: apollo,
			note: "@apollo/gateway 2.14.4 in @apollo/server, a worker for each CPU as in the public benchmark; usage of all its processes together",
		},
	}
	return append(list, binaries()...)
}

// serve starts a server of this program.
func serve(arguments ...string) func(context.Context, *bench, string) (process.Command, error) {
	return func(_ context.Context, b *bench, address string) (process.Command, error) {
		own, err := os.Executable()
		if err != nil {
			return process.Command{}, err
		}
		return process.Command{
			Name: "floor", Path: own, Args: append([]string{arguments[0], address, b.base}, arguments[1:]...),
		}, nil
	}
}

// weft starts the router as a user does, with these settings.
func weft(settings string) func(context.Context, *bench, string) (process.Command, error) {
	return func(_ context.Context, b *bench, address string) (process.Command, error) {
		command := process.Command{
			Name: "weft", Path: b.weft, Args: []string{"serve", "--supergraph", b.supergraph, "--listen", address},
		}
		if settings == "" {
			return command, nil
		}
		file, err := b.write("weft-*.yaml", settings)
		command.Args = append(command.Args, "--config", file)
		return command, err
	}
}

// signed is Weft with access tokens checked and requests signed.
func signed(mode, settings string) *contender {
	c := &contender{
		name: "weft, JWT and signing", mode: mode, path: "/graphql", header: map[string]string{},
		note: "checks the access token (EdDSA) of each request, and signs who is calling for the subgraphs",
	}
	c.prepare = func(ctx context.Context, b *bench, address string) (process.Command, error) {
		issuer, err := b.issuer()
		if err != nil {
			return process.Command{}, err
		}
		c.header["Authorization"] = "Bearer " + issuer.token
		return weft(settings+issuer.settings)(ctx, b, address)
	}
	return c
}

// cosmo builds and starts Cosmo's engine, in a module of its own.
func cosmo(ctx context.Context, b *bench, address string) (process.Command, error) {
	directory := filepath.Join(b.own, "cosmo")
	modfile := filepath.Join(b.dir, "cosmo.mod")
	for _, name := range []string{"mod", "sum"} {
		text, err := os.ReadFile(filepath.Join(directory, "go."+name))
		if err != nil {
			return process.Command{}, err
		}
		if err := os.WriteFile(strings.TrimSuffix(modfile, "mod")+name, text, 0o600); err != nil {
			return process.Command{}, err
		}
	}
	environment := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod -modfile="+modfile)
	if checkout := os.Getenv("GRAPHQL_GO_TOOLS"); checkout != "" {
		whole, err := filepath.Abs(checkout)
		if err != nil {
			return process.Command{}, err
		}
		replace := "-replace=github.com/wundergraph/graphql-go-tools/v2=" + whole
		if err := command(ctx, directory, environment, "go", "mod", "edit", replace, modfile); err != nil {
			return process.Command{}, err
		}
	}
	binary := filepath.Join(b.dir, "cosmo")
	if err := command(ctx, directory, environment, "go", "build", "-o", binary, "."); err != nil {
		return process.Command{}, err
	}
	schema, err := b.write("api-*.graphqls", b.api)
	return process.Command{
		Name: "cosmo", Path: binary,
		Args: []string{"-listen", address, "-subgraphs", b.base, "-schemas", filepath.Join(b.own, "internal/shop/schema"), "-api", schema},
	}, err
}

// apollo installs and starts Apollo Gateway.
func apollo(ctx context.Context, b *bench, address string) (process.Command, error) {
	directory := filepath.Join(b.own, "apollo")
	node, err := lookPath("node")
	if err != nil {
		return process.Command{}, err
	}
	if _, err := os.Stat(filepath.Join(directory, "node_modules")); err != nil {
		if err := command(ctx, directory, os.Environ(), "npm", "ci", "--no-audit", "--no-fund"); err != nil {
			return process.Command{}, err
		}
	}
	return process.Command{
		Name: "apollo-gateway", Path: node, Dir: directory,
		Args: []string{"gateway.cjs", b.supergraph, address},
		Env:  []string{"NODE_ENV=production", "APOLLO_TELEMETRY_DISABLED=true"},
	}, nil
}

// binaries are the routers that are given as programs, with the settings of the
// public benchmark. None of them has been tried here.
func binaries() []*contender {
	const note = "settings of the public benchmark; this program has not been tried with it"
	hive := func(mode string, subgraph, client bool) *contender {
		return &contender{name: "hive router", mode: mode, note: note, path: "/graphql", prepare: func(_ context.Context, b *bench, address string) (process.Command, error) {
			host, port, _ := strings.Cut(address, ":")
			return given("HIVE_ROUTER", nil, func() ([]string, error) {
				file, err := b.write("hive-*.yaml", fmt.Sprintf("supergraph: {source: file, path: %q}\nhttp: {host: %q, port: %s}\nlog: {level: info}\n"+
					"traffic_shaping: {all: {dedupe_enabled: %t}, router: {dedupe: {enabled: %t}}}\n", b.supergraph, host, port, subgraph, client))
				return []string{file}, err
			}, "ROUTER_CONFIG_FILE_PATH")
		}}
	}
	router := func(mode string, subgraph bool) *contender {
		return &contender{name: "apollo router", mode: mode, note: note, path: "/graphql", prepare: func(_ context.Context, b *bench, address string) (process.Command, error) {
			return given("APOLLO_ROUTER", []string{"APOLLO_TELEMETRY_DISABLED=true"}, func() ([]string, error) {
				file, err := b.write("apollo-*.yaml", fmt.Sprintf("supergraph: {path: /graphql, listen: %q}\n"+
					"traffic_shaping: {all: {deduplicate_query: %t}}\nhealth_check: {enabled: false}\n", address, subgraph))
				return []string{"--supergraph", b.supergraph, "--config", file}, err
			}, "")
		}}
	}
	wundergraph := func(mode string, subgraph bool) *contender {
		return &contender{name: "cosmo router", mode: mode, note: note, path: "/graphql", prepare: func(_ context.Context, b *bench, address string) (process.Command, error) {
			return given("COSMO_ROUTER", []string{
				"LISTEN_ADDR=" + address, "LOG_LEVEL=fatal", "TRACING_ENABLED=false", "METRICS_ENABLED=false", "METRICS_OTLP_ENABLED=false",
				"GRAPHQL_METRICS_ENABLED=false", "PROMETHEUS_ENABLED=false", "ENGINE_ENABLE_SINGLE_FLIGHT=" + strconv.FormatBool(subgraph),
			}, func() ([]string, error) {
				text, err := os.ReadFile(os.Getenv("COSMO_CONFIG"))
				if err != nil {
					return nil, fmt.Errorf("COSMO_CONFIG: %w", err)
				}
				replaced := strings.NewReplacer("http://localhost:4200", b.base, "http://127.0.0.1:4200", b.base, "http://0.0.0.0:4200", b.base).Replace(string(text))
				file, err := b.write("cosmo-*.json", replaced)
				return []string{file}, err
			}, "ROUTER_CONFIG_PATH")
		}}
	}
	return []*contender{
		hive(modeNone, false, false), hive(modeSubgraph, true, false), hive(modeClient, true, true),
		router(modeNone, false), router(modeSubgraph, true),
		wundergraph(modeNone, false), wundergraph(modeSubgraph, true),
	}
}

// given starts the program that an environment variable names. What configure
// returns are its arguments or, if there is one, the value of a variable.
func given(variable string, environment []string, configure func() ([]string, error), configuration string) (process.Command, error) {
	path := os.Getenv(variable)
	if path == "" {
		return process.Command{}, fmt.Errorf("%s is %w", variable, errAbsent)
	}
	arguments, err := configure()
	if err != nil {
		return process.Command{}, err
	}
	if configuration != "" {
		environment, arguments = append(environment, configuration+"="+arguments[0]), nil
	}
	return process.Command{Name: strings.ToLower(variable), Path: path, Args: arguments, Env: environment}, nil
}

// chosen are the contenders whose names begin with one of the prefixes.
func chosen(all []*contender, prefixes []string) []*contender {
	if prefixes == nil {
		return all
	}
	return slices.DeleteFunc(all, func(c *contender) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(c.title(), p) })
	})
}

// withEnvironment adds a variable to the environment of what is started.
func withEnvironment(prepare func(context.Context, *bench, string) (process.Command, error), variable string) func(context.Context, *bench, string) (process.Command, error) {
	return func(ctx context.Context, b *bench, address string) (process.Command, error) {
		c, err := prepare(ctx, b, address)
		c.Env = append(c.Env, variable)
		return c, err
	}
}
