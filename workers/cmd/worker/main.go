// Worker runs the jobs of the platform.
//
//	worker serve     runs jobs until it is stopped; /health on WORKER_PORT
//	worker migrate   brings River's tables up to date
//	worker help      lists the environment variables
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/weftql/weft/subgraphs/postgres"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

// run is the whole program, for main and for tests.
func run(ctx context.Context, args, environment []string, stdout, stderr io.Writer) error {
	command := ""
	if len(args) == 1 {
		command = args[0]
	}
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	switch command {
	case "serve":
		config, err := readConfig(environment)
		if err != nil {
			return err
		}
		return serve(ctx, config, logger)
	case "migrate":
		url, err := readDatabase(environment)
		if err != nil {
			return err
		}
		return postgres.MigrateJobs(ctx, url, logger)
	case "help", "-h", "--help":
		return help(stdout)
	default:
		return errors.New("say what to do: worker serve, worker migrate or worker help")
	}
}
