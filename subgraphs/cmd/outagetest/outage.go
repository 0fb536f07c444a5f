package outagetest

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// writersAtOnce is how many write at the same time.
const writersAtOnce = 4

// DatabaseGoesAway stops the server of the database under load and starts it again:
// nothing that was acknowledged is lost, and the service recovers without anybody's
// help.
func (s Subject) DatabaseGoesAway(t *testing.T) {
	database := postgrestest.NewServer(t)
	url := database.Database(t, "outage", s.Migrate)
	service := s.Start(t, url, nil)
	writers := make([]writer, writersAtOnce)
	for i := range writers {
		writers[i] = writer{service: service, next: s.Writer(t, service)}
	}
	if code := service.Health(); code != http.StatusOK {
		t.Errorf("health %d with a database", code)
	}
	var busy, failing, group sync.WaitGroup
	back := make(chan struct{})
	for i := range writers {
		busy.Add(1)
		failing.Add(1)
		group.Go(func() {
			w := &writers[i]
			for range 20 {
				w.write(t)
			}
			busy.Done()
			for w.write(t) { // until the server is gone
			}
			failing.Done()
			<-back
			for ok := false; !ok && w.failures < 1000; ok = w.write(t) {
			}
			for range 20 {
				w.write(t)
			}
		})
	}
	busy.Wait()
	database.Stop(t)
	failing.Wait()
	if code := service.Health(); code != http.StatusServiceUnavailable {
		t.Errorf("health %d without a database", code)
	}
	database.Start(t)
	close(back)
	group.Wait()
	if code := service.Health(); code != http.StatusOK {
		t.Errorf("health %d when the database is back", code)
	}
	for _, w := range writers {
		if len(w.acknowledged) < 40 || w.failures == 0 {
			t.Errorf("%d rows, %d failures: the test shows nothing", len(w.acknowledged), w.failures)
		}
	}
	s.wantAll(t, url, writers)
}

// TransactionsAreTerminated ends connections while they are used, on an empty
// database.
func (s Subject) TransactionsAreTerminated(t *testing.T, url string) {
	service := s.migrated(t, url, nil)
	conn := connect(t, url)
	writers := make([]writer, writersAtOnce)
	var written, stopped atomic.Int64
	var group sync.WaitGroup
	for i := range writers {
		writers[i] = writer{service: service, next: s.Writer(t, service)}
		group.Go(func() {
			for stopped.Load() == 0 {
				if writers[i].write(t) {
					written.Add(1)
				}
			}
		})
	}
	for range 30 {
		// Some have been written since: writers are at work.
		for begin := written.Load(); written.Load() < begin+8; {
			runtime.Gosched()
		}
		_, err := conn.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = 'test'`)
		if err != nil {
			t.Error(err)
			break
		}
	}
	stopped.Store(1)
	group.Wait()
	acknowledged, failures := 0, 0
	for _, w := range writers {
		acknowledged, failures = acknowledged+len(w.acknowledged), failures+w.failures
	}
	if failures == 0 {
		t.Error("nothing was interrupted: the test shows nothing")
	}
	t.Logf("%d acknowledged, %d failures", acknowledged, failures)
	s.wantAll(t, url, writers)
}

// migrated is Start on an empty database.
func (s Subject) migrated(t *testing.T, url string, change func(*postgres.ReplicatedConfig)) Service {
	t.Helper()
	if err := s.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return s.Start(t, url, change)
}

// CancelledRequestsGiveBackTheirConnections cancels a thousand requests on an empty
// database: while they wait for a connection, for a lock in a transaction, and for
// rows.
func (s Subject) CancelledRequestsGiveBackTheirConnections(t *testing.T, url string) {
	service := s.migrated(t, url, func(c *postgres.ReplicatedConfig) {
		c.Primary.MaxConns, c.Primary.StatementTimeout, c.Primary.LockTimeout = 4, time.Minute, time.Minute
	})
	operations := s.Waiting(t, service)
	conn, locks := connect(t, url), connect(t, url)
	if _, err := locks.Exec(t.Context(), `begin; lock table `+s.Table); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for i := range 20 {
			operation := operations[i%len(operations)]
			body, err := json.Marshal(map[string]any{"query": operation.Query, "variables": operation.Variables})
			if err != nil {
				t.Fatal(err)
			}
			group.Go(func() {
				response := service.Client.Send(t, service.Client.Request(t, operation.Caller, body).WithContext(ctx))
				if len(response.Errors) != 1 {
					t.Errorf("a cancelled request is answered: %+v", response)
				}
			})
		}
		for waiting := 0; waiting < 4; { // the others wait for a connection
			if err := conn.QueryRow(t.Context(), `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'test'
				and datname = current_database()`).Scan(&waiting); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		group.Wait()
	}
	if _, err := locks.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for service.DB.AcquiredConns() != 0 && ctx.Err() == nil {
		runtime.Gosched() // the pool ends broken connections beside the requests
	}
	if n := service.DB.AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not given back", n)
	}
	for _, operation := range operations {
		service.Client.Do(t, operation.Caller, operation.Query, operation.Variables).WantData(t, operation.Data)
	}
	if n := service.Log.Count("level=ERROR"); n != 0 {
		t.Errorf("%d errors in the log, of clients that went away", n)
	}
}
