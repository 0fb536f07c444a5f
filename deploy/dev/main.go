package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/settings"
	"github.com/weftql/weft/deploy/dev/internal/smoke"
	"github.com/weftql/weft/deploy/dev/internal/stack"
	"github.com/weftql/weft/deploy/process"
)

const usage = `usage: dev [--home DIR] [COMMAND]

  up      bring the platform up and keep it up until Ctrl-C (the default)
  down    stop a platform that runs elsewhere on this machine
  reset   remove its data, secrets and programs
  smoke   walk through a running platform once
  seed    make databases with very many rows: dev seed 1000000 [-- COMMAND]
  run     run a command beside a database for tests: dev run -- go test ./...

  --home DIR   where the platform keeps everything; .weft in the checkout by default

environment of up
  WEFT_PORT 4000  USERS_PORT 4001  TODOS_PORT 4002  WORKER_PORT 4003
  USERS_PUBLIC_PORT 4004  POSTGRES_PORT 4005  REDIS_PORT 4006  SMTP_PORT 1025  MAIL_PORT 8025
                      where everything listens on 127.0.0.1; 0 is any free port
  WEFT_POSTGRES       system or embedded; by default what the machine has
  WEFT_REDIS          server or miniredis; by default what the machine has
  WEFT_DATABASE_URL   a PostgreSQL server to use instead of a private one
  WEFT_REDIS_URL      a Redis to use instead of a private one
  WEFT_DEMO           1 or 0: demo users and data; by default not on a server of your own
  WEFT_LOG_LEVEL      debug, info, warn or error
`

// downTimeout bounds dev down: every part has its grace period, one after the
// other.
const downTimeout = 3 * time.Minute

func main() {
	process.Guard()
	os.Exit(run())
}

// run does what the arguments say and returns the exit status.
func run() int {
	flags := flag.NewFlagSet("dev", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	dir := flags.String("home", "", "")
	if err := flags.Parse(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	ignorePostgresVariables()
	// A second signal ends the program at once; the guards then end the rest.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	defer stop()
	ctx = endWithGoRun(ctx)

	commands := map[string]func(context.Context, place, []string) error{
		"up": up, "down": down, "reset": reset, "smoke": walk, "run": beside, "seed": fill,
	}
	name, arguments := "up", flags.Args()
	if len(arguments) > 0 {
		name, arguments = arguments[0], arguments[1:]
	}
	command, known := commands[name]
	if !known || name != "run" && name != "seed" && len(arguments) > 0 {
		flags.Usage()
		return 2
	}
	at, err := locate(*dir)
	if err == nil {
		err = command(ctx, at, arguments)
	}
	var status exitStatus
	switch {
	case errors.As(err, &status):
		return int(status)
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

// exitStatus is the error of a command that has said what is wrong itself.
type exitStatus int

// Error implements error.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// place is where the command works.
type place struct {
	checkout string
	home     string
}

// locate finds the checkout above the working directory, and the home in it.
func locate(dir string) (place, error) {
	checkout, err := home.Checkout(".")
	if err != nil {
		return place{}, err
	}
	if dir == "" {
		dir = filepath.Join(checkout, ".weft")
	}
	dir, err = filepath.Abs(dir)
	return place{checkout: checkout, home: dir}, err
}

// up brings the platform up and keeps it up.
func up(ctx context.Context, at place, _ []string) error {
	choices, err := settings.Read(os.Environ())
	if err != nil {
		return err
	}
	h, err := home.Open(at.home)
	if err != nil {
		return err
	}
	info, err := os.Stdout.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	return stack.Run(ctx, stack.Config{
		Settings: choices, Home: h, Checkout: at.checkout,
		Out: os.Stdout, Colour: terminal && os.Getenv("NO_COLOR") == "",
	}, stack.GoBuild(at.checkout))
}

// down stops the platform that runs in this home.
func down(_ context.Context, at place, _ []string) error {
	if _, err := os.Stat(at.home); errors.Is(err, os.ErrNotExist) {
		fmt.Println("nothing is running")
		return nil
	}
	h, err := home.Open(at.home)
	if err != nil {
		return err
	}
	running, err := h.Down(downTimeout, func(sentence string) { fmt.Println(sentence) })
	if err != nil {
		return err
	}
	if running {
		fmt.Println("stopped")
	} else {
		fmt.Println("nothing is running")
	}
	return nil
}

// reset removes everything that the platform keeps.
func reset(_ context.Context, at place, _ []string) error {
	h, err := home.Open(at.home)
	if err != nil {
		return err
	}
	if err := h.Reset(); err != nil {
		return err
	}
	fmt.Printf("removed %s and the databases in %s\n", h.Path(), h.Data())
	return nil
}

// walk walks through the running platform.
func walk(ctx context.Context, at place, _ []string) error {
	addresses, err := home.ReadAddresses(at.home)
	if err != nil {
		return err
	}
	return smoke.Run(ctx, addresses, os.Stdout)
}

// ignorePostgresVariables forgets the PG* variables, which are for psql in the
// caller's shell: the database drivers would obey them.
func ignorePostgresVariables() {
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "PG") {
			_ = os.Unsetenv(name) // fails for malformed names only
		}
	}
}

// endWithGoRun returns a context that also ends when "go run" does, if the
// program was started by it: go run does not pass on the signal that kills it.
func endWithGoRun(ctx context.Context) context.Context {
	executable, err := os.Executable()
	if err != nil || !strings.Contains(executable, "go-build") {
		return ctx
	}
	parent := os.Getppid()
	ctx, cancel := context.WithCancel(ctx)
	go func() { // ends with the program at the latest
		look := time.NewTicker(200 * time.Millisecond)
		defer look.Stop()
		for os.Getppid() == parent && ctx.Err() == nil {
			<-look.C
		}
		cancel()
	}()
	return ctx
}
