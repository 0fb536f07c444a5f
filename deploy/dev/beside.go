package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/weftql/weft/deploy/postgres"
)

// testDatabaseVariable names a server that tests may make databases on.
const testDatabaseVariable = "WEFT_TEST_DATABASE_URL"

// beside runs a command with a database server that lives as long as it does,
// unless the environment names one already. The server's data is disposable.
func beside(ctx context.Context, at place, arguments []string) error {
	if len(arguments) > 0 && arguments[0] == "--" {
		arguments = arguments[1:]
	}
	if len(arguments) == 0 {
		return errors.New("which command? dev run -- COMMAND ARGUMENTS…")
	}
	environment := os.Environ()
	if os.Getenv(testDatabaseVariable) == "" {
		source, err := postgres.ParseSource(os.Getenv("WEFT_POSTGRES"))
		if err != nil {
			return fmt.Errorf("WEFT_POSTGRES: %w", err)
		}
		cluster, err := postgres.StartDisposable(ctx, source, filepath.Join(at.home, "cache"), io.Discard)
		if err != nil {
			return err
		}
		defer func() { _ = cluster.Stop() }() // the command's result is what counts
		environment = append(environment, testDatabaseVariable+"="+cluster.URL("postgres"))
	}
	return runCommand(ctx, arguments, environment)
}

// runCommand runs a command in the foreground; its exit status is the error's.
func runCommand(ctx context.Context, arguments, environment []string) error {
	cmd := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	cmd.Env = environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// Ctrl-C reaches the command too; it decides how to end.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exitStatus(exit.ExitCode())
	}
	return err
}
