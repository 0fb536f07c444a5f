package postgres_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/trace"
)

type noArgs struct{}

func (noArgs) Kind() string { return "test.none" }

func TestJobsKnowTheRequestThatInsertedThem(t *testing.T) {
	t.Parallel()
	pool := open(t, postgres.Config{})
	if err := postgres.MigrateJobs(t.Context(), pool.Config().ConnString(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema, Middleware: []rivertype.Middleware{&postgres.JobTrace{}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, request, metadata, want string }{
		{"a request", "r1", "", "r1"},
		{"one whose id is no plain text", `"}`, "", `"}`},
		{"beside other metadata", "r2", `{"a": [1]}`, "r2"},
		{"none", "", `{"a": [1]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := trace.WithRequest(t.Context(), c.request)
			err := postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
				inserted, err := jobs.InsertTx(ctx, tx, noArgs{}, &river.InsertOpts{Metadata: []byte(c.metadata)})
				if err != nil {
					return err
				}
				var other bool
				if err := tx.QueryRow(ctx, `select metadata @> '{"a": [1]}' from river.river_job where id = $1`, inserted.Job.ID).Scan(&other); err != nil {
					return err
				}
				if got := postgres.JobRequest(inserted.Job); got != c.want || other != (c.metadata != "") {
					t.Errorf("request %q, metadata %s", got, inserted.Job.Metadata)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
