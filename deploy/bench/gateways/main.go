package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/weftql/weft/deploy/process"
)

const usage = `usage: gateways [--duration D] [--rounds N] [--only NAME,...] [--shapes=false]

Measures gateways beside each other and prints tables. Run it in the repository's
root: make bench-gateways.

  --duration D   how long each gateway is under load in a round (default 5s)
  --rounds N     rounds of the public benchmark; medians are printed (default 5)
  --only NAMES   gateways whose names begin with one of these
  --shapes=false leaves out the small, the mid and the large operation and the 500
                 connections
  --profile F    writes a CPU profile of weft to this file, under the public
                 benchmark, and measures nothing

environment
  GRAPHQL_GO_TOOLS  a checkout of graphql-go-tools' v2 to use instead of the
                    version in cosmo/go.mod
  HIVE_ROUTER  APOLLO_ROUTER  COSMO_ROUTER
                    binaries of these routers; COSMO_ROUTER also needs COSMO_CONFIG,
                    its execution configuration for subgraphs at localhost:4200
`

// limit bounds a run, whatever happens.
const limit = 2 * time.Hour

func main() {
	process.Guard()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "gateways:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == "subgraphs" {
		return serveSubgraphs(ctx, args[1])
	}
	if len(args) == 4 && args[0] == "floor" {
		return serveFloor(ctx, args[1], args[2], args[3])
	}
	var options options
	flags := flag.NewFlagSet("gateways", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	flags.DurationVar(&options.duration, "duration", 5*time.Second, "")
	flags.IntVar(&options.rounds, "rounds", 5, "")
	only := flags.String("only", "", "")
	flags.BoolVar(&options.shapes, "shapes", true, "")
	flags.StringVar(&options.profile, "profile", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if options.duration < time.Second || options.rounds < 1 || flags.NArg() > 0 {
		flags.Usage()
		return errors.New("--duration is a second at least, --rounds one, and there are no arguments")
	}
	if *only != "" {
		options.only = strings.Split(*only, ",")
	}
	b, err := newBench(ctx, options)
	if err != nil {
		return err
	}
	defer b.close()
	return b.run(ctx)
}
