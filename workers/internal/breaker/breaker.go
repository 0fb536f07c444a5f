package breaker

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Config configures a Breaker.
type Config struct {
	// Failures is how many calls in a row have to fail. Defaults to 5.
	Failures int
	// Open is how long nobody calls then, before one tries. Defaults to 30 seconds.
	Open time.Duration
}

// Open is the error of a call that was not made.
type Open struct {
	// Wait is how long calls are not made yet; 0 while one tries whether the server
	// is back.
	Wait time.Duration
}

// Error implements error.
func (o *Open) Error() string {
	return fmt.Sprintf("breaker: not called, because the last calls failed; for another %s", o.Wait.Round(time.Second))
}

// Breaker is a circuit breaker. It is safe for concurrent use.
type Breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}]
	open    time.Duration
	// opened is when the circuit was opened last, in nanoseconds since made: a clock
	// that nobody sets.
	opened atomic.Int64
	made   time.Time
}

// New returns a closed Breaker. Errors of which isFailure says no are the server's
// answers, and those of which isExcluded says yes count for nothing. When it opens
// and closes, onChange is told, and a line is logged.
func New(config Config, isFailure, isExcluded func(error) bool, onChange func(open bool), logger *slog.Logger) (*Breaker, error) {
	if config.Failures < 0 || config.Open < 0 {
		return nil, errors.New("breaker: Failures and Open cannot be negative")
	}
	failures := uint32(cmp.Or(config.Failures, 5))
	b := &Breaker{open: cmp.Or(config.Open, 30*time.Second), made: time.Now()}
	b.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:      b.open,
		ReadyToTrip:  func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failures },
		IsSuccessful: func(err error) bool { return err == nil || !isFailure(err) },
		IsExcluded:   func(err error) bool { return err != nil && isExcluded(err) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			switch {
			case to == gobreaker.StateOpen:
				b.opened.Store(int64(time.Since(b.made)))
				onChange(true)
				if from == gobreaker.StateClosed {
					logger.Warn("the mail server does not answer: mails wait", slog.Duration("retry", b.open))
				}
			case to == gobreaker.StateClosed:
				onChange(false)
				logger.Info("the mail server answers again")
			}
		},
	})
	return b, nil
}

// Wait returns how long calls are not made; 0 when they may be.
func (b *Breaker) Wait() time.Duration {
	if b.circuit.State() != gobreaker.StateOpen {
		return 0
	}
	return b.left()
}

// Do makes a call and returns its error, or makes none and returns *Open.
func (b *Breaker) Do(call func() error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) { return struct{}{}, call() })
	switch {
	case errors.Is(err, gobreaker.ErrOpenState):
		return &Open{Wait: b.left()}
	case errors.Is(err, gobreaker.ErrTooManyRequests):
		return &Open{}
	}
	return err
}

// left is what remains of the time in which nobody calls.
func (b *Breaker) left() time.Duration {
	return max(0, time.Duration(b.opened.Load())+b.open-time.Since(b.made))
}
