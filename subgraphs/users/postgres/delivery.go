package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// Deliveries is what is known of mails, for the worker that sends them. Leases are
// given and end by the clock of the database: those of the workers may jump. It is
// safe for concurrent use.
type Deliveries struct{ pool postgres.Pool }

// NewDeliveries returns the Deliveries of a database.
func NewDeliveries(pool postgres.Pool) Deliveries { return Deliveries{pool} }

// Claim asks for the right to send a mail. Whoever has it says how it ended with
// one of Sent, Refused, Unknown and Release.
func (d Deliveries) Claim(ctx context.Context, claim users.DeliveryClaim) (users.DeliveryLease, error) {
	user, err := id.Parse(id.User, claim.UserID)
	if err != nil {
		return users.DeliveryLease{}, fmt.Errorf("users: claim delivery: %w", err)
	}
	lease := users.DeliveryLease{}
	// A lease that ran out belongs to a worker that died, or will notice that it has
	// ended: whether the mail was taken, nobody knows.
	err = d.pool.QueryRow(ctx, `insert into email_deliveries as d
			(key, template, user_id, job_id, job_kind, state, attempts, lease_until)
		values ($1, $2, $3, $4, $5, 'SENDING', 1, now() + $6::interval)
		on conflict (key) do update set
			state = case when d.state = 'SENDING' and $7 then 'UNKNOWN' else 'SENDING' end,
			attempts = d.attempts + case when d.state = 'SENDING' and $7 then 0 else 1 end,
			lease_until = case when d.state = 'SENDING' and $7 then null else excluded.lease_until end,
			job_id = excluded.job_id, job_kind = excluded.job_kind, updated_at = now()
		where d.state in ('WAITING', 'REFUSED') or d.state = 'SENDING' and d.lease_until <= now() or d.state = 'UNKNOWN' and not $7
		returning state, attempts`,
		claim.Key, claim.Template, user, claim.JobID, claim.JobKind, claim.Lease, claim.Once).Scan(&lease.State, &lease.Attempts)
	if errors.Is(err, pgx.ErrNoRows) {
		err = d.pool.QueryRow(ctx, `select state, attempts, greatest(coalesce(lease_until - now(), interval '0'), interval '0')
			from email_deliveries where key = $1`, claim.Key).Scan(&lease.State, &lease.Attempts, &lease.Wait)
	} else {
		lease.Claimed = lease.State == users.DeliverySending
	}
	if err != nil {
		return users.DeliveryLease{}, fmt.Errorf("users: claim delivery: %w", err)
	}
	return lease, nil
}

// Sent notes that the mail server has taken a mail, whoever's the lease is: that it
// was taken is true for ever.
func (d Deliveries) Sent(ctx context.Context, key string) error {
	_, err := d.pool.Exec(ctx, `update email_deliveries
		set state = 'SENT', sent_at = now(), lease_until = null, smtp_code = null, updated_at = now()
		where key = $1 and state <> 'SENT'`, key)
	return settled("sent", err)
}

// Refused notes with which code the mail server refused a mail for good, if the
// lease is still the caller's.
func (d Deliveries) Refused(ctx context.Context, key string, attempts, code int) error {
	return d.end(ctx, key, attempts, users.DeliveryRefused, code, 0)
}

// Unknown notes that nobody knows whether the mail server has taken a mail which
// may not come twice, if the lease is still the caller's.
func (d Deliveries) Unknown(ctx context.Context, key string, attempts int) error {
	return d.end(ctx, key, attempts, users.DeliveryUnknown, 0, 0)
}

// Release gives the right to send a mail back, with the code of the mail server if
// it gave one, if the lease is still the caller's. A mail that the server has not
// been offered (begun is false) does not count as an attempt.
func (d Deliveries) Release(ctx context.Context, key string, attempts, code int, begun bool) error {
	back := 1
	if begun {
		back = 0
	}
	return d.end(ctx, key, attempts, users.DeliveryWaiting, code, back)
}

func (d Deliveries) end(ctx context.Context, key string, attempts int, state users.DeliveryState, code, back int) error {
	_, err := d.pool.Exec(ctx, `update email_deliveries
		set state = $3, smtp_code = nullif($4::int, 0), lease_until = null, attempts = attempts - $5, updated_at = now()
		where key = $1 and attempts = $2 and lease_until is not null`, key, attempts, state, code, back)
	return settled(string(state), err)
}

func settled(state string, err error) error {
	if err != nil {
		return fmt.Errorf("users: delivery is %s: %w", state, err)
	}
	return nil
}

// Resend lets a mail be sent again that was refused, or of which it is not known
// whether it was sent, and returns it as it is then. Its job has to be retried.
// It returns users.ErrNoDelivery if there is no such mail, and users.ErrDelivered
// if it was sent or is being sent.
func Resend(ctx context.Context, pool postgres.Pool, key string) (users.Delivery, error) {
	rows, err := pool.Query(ctx, `update email_deliveries set state = 'WAITING', lease_until = null, updated_at = now()
		where key = $1 and (state in ('WAITING', 'REFUSED', 'UNKNOWN') or state = 'SENDING' and lease_until <= now())
		returning `+deliveryColumns, key)
	if err != nil {
		return users.Delivery{}, fmt.Errorf("users: resend: %w", err)
	}
	delivery, err := pgx.CollectExactlyOneRow(rows, scanDelivery)
	if !errors.Is(err, pgx.ErrNoRows) {
		return delivery, settled("resent", err)
	}
	var known bool
	if err := pool.QueryRow(ctx, `select exists (select from email_deliveries where key = $1)`, key).Scan(&known); err != nil {
		return users.Delivery{}, fmt.Errorf("users: resend: %w", err)
	}
	if known {
		return users.Delivery{}, users.ErrDelivered
	}
	return users.Delivery{}, users.ErrNoDelivery
}

// ListDeliveries returns at most limit mails in a state, those first that changed
// last.
func ListDeliveries(ctx context.Context, pool postgres.Pool, state users.DeliveryState, limit int) ([]users.Delivery, error) {
	rows, err := pool.Query(ctx, `select `+deliveryColumns+` from email_deliveries where state = $1 order by updated_at desc limit $2`, state, limit)
	if err != nil {
		return nil, fmt.Errorf("users: list deliveries: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanDelivery)
	if err != nil {
		return nil, fmt.Errorf("users: list deliveries: %w", err)
	}
	return all, nil
}

// lostAfter is how long after the end of its lease a mail that nobody has taken over is
// UNKNOWN: its job had nothing to say any more, or is gone.
const lostAfter = time.Hour

// deliveryLife is how long what is known of a mail is kept: longer than any job
// that could send it again.
const deliveryLife = 90 * 24 * time.Hour

const deliveryColumns = `key, template, user_id, state, attempts, coalesce(smtp_code, 0), job_id, job_kind, created_at, updated_at, sent_at`

func scanDelivery(row pgx.CollectableRow) (users.Delivery, error) {
	var d users.Delivery
	var user id.UUID
	err := row.Scan(&d.Key, &d.Template, &user, &d.State, &d.Attempts, &d.SMTPCode, &d.JobID, &d.JobKind, &d.CreatedAt, &d.UpdatedAt, &d.SentAt)
	d.UserID = id.Format(id.User, user)
	return d, err
}
