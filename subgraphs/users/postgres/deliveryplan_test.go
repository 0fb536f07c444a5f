package postgres_test

import (
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// fillDeliveries makes 20,000 mails, of which some were not sent.
func (p *planned) fillDeliveries(t *testing.T) {
	t.Helper()
	_, err := p.conn.Exec(t.Context(), `insert into email_deliveries (key, template, user_id, job_id, job_kind, state, attempts, sent_at)
		select 'welcome/' || n, 'welcome', gen_random_uuid(), n, 'users.welcome', case when n % 100 = 0 then 'REFUSED' else 'SENT' end, 1,
			case when n % 100 > 0 then now() end
		from generate_series(1, 20000) n on conflict do nothing;
		analyze email_deliveries`)
	if err != nil {
		t.Fatal(err)
	}
}

// deliveryPlans are what the worker and its operator ask about mails.
func (p *planned) deliveryPlans(t *testing.T) []planCase {
	ctx := t.Context()
	d := postgres.NewDeliveries(p.pool)
	key := "welcome/" + p.suffix
	claim := func() error {
		_, err := d.Claim(ctx, users.DeliveryClaim{
			Key: key, Template: "welcome", UserID: id.Format(id.User, seed.Person(1)), JobID: 1, JobKind: "users.welcome", Lease: time.Minute,
		})
		return err
	}
	pkey := []string{"email_deliveries_pkey"}
	return []planCase{
		{name: "Claim", want: pkey, do: claim},
		{name: "Claim, of another", want: pkey, do: claim},
		{name: "Release", want: pkey, do: func() error { return d.Release(ctx, key, 1, 451, true) }},
		{name: "Resend", want: pkey, do: func() error {
			_, err := postgres.Resend(ctx, p.pool, key)
			return err
		}},
		{name: "Sent", want: pkey, do: func() error { return d.Sent(ctx, key) }},
		{name: "Resend, of one that was sent", want: pkey, do: func() error {
			if _, err := postgres.Resend(ctx, p.pool, key); err == nil {
				t.Error("a mail that was sent is sent again")
			}
			return nil
		}},
		{name: "ListDeliveries", want: []string{"email_deliveries_state"}, inOrder: true, do: func() error {
			_, err := postgres.ListDeliveries(ctx, p.pool, users.DeliveryRefused, 50)
			return err
		}},
	}
}
