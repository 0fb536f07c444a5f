// Weft is the command line of the federation platform: it composes supergraphs,
// serves them, and shows how.
//
//	weft compose   subgraphs → supergraph
//	weft serve     supergraph → HTTP endpoint
//	weft plan      supergraph, operation → the requests that answer it
//	weft help      what there is
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv})
	stop()
	os.Exit(code)
}

// console is what a command reads and writes, and what it knows of the world.
type console struct {
	in       io.Reader
	out, err io.Writer
	// lookup finds environment variables, as os.LookupEnv does. Commands that
	// need none work without it.
	lookup func(name string) (value string, found bool)
	// ticks tells a command that watches files when to look. Defaults to a
	// ticker of its own.
	ticks <-chan time.Time
}

// command is a subcommand: run gets the arguments behind its name.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, io console) error
}

// commands lists the subcommands, in the order of the usage text.
func commands() []command {
	return []command{
		{"compose", "compose subgraphs into a supergraph", compose},
		{"serve", "answer GraphQL operations on a supergraph", serve},
		{"check", "compare a schema with the operations in use (not built yet)", notBuilt("check")},
		{"plan", "show the query plan of an operation", showPlan},
		{"dev", "compose and serve, again on every change (not built yet)", notBuilt("dev")},
		{"version", "print the version", version},
	}
}

// The exit codes: exitUsage is for arguments that make no sense.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// The errors whose text has been printed: errUsage marks one in the arguments.
var (
	errUsage    = errors.New("usage")
	errReported = errors.New("reported")
)

// run executes the subcommand that args name and returns the exit code.
func run(ctx context.Context, args []string, io console) int {
	if len(args) == 0 {
		usage(io.err)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(io.out)
		return exitOK
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], io)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return exitOK
		case errors.Is(err, errUsage):
			return exitUsage
		case errors.Is(err, errReported):
			return exitError
		}
		fmt.Fprintln(io.err, err)
		return exitError
	}
	fmt.Fprintf(io.err, "weft: unknown command %q\n\n", args[0])
	usage(io.err)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: weft <command> [flags]\n\nCommands:")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\nRun \"weft <command> -h\" for the flags of a command.")
}

// notBuilt refuses a command that the platform will have, but has not yet.
func notBuilt(name string) func(context.Context, []string, console) error {
	return func(context.Context, []string, console) error {
		return fmt.Errorf("weft %s: UNSUPPORTED_FEATURE: the command %q is not built yet", name, name)
	}
}

// version prints the version of the module that the program was built from.
func version(_ context.Context, _ []string, io console) error {
	text := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		text = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintln(io.out, "weft", text)
	return err
}

// parseFlags parses the flags of a subcommand, which takes no other arguments.
func parseFlags(flags *flag.FlagSet, args []string, io console) error {
	flags.SetOutput(io.err)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage // flag has printed the error and the usage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(io.err, "unexpected argument %q\n", flags.Arg(0))
		flags.Usage()
		return errUsage
	}
	return nil
}
