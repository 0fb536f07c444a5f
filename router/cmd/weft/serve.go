package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/weftql/weft/router"
	"github.com/weftql/weft/schema/supergraph"
)

const serveUsage = `Usage: weft serve --supergraph FILE [--config FILE] [--listen HOST:PORT]
                  [--hot-reload] [--dev]

Answers GraphQL operations on a supergraph: POST /graphql, GET /health.

  --supergraph FILE   the supergraph, as "weft compose" writes it
  --config FILE       settings in YAML (default: none; everything optional is off)
  --listen HOST:PORT  where to listen (default: the configuration's
                      supergraph.listen, or 127.0.0.1:4000)
  --hot-reload        use the supergraph anew whenever its file changes; if it cannot
                      be used, the one before stays
  --dev               for development: playground, introspection, plans in
                      responses (Apollo-Expose-Query-Plan: true), and subgraphs'
                      errors as they are
  --log LEVEL         debug, info, warn or error (default info)
  --log-format FORM   json or text (default json; text with --dev)
`

// serveOptions are the flags of weft serve.
type serveOptions struct {
	supergraph, config, listen string
	dev, hotReload             bool
	log                        router.LogConfig
}

// serve is the subcommand `weft serve`.
func serve(ctx context.Context, args []string, io console) error {
	var options serveOptions
	flags := flag.NewFlagSet("weft serve", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), serveUsage) }
	flags.StringVar(&options.supergraph, "supergraph", "", "")
	flags.StringVar(&options.config, "config", "", "")
	flags.StringVar(&options.listen, "listen", "", "")
	flags.BoolVar(&options.dev, "dev", false, "")
	flags.BoolVar(&options.hotReload, "hot-reload", false, "")
	flags.StringVar(&options.log.Level, "log", "", "")
	flags.StringVar(&options.log.Format, "log-format", "", "")
	if err := parseFlags(flags, args, io); err != nil {
		return err
	}
	if options.supergraph == "" {
		fmt.Fprintln(io.err, "--supergraph is missing: name the file that weft compose wrote")
		flags.Usage()
		return errUsage
	}
	if options.dev && options.log.Format == "" {
		options.log.Format = "text"
	}
	if err := options.run(ctx, io); err != nil {
		return fmt.Errorf("weft serve: %w", err)
	}
	return nil
}

// run serves until ctx ends.
func (o serveOptions) run(ctx context.Context, io console) error {
	log, err := router.NewLogger(io.err, o.log)
	if err != nil {
		return err
	}
	file, err := o.readConfig()
	if err != nil {
		return err
	}
	read := takeStamp(o.supergraph)
	graph, err := o.readSupergraph()
	if err != nil {
		return err
	}
	config := file.Config
	if o.listen != "" {
		config.Supergraph.Listen = o.listen
	}
	if o.dev {
		config = config.Development()
	}
	config = config.WithDefaults()
	server, err := router.New(config, graph, log)
	if err != nil {
		return o.locate(file, err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Supergraph.Listen)
	if err != nil {
		return fmt.Errorf("%w (choose another address with --listen, or supergraph.listen in the configuration)", err)
	}
	stopMetrics, err := serveMetrics(ctx, config.Telemetry.Exporters.Metrics.Prometheus, server.Metrics(), log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer stopMetrics()
	log.Info("serving", "address", "http://"+listener.Addr().String(), "path", config.Supergraph.Path,
		"supergraph", o.supergraph, "subgraphs", len(graph.Subgraphs), "dev", o.dev)
	if o.hotReload {
		var group sync.WaitGroup
		defer group.Wait()
		watching, stop := context.WithCancel(ctx)
		defer stop()
		group.Go(func() { o.watch(watching, read, server, log, io) })
	}
	return server.Run(ctx, listener)
}

func (o serveOptions) readSupergraph() (*supergraph.Supergraph, error) {
	sdl, err := os.ReadFile(o.supergraph)
	if err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	return supergraph.Parse(o.supergraph, string(sdl))
}

// watch replaces the router's supergraph whenever its file is not as it was read,
// until ctx ends. What cannot be used is told once.
func (o serveOptions) watch(ctx context.Context, read stamp, server *router.Router, log *slog.Logger, io console) {
	ticks := io.ticks
	if ticks == nil {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		if !changed([]stamp{read}) {
			continue
		}
		read = takeStamp(o.supergraph)
		graph, err := o.readSupergraph()
		if err == nil {
			err = server.Replace(ctx, graph)
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			log.Error("the supergraph stays as it was", "supergraph", o.supergraph, "error", err.Error())
		default:
			log.Info("the supergraph is a new one", "supergraph", o.supergraph, "subgraphs", len(graph.Subgraphs))
		}
	}
}

func (o serveOptions) readConfig() (*router.ConfigFile, error) {
	if o.config == "" {
		return &router.ConfigFile{}, nil
	}
	text, err := os.ReadFile(o.config)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return router.ReadConfig(o.config, text, os.LookupEnv)
}

// locate says where a setting comes from that cannot be used.
func (o serveOptions) locate(file *router.ConfigFile, err error) error {
	var field *router.FieldError
	if errors.As(err, &field) && o.listen != "" && slices.Equal(field.Field, []string{"supergraph", "listen"}) {
		return fmt.Errorf("--listen: %s", field.Message)
	}
	return file.Locate(err)
}
