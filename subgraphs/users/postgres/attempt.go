package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/redis"
	"github.com/weftql/weft/subgraphs/internal/throttle"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/password"
)

// Limits are how often people may try to log in or to register. Attempts that
// succeed in logging in do not count.
type Limits struct {
	// PerEmail bounds the attempts with one e-mail address within a quarter of an
	// hour. Defaults to 10.
	PerEmail int
	// PerAddress bounds those from one IP address, of version 6 from one /64.
	// Defaults to 100: many people can have the same one.
	PerAddress int
}

// attemptWindow is the time for which the Limits are.
const attemptWindow = 15 * time.Minute

func (l Limits) withDefaults() Limits {
	if l.PerEmail == 0 {
		l.PerEmail = 10
	}
	if l.PerAddress == 0 {
		l.PerAddress = 100
	}
	return l
}

func (l Limits) validate() error {
	if l.PerEmail < 0 || l.PerAddress < 0 {
		return errors.New("users: Limits cannot be negative")
	}
	return nil
}

// per returns the rate of n in the window.
func per(n int) throttle.Rate {
	return throttle.Rate{Burst: n, Every: attemptWindow / time.Duration(n)}
}

// attempt is one try to log in or to register, counted.
type attempt struct {
	counts []count
}

// count is what one attempt adds to one key.
type count struct {
	key  [32]byte
	rate throttle.Rate
}

// attempt counts a try with an e-mail address from where the viewer is, or
// returns UserErrors about the address if there were too many. The viewer's own
// address comes first, so that who is refused for it cannot lock out others.
func (s *Service) attempt(ctx context.Context, viewer users.Viewer, email string) (attempt, error) {
	var a attempt
	if parsed, err := netip.ParseAddr(viewer.Address); err == nil {
		a.counts = append(a.counts, count{s.attemptKey("address", network(parsed)), per(s.deps.Limits.PerAddress)})
	}
	a.counts = append(a.counts, count{s.attemptKey("email", users.EmailKey(email)), per(s.deps.Limits.PerEmail)})
	return a, s.take(ctx, a, "input", "email")
}

// confirmation counts a try of the viewer's own password, as many as there may be
// with one e-mail address, or returns UserErrors about the argument.
func (s *Service) confirmation(ctx context.Context, viewer users.Viewer, argument string) (attempt, error) {
	a := attempt{counts: []count{{s.attemptKey("own password", viewer.ID), per(s.deps.Limits.PerEmail)}}}
	return a, s.take(ctx, a, argument)
}

// mailRequest counts a mail that somebody asks for without being logged in, as many
// as there may be attempts from one address, or returns UserErrors about the
// argument.
func (s *Service) mailRequest(ctx context.Context, viewer users.Viewer, argument string) error {
	parsed, err := netip.ParseAddr(viewer.Address)
	if err != nil {
		return nil // the router does not tell where people are
	}
	return s.take(ctx, attempt{counts: []count{{s.attemptKey("mail address", network(parsed)), per(s.deps.Limits.PerAddress)}}}, argument)
}

// take counts an attempt, or returns UserErrors about the argument that path leads
// to if there were too many.
func (s *Service) take(ctx context.Context, a attempt, path ...string) error {
	for _, one := range a.counts {
		wait, err := s.attempts.Take(ctx, one.key, one.rate, s.now())
		if err != nil {
			return err
		}
		if wait > 0 {
			return users.TooManyAt(wait, path...)
		}
	}
	return nil
}

// forget takes an attempt back that turned out to be none.
func (s *Service) forget(ctx context.Context, a attempt) {
	for _, one := range a.counts {
		if err := s.attempts.Return(ctx, one.key, one.rate, s.now()); err != nil {
			// The attempt stays counted until it is forgotten anyway.
			s.deps.Logger.WarnContext(ctx, "an attempt that succeeded stays counted", slog.Any("error", err))
		}
	}
}

// unhashed turns password.ErrBusy into UserErrors about the password that path leads
// to, and takes the attempt back, which was none. Other errors, and nil, stay.
func (s *Service) unhashed(ctx context.Context, err error, tried attempt, path ...string) error {
	if !errors.Is(err, password.ErrBusy) {
		return err
	}
	s.deps.Logger.WarnContext(ctx, "a password was not checked", slog.Any("error", err))
	s.forget(ctx, tried)
	return users.BusyAt(path...)
}

// network is what counts of an address: an IPv6 network can have as many
// addresses as somebody wants to try.
func network(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // 64 is within IPv6's 128 bits
	return prefix.String()
}

// attemptKey names a count without telling whose it is.
func (s *Service) attemptKey(kind, value string) [32]byte {
	mac := hmac.New(sha256.New, s.deps.RefreshKeys[0])
	mac.Write([]byte("weft attempts v1\n" + kind + "\n" + value))
	return [32]byte(mac.Sum(nil))
}

// newAttempts returns what counts attempts: Redis, if there is one, and the
// database while it is away.
func newAttempts(deps Deps) (*throttle.Throttle, error) {
	var primary throttle.Store
	if deps.Redis != nil {
		primary = redis.NewAttempts(deps.Redis, "weft:users:attempts:")
	}
	return throttle.New(primary, NewAttempts(deps.Pool), deps.Logger)
}

// Attempts counts attempts in the table login_attempts. It is safe for
// concurrent use.
type Attempts struct {
	pool postgres.Pool
}

var _ throttle.Store = (*Attempts)(nil)

// NewAttempts returns Attempts in a migrated database.
func NewAttempts(pool postgres.Pool) *Attempts { return &Attempts{pool: pool} }

// Take implements throttle.Store. What throttle.Rate.Next does is a condition of
// the statement, so that attempts at the same time wait for each other's row.
func (a *Attempts) Take(ctx context.Context, key [32]byte, rate throttle.Rate, now time.Time) (time.Duration, error) {
	now = now.Truncate(time.Microsecond) // the precision of the column
	burst := time.Duration(rate.Burst) * rate.Every
	taken, err := a.pool.Exec(ctx, `
		insert into login_attempts as a (key, forgotten_at) values ($1, $2::timestamptz + $3::interval)
		on conflict (key) do update set forgotten_at = greatest(a.forgotten_at, $2) + $3
			where greatest(a.forgotten_at, $2) + $3 <= $2 + $4::interval`, key[:], now, rate.Every, burst)
	if err != nil {
		return 0, fmt.Errorf("count an attempt: %w", err)
	}
	if taken.RowsAffected() == 1 {
		return 0, nil
	}
	var forgottenAt time.Time
	err = a.pool.QueryRow(ctx, `select forgotten_at from login_attempts where key = $1`, key[:]).Scan(&forgottenAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil // forgotten meanwhile
	}
	if err != nil {
		return 0, fmt.Errorf("count an attempt: %w", err)
	}
	_, wait := rate.Next(forgottenAt, now)
	return wait, nil
}

// Return implements throttle.Store.
func (a *Attempts) Return(ctx context.Context, key [32]byte, rate throttle.Rate, _ time.Time) error {
	if _, err := a.pool.Exec(ctx, `update login_attempts set forgotten_at = forgotten_at - $2::interval where key = $1`, key[:], rate.Every); err != nil {
		return fmt.Errorf("take an attempt back: %w", err)
	}
	return nil
}
