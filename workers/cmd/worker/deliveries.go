package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// deliveryCommands are those with which an operator sees what became of mails, and
// has them sent again.
func (c config) deliveryCommands() []program.Command {
	return []program.Command{
		{
			Name: "deliveries list", Arguments: "[--state STATE,…] [--limit N]", Needs: []string{"USERS_DATABASE_URL"},
			Meaning: "print mails, those first that changed last: UNKNOWN and REFUSED ones, or those in the given states", RunWith: c.listDeliveries,
		},
		{
			Name: "deliveries resend", Arguments: "KEY…", Needs: []string{"USERS_DATABASE_URL", "TODOS_DATABASE_URL"},
			Meaning: "have mails sent again that were refused, or of which it is not known whether they were sent", RunWith: c.resend,
		},
	}
}

// deliveryFilter is which mails are listed.
type deliveryFilter struct {
	states []users.DeliveryState
	limit  int // of each state
}

// readDeliveryFilter reads the arguments of deliveries list.
func readDeliveryFilter(arguments []string) (deliveryFilter, error) {
	flags := flag.NewFlagSet("deliveries list", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it
	states := flags.String("state", "UNKNOWN,REFUSED", "")
	limit := flags.Int("limit", 100, "")
	if err := flags.Parse(arguments); err != nil {
		return deliveryFilter{}, fmt.Errorf("%w: %w", program.ErrUsage, err)
	}
	filter := deliveryFilter{limit: *limit}
	for _, text := range list(*states) {
		state := users.DeliveryState(strings.ToUpper(text))
		if !slices.Contains(users.DeliveryStates(), state) {
			return deliveryFilter{}, fmt.Errorf("%w: there is no state %q, but %v", program.ErrUsage, text, users.DeliveryStates())
		}
		filter.states = append(filter.states, state)
	}
	switch {
	case flags.NArg() > 0:
		return deliveryFilter{}, fmt.Errorf("%w: %q", program.ErrUsage, flags.Args())
	case filter.limit < 1 || filter.limit > maxListed:
		return deliveryFilter{}, fmt.Errorf("%w: --limit is a number from 1 to %d", program.ErrUsage, maxListed)
	}
	return filter, nil
}

// listDeliveries prints mails.
func (c config) listDeliveries(ctx context.Context, call program.Call) error {
	filter, err := readDeliveryFilter(call.Arguments)
	if err != nil {
		return err
	}
	return c.withDeliveries(ctx, func(pool *pgxpool.Pool) error {
		table := tabwriter.NewWriter(call.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KEY\tSTATE\tANSWER\tATTEMPTS\tCHANGED\tJOB")
		for _, state := range filter.states {
			all, err := userspostgres.ListDeliveries(ctx, pool, state, filter.limit)
			if err != nil {
				return err
			}
			for _, d := range all {
				answer := "-"
				if d.SMTPCode != 0 {
					answer = fmt.Sprint(d.SMTPCode)
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s:%d\n", d.Key, d.State, answer, d.Attempts, d.UpdatedAt.Format(time.RFC3339), jobDatabase(d), d.JobID)
			}
		}
		return table.Flush()
	})
}

// jobDatabase is the name of the database that has a mail's job.
func jobDatabase(d users.Delivery) string {
	name, _, _ := strings.Cut(d.JobKind, ".")
	return name
}

// resend has mails sent again. One that cannot be does not keep it from the others.
func (c config) resend(ctx context.Context, call program.Call) error {
	if len(call.Arguments) == 0 {
		return fmt.Errorf("%w: which mail?", program.ErrUsage)
	}
	return c.withDeliveries(ctx, func(pool *pgxpool.Pool) error {
		var errs []error
		for _, key := range call.Arguments {
			if err := c.resendOne(ctx, pool, key); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
				continue
			}
			fmt.Fprintf(call.Out, "%s will be sent\n", key)
		}
		return errors.Join(errs...)
	})
}

// resendOne frees a mail and has its job done again.
func (c config) resendOne(ctx context.Context, pool *pgxpool.Pool, key string) error {
	delivery, err := userspostgres.Resend(ctx, pool, key)
	switch {
	case errors.Is(err, users.ErrNoDelivery):
		return errors.New("there is no such mail")
	case errors.Is(err, users.ErrDelivered):
		return errors.New("it was sent, or is being sent")
	case err != nil:
		return err
	}
	return c.withJobs(ctx, cmp.Or(jobDatabase(delivery), "users"), func(client *river.Client[pgx.Tx]) error {
		// A job that waits, or runs, is done anyway.
		_, err := client.JobRetry(ctx, delivery.JobID)
		if errors.Is(err, rivertype.ErrNotFound) {
			return fmt.Errorf("its job %d is not kept any more: it may be sent, but nobody will", delivery.JobID)
		}
		return err
	})
}

// withDeliveries calls work with the database that knows of mails.
func (c config) withDeliveries(ctx context.Context, work func(*pgxpool.Pool) error) error {
	pool, err := postgres.Open(ctx, postgres.Config{URL: c.usersDatabase, Name: "worker deliveries", MaxConns: 2})
	if err != nil {
		return fmt.Errorf("users: %w", err)
	}
	defer pool.Close()
	return work(pool)
}
