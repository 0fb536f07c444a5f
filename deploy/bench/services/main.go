package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weftql/weft/deploy/process"
)

const usage = `usage: services [--duration D] [--rounds N] [--profile DIR]

Measures the subgraphs beside the same in Node and prints a table. Run it in the
repository's root: make bench-services.

  --duration D   how long each server is under load in a round (default 5s)
  --rounds N     rounds; medians are printed (default 5)
  --profile DIR  writes CPU profiles of the subgraphs under these loads into the
                 directory, and measures nothing
`

// limit bounds a run, whatever happens.
const limit = time.Hour

type options struct {
	duration time.Duration
	rounds   int
	profile  string
}

func main() {
	process.Guard()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "services:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("services", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	flags.DurationVar(&o.duration, "duration", 5*time.Second, "")
	flags.IntVar(&o.rounds, "rounds", 5, "")
	flags.StringVar(&o.profile, "profile", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	// A signature is good for half a minute.
	if o.duration < time.Second || o.duration > 20*time.Second || o.rounds < 1 || flags.NArg() > 0 {
		flags.Usage()
		return errors.New("--duration is from a second to 20, --rounds one at least, and there are no arguments")
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if o.profile != "" {
		return b.takeProfiles(ctx)
	}
	return b.run(ctx)
}
