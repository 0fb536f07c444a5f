package stack

import (
	"context"
	"errors"

	"github.com/weftql/weft/deploy/dev/internal/journal"
)

// WithServer starts the platform's database server alone, or uses the one that the
// settings name, and runs work with its URL. It returns when the server has ended
// again. If the platform runs, the error is a *home.Running.
func WithServer(ctx context.Context, cfg Config, work func(ctx context.Context, server string) error) error {
	lock, err := cfg.Home.Lock()
	if err != nil {
		return err
	}
	defer lock.Release()
	s := &stack{Config: cfg, journal: journal.New(cfg.Out, nameWidth, cfg.Colour)}
	s.log = s.journal.Stream("weft-dev")
	if err := cfg.Home.EndLeftovers(s.notify); err != nil {
		return err
	}
	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	s.fail = fail
	server := s.Settings.DatabaseURL
	if server == "" {
		create, err := s.databaseServer(running)
		if err == nil {
			server, err = create(running, "postgres") // every server has it
		}
		if err != nil {
			return errors.Join(err, s.stop())
		}
	}
	err = work(running, server)
	if cause := context.Cause(running); cause != nil {
		err = cause // why it failed
	}
	return errors.Join(err, s.stop())
}
