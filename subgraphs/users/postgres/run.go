package postgres

import (
	"context"
	"log/slog"
	"time"
)

// sweepEvery is how often Run removes what nobody needs any more.
const sweepEvery = time.Minute

// Run tells routers of ended sessions, writes down failed logins and removes what is
// over, until ctx ends; what it knows of failed logins by then it still writes.
// Several processes may do it at the same time.
func (s *Service) Run(ctx context.Context) {
	announce, sweep := time.NewTicker(announceEvery), time.NewTicker(sweepEvery)
	defer announce.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = s.round(context.WithoutCancel(ctx), s.AppendDenied) // it has said so
			return
		case <-announce.C:
			_ = s.round(ctx, s.Announce)     // it has said so
			_ = s.round(ctx, s.AppendDenied) // so has it
		case <-s.ended.wake:
			_ = s.round(ctx, s.Announce) // it has said so
		case <-sweep.C:
			if err := s.round(ctx, s.Sweep); err != nil && ctx.Err() == nil {
				s.deps.Logger.WarnContext(ctx, "what is over stays for now", slog.Any("error", err))
			}
		}
	}
}

// round does one piece of work within its time.
func (s *Service) round(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	return work(ctx)
}
