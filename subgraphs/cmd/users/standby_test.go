package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// TestStandby runs the program beside a standby that does not get on: who has
// just registered is found all the same, which shows that the primary answered,
// and what others wrote is not, which shows that the standby did.
func TestStandby(t *testing.T) {
	t.Parallel()
	primary := postgrestest.NewServer(t)
	url := primary.Database(t, "users", func(ctx context.Context, url string) error {
		return postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	standby := primary.Standby(t)
	standby.CatchUp(t, primary)
	standby.Pause(t)
	address := serve(t, append(environment(t, url), "USERS_READ_DATABASE_URL="+standby.URL(t, "users")))

	var registered struct {
		Register struct{ User *struct{ ID string } }
	}
	send(t, address, identity.Claims{}, `mutation ($in: RegisterInput!) { register(input: $in) { user { id } } }`, map[string]any{
		"in": map[string]any{"email": "ada@example.com", "password": "correct horse", "displayName": "Ada", "timeZone": "UTC"},
	}, &registered)
	if registered.Register.User == nil {
		t.Fatal("nobody is registered")
	}
	name := func(caller string) string {
		t.Helper()
		var data struct{ User *struct{ DisplayName string } }
		send(t, address, identity.Claims{Subject: caller}, `query ($id: ID!) { user(id: $id) { displayName } }`,
			map[string]any{"id": registered.Register.User.ID}, &data)
		if data.User == nil {
			return ""
		}
		return data.User.DisplayName
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `update users set display_name = 'Lady Ada'`); err != nil {
		t.Fatal(err)
	}
	if got := name(registered.Register.User.ID); got != "Lady Ada" {
		t.Errorf("who has just registered reads %q", got)
	}
	if got := name("usr_00000000000000000000000000"); got != "" {
		t.Errorf("somebody else reads %q, which the standby does not know", got)
	}
	standby.Resume(t, primary)
	if got := name("usr_00000000000000000000000000"); got != "Lady Ada" {
		t.Errorf("somebody else reads %q from the standby that has caught up", got)
	}
}
