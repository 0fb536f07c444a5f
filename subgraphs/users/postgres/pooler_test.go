package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// TestUsersAreWrittenThroughAPooler has many register at the same time, through the
// few sessions of PgBouncer in transaction mode: accounts, sessions and their jobs.
func TestUsersAreWrittenThroughAPooler(t *testing.T) {
	t.Parallel()
	url := postgrestest.Pooler(t, databases.Database(t), "") + "&default_query_exec_mode=cache_describe"
	b := setupOn(t, servicepostgres.Config{URL: url, Name: "test", MaxConns: 50}, func(*postgres.Deps) {})
	const n = 30
	var registering sync.WaitGroup
	for i := range n {
		registering.Go(func() {
			viewer := users.Viewer{Address: fmt.Sprintf("192.0.2.%d", i)}
			in := users.RegisterInput{Email: fmt.Sprintf("user%d@example.test", i), Password: secret, DisplayName: "Somebody", TimeZone: "UTC"}
			login, err := b.Register(t.Context(), viewer, in)
			if err != nil {
				t.Errorf("register: %v", err)
				return
			}
			if _, err := b.RefreshSession(t.Context(), viewer, *login.Tokens.RefreshToken); err != nil {
				t.Errorf("refresh: %v", err)
			}
		})
	}
	registering.Wait()
	var welcomes, verifications int
	if err := b.pool.QueryRow(t.Context(), `select count(*) filter (where kind = 'users.welcome'), count(*) filter (where kind = 'users.verification')
		from river.river_job`).Scan(&welcomes, &verifications); err != nil || welcomes != n || verifications != n {
		t.Errorf("%d welcomes, %d verifications, %v", welcomes, verifications, err)
	}
}
