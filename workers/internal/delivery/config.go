package delivery

import (
	"cmp"
	"errors"
	"time"

	"github.com/weftql/weft/workers/internal/breaker"
)

// Config configures a Delivery.
type Config struct {
	// Lease is how long a worker has a mail to itself. It ends an attempt in half of
	// the time, so that the other half is left to note how that went, should the
	// database be away for a moment.
	// A mail whose worker died is sent by another after it. It also bounds an attempt of
	// the jobs that send mails. Defaults to 1 minute.
	Lease time.Duration
	// Breaker says when the mail server is left alone, and for how long.
	Breaker breaker.Config
}

// withDefaults returns a copy of c with every unset field filled in.
func (c Config) withDefaults() Config {
	c.Lease = cmp.Or(c.Lease, time.Minute)
	return c
}

func (c Config) validate() error {
	if c.Lease < 0 {
		return errors.New("delivery: Lease cannot be negative")
	}
	return nil
}
