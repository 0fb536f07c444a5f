package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/weftql/weft/deploy/process"
)

const (
	// buildTimeout bounds the first build, which compiles everything.
	buildTimeout = 15 * time.Minute
	// commandTimeout bounds a migration or the writing of demo data.
	commandTimeout = 2 * time.Minute
	// readyTimeout bounds the wait for a program's health.
	readyTimeout = time.Minute
	// stopGrace is longer than the programs themselves take to finish the
	// requests and jobs under way.
	stopGrace = 30 * time.Second
)

// program is one of the platform's own programs.
type program struct {
	name string // of the executable, and in the log
	// arguments are those of the command that serves.
	arguments []string
	// environment is what the program reads, without what every program gets.
	environment []string
	// health answers 200 when the program is ready.
	health string
}

// GoBuild is the Build that compiles the checkout's programs.
func GoBuild(checkout string) Build {
	return func(ctx context.Context, bin string, output io.Writer) error {
		ctx, cancel := context.WithTimeout(ctx, buildTimeout)
		defer cancel()
		goTool, err := exec.LookPath("go")
		if err != nil {
			return fmt.Errorf("build: %w", err)
		}
		compiler, err := process.Start(ctx, process.Command{
			Name: "build", Path: goTool,
			Args: []string{"build", "-o", bin + string(os.PathSeparator), "./router/cmd/weft", "./subgraphs/cmd/users", "./subgraphs/cmd/todos", "./workers/cmd/worker"},
			Dir:  checkout, Env: os.Environ(), Output: output,
		})
		if err != nil {
			return err
		}
		select {
		case <-compiler.Done():
			if err := compiler.Err(); err != nil {
				return fmt.Errorf("the programs do not build, see above: %w", err)
			}
			return nil
		case <-ctx.Done():
			_ = compiler.Stop() // what it would have said does not matter any more
			return fmt.Errorf("build: %w", ctx.Err())
		}
	}
}

// command describes running the program with the given arguments.
func (s *stack) command(p program, arguments ...string) process.Command {
	return process.Command{
		Name: p.name, Path: s.Home.Path("bin", p.name), Args: arguments, Dir: s.Checkout,
		Env: append(inherited(os.Environ()), p.environment...), Output: s.journal.Stream(p.name), Grace: stopGrace,
	}
}

// runOnce runs one command of a program to its end.
func (s *stack) runOnce(ctx context.Context, p program, command string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := process.Run(ctx, s.command(p, command)); err != nil {
		return fmt.Errorf("%s %s: %w", p.name, command, err)
	}
	return nil
}

// serve starts a program that stays.
func (s *stack) serve(ctx context.Context, p program) (*process.Process, error) {
	child, err := process.Start(ctx, s.command(p, p.arguments...))
	if err != nil {
		return nil, err
	}
	return child, s.addProcess(p.name, child, child.Stop)
}

// awaitHealth returns when the child answers 200 at its health address.
func awaitHealth(ctx context.Context, child *process.Process, address string) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		err := healthy(ctx, address)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-child.Done():
			return child.Failure(errors.Join(errors.New("ended before it was ready"), child.Err()))
		case <-ctx.Done():
			return child.Failure(fmt.Errorf("%s does not become healthy: %w (last attempt: %w)", address, ctx.Err(), err))
		}
	}
}

// healthy asks once.
func healthy(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Close = true // an idle connection would have to be waited for later
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, response.Status)
	}
	return nil
}
