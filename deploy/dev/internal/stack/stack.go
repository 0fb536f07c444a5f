package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/journal"
	"github.com/weftql/weft/deploy/dev/internal/secret"
	"github.com/weftql/weft/deploy/dev/internal/settings"
)

// nameWidth is that of the longest name in the log.
const nameWidth = len("postgres")

// Config describes the platform to run.
type Config struct {
	// Settings is what the environment says.
	Settings settings.Settings
	// Home is the platform's directory.
	Home *home.Home
	// Checkout is the repository's root, where the supergraph is read.
	Checkout string
	// Out receives the log and the panel.
	Out io.Writer
	// Colour makes the log's names coloured.
	Colour bool
}

// Build puts the programs users, todos, worker and weft into the directory bin
// and writes what went wrong to output.
type Build func(ctx context.Context, bin string, output io.Writer) error

// Run brings the platform up, prints its panel and keeps it up until the
// context ends, which is no error, or one of its parts does, which is one. It
// returns when everything that it started has ended. If the platform runs
// already, the error is a *home.Running.
func Run(ctx context.Context, cfg Config, build Build) error {
	began := time.Now()
	lock, err := cfg.Home.Lock()
	if err != nil {
		return err
	}
	defer lock.Release()
	s := &stack{
		Config: cfg, build: build,
		journal: journal.New(cfg.Out, nameWidth, cfg.Colour),
	}
	s.log = s.journal.Stream("weft-dev")
	if err := cfg.Home.EndLeftovers(s.notify); err != nil {
		return err
	}
	if err := s.Settings.CheckPorts(ctx); err != nil {
		return err
	}
	if s.secrets, err = secret.Open(cfg.Home.Path("secrets")); err != nil {
		return err
	}

	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	s.fail = fail
	if err = s.start(running); err == nil {
		err = errors.Join(cfg.Home.WriteAddresses(s.addresses()), lock.Announce(s.addresses().Router))
	}
	if err == nil {
		s.journal.Print(s.panel(time.Since(began)))
		<-running.Done()
	}
	if cause := context.Cause(running); cause != nil {
		err = cause // why err happened, or why it does not go on
	}
	if ctx.Err() != nil {
		err = nil // asked to stop
		s.notify("stopping")
	}
	return errors.Join(err, cfg.Home.RemoveAddresses(), s.stop())
}

// stack is a platform while it runs.
type stack struct {
	Config
	build   Build
	secrets secret.Secrets
	journal *journal.Journal
	log     *journal.Stream
	fail    context.CancelCauseFunc // ends the run with an error

	databases    databases // set once they are there
	redisURL     string    // set once Redis is there
	redisStandIn bool      // it is miniredis

	parts parts
}

// notify prints a sentence of the supervisor's own.
func (s *stack) notify(sentence string) { s.log.Printf("%s", sentence) }

// start starts everything, in order. What has been started when it fails is in
// s.parts.
func (s *stack) start(ctx context.Context) error {
	together, first := errgroup.WithContext(ctx)
	together.Go(func() error {
		s.notify("building the programs")
		return s.build(first, s.Home.Path("bin"), s.log)
	})
	together.Go(func() error { return s.startPostgres(first) })
	together.Go(func() error { return s.startRedis(first) })
	together.Go(func() error { return s.startMail() })
	if err := together.Wait(); err != nil {
		return err
	}
	if err := s.runEach(ctx, "migrate", s.users(), s.todos(), s.worker()); err != nil {
		return err
	}
	if s.Settings.Demo {
		if err := s.runEach(ctx, "demo", s.users(), s.todos()); err != nil {
			return err
		}
	}
	if err := s.writeRouterConfiguration(); err != nil {
		return fmt.Errorf("configuration of the router: %w", err)
	}
	for _, stage := range [][]program{{s.users(), s.todos(), s.worker()}, {s.router()}} {
		if err := s.serveAll(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

// runEach runs a command of several programs, one after the other: they write
// to the same tables, or need each other's.
func (s *stack) runEach(ctx context.Context, command string, programs ...program) error {
	for _, p := range programs {
		if err := s.runOnce(ctx, p, command); err != nil {
			return err
		}
	}
	return nil
}

// serveAll starts programs in order and then waits until all are ready.
func (s *stack) serveAll(ctx context.Context, programs []program) error {
	ready, ctx := errgroup.WithContext(ctx)
	for _, p := range programs {
		child, err := s.serve(ctx, p)
		if err != nil {
			return errors.Join(err, ready.Wait())
		}
		ready.Go(func() error { return awaitHealth(ctx, child, p.health) })
	}
	return ready.Wait()
}
