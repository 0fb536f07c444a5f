package graph_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// outage is the service on connections that are ended in the middle of what they do.
type outage struct {
	*bundle
	killer *postgrestest.Assassin
	admin  *pgx.Conn
}

func setupOutage(t *testing.T) outage {
	t.Helper()
	url := databases.Database(t)
	o := outage{killer: postgrestest.NewAssassin(t, url)}
	o.bundle = setupOn(t, postgres.Config{URL: url, Name: "test", Tracer: o.killer})
	var err error
	if o.admin, err = pgx.Connect(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.admin.Close(context.Background()) })
	return o
}

// counts is how many rows there are of what a registration writes.
func (o outage) counts(t *testing.T) (counts string) {
	t.Helper()
	err := o.admin.QueryRow(t.Context(), `select concat_ws(' ', (select count(*) from users), (select count(*) from sessions), (select count(*) from refresh_tokens),
		(select count(*) from river.river_job), (select count(*) from audit_log))`).Scan(&counts)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// TestPostgresGoesAwayFromARegistration ends the connection at every point of the
// transaction: nothing of it is there, and the next try on another connection makes
// everything once.
func TestPostgresGoesAwayFromARegistration(t *testing.T) {
	t.Parallel()
	o := setupOutage(t)
	for i, victim := range []string{"insert into users", "refresh_tokens", "river_job", "audit_append", "commit"} {
		in := map[string]any{"in": map[string]any{"email": fmt.Sprintf("user%d@example.com", i), "password": rightPassword, "displayName": "N. N."}}
		o.killer.Await(victim)
		response := o.Do(t, identity.Claims{}, registerMutation, in)
		if !o.killer.Done() {
			t.Fatalf("%s: the connection was not ended", victim)
		}
		response.WantCodes(t, "INTERNAL_SERVER_ERROR")
		if got, want := o.counts(t), fmt.Sprintf("%d %[1]d %[1]d %d %[1]d", i, 2*i); got != want {
			t.Errorf("%s: rows %s, want %s", victim, got, want)
		}
		o.register(t, fmt.Sprintf("user%d@example.com", i))
		if got, want := o.counts(t), fmt.Sprintf("%d %[1]d %[1]d %d %[1]d", i+1, 2*(i+1)); got != want {
			t.Errorf("%s, and again: rows %s, want %s", victim, got, want)
		}
	}
	if _, _, err := userspostgres.VerifyAudit(t.Context(), o.pool); err != nil {
		t.Error(err)
	}
}

// TestPostgresGoesAwayFromARefresh ends the connection at every point of an
// exchange: the token stays good.
func TestPostgresGoesAwayFromARefresh(t *testing.T) {
	t.Parallel()
	o := setupOutage(t)
	mine := o.signUp(t, "ada@example.com").RefreshToken
	for _, victim := range []string{"for update of t, s", "from users where id", "with used as", "commit"} {
		o.killer.Await(victim)
		response := o.Do(t, identity.Claims{}, `mutation ($token: String!) { refreshSession(input: {refreshToken: $token}) { errors { code } } }`, map[string]any{"token": mine})
		if !o.killer.Done() {
			t.Fatalf("%s: the connection was not ended", victim)
		}
		response.WantCodes(t, "INTERNAL_SERVER_ERROR")
		mine = o.wantRefreshed(t, mine).RefreshToken
	}
}

// TestChangesInTheWay has somebody hold the account for longer than a change waits:
// that is an expected failure, and trying again helps.
func TestChangesInTheWay(t *testing.T) {
	t.Parallel()
	b := setupOn(t, postgres.Config{URL: databases.Database(t), Name: "test", LockTimeout: 50 * time.Millisecond})
	caller := b.signUp(t, "ada@example.com").claims(t)
	tx, err := b.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from users for update`); err != nil {
		t.Fatal(err)
	}
	const rename = `mutation { it: updateProfile(input: {displayName: "Ada"}) { user { displayName } errors { code path } } }`
	b.Do(t, caller, rename, nil).WantData(t, `{"it":{"user":null,"errors":[{"code":"BUSY","path":[]}]}}`)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Do(t, caller, rename, nil).WantData(t, `{"it":{"user":{"displayName":"Ada"},"errors":[]}}`)
	if log := b.log.String(); log != "" {
		t.Errorf("log %s", log)
	}
}
