package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// writer creates todos one after the other and keeps the ids of those that it was
// told of.
type writer struct {
	service      service
	caller       identity.Claims
	list         string
	acknowledged []string
	failures     int
}

// write creates one todo and tells whether that was acknowledged. Any failure has
// to be masked, and in the log once.
func (w *writer) write(t *testing.T) bool {
	response := w.service.client.Do(t, w.caller, `mutation ($list: ID!) { createTodo(input: {listId: $list, title: "Pack"}) { todo { id } errors { code } } }`,
		map[string]any{"list": w.list})
	if len(response.Errors) == 0 {
		var data struct {
			CreateTodo struct {
				Todo   *struct{ ID string }
				Errors []any
			}
		}
		response.Decode(t, &data)
		if data.CreateTodo.Todo == nil {
			t.Errorf("%s", response.Data)
			return false
		}
		w.acknowledged = append(w.acknowledged, data.CreateTodo.Todo.ID)
		return true
	}
	w.failures++
	masked(t, w.service.log, response)
	return false
}

// masked checks the one error of a response and its one record in the log.
func masked(t *testing.T, log *log, response servertest.Response) {
	err := response.Errors[0]
	requestID, _ := err.Extensions["requestId"].(string)
	if len(response.Errors) != 1 || err.Message != "internal error" || err.Code() != "INTERNAL_SERVER_ERROR" || requestID == "" || len(err.Extensions) != 2 {
		t.Errorf("not masked: %+v", response)
	}
	if n := log.count("requestId=" + requestID + " "); n != 1 {
		t.Errorf("%d records of request %s", n, requestID)
	}
}

// health is the status of the service's readiness.
func (s service) health() int {
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/health", nil))
	return recorder.Code
}

// connect connects to a database until the test ends.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// stored returns the ids of all todos.
func stored(t *testing.T, url string) map[string]bool {
	t.Helper()
	rows, err := connect(t, url).Query(t.Context(), `select id from todos`)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, key := range keys {
		all[id.Format(id.Todo, key)] = true
	}
	return all
}

// TestDatabaseGoesAway stops the server of the database under load and starts it
// again: nothing that was acknowledged is lost, and the service recovers without
// anybody's help.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	database := postgrestest.NewServer(t)
	url := database.Database(t, "todos", migrate)
	s := newService(t, url, nil, nil)
	writers := make([]writer, 4)
	for i := range writers {
		writers[i] = writer{service: s, caller: identity.Claims{Subject: id.Format(id.User, id.New())}}
		writers[i].list = createList(t, s.client, writers[i].caller)
	}
	if code := s.health(); code != http.StatusOK {
		t.Errorf("health %d with a database", code)
	}
	var busy, failing sync.WaitGroup
	back := make(chan struct{})
	var group sync.WaitGroup
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
	if code := s.health(); code != http.StatusServiceUnavailable {
		t.Errorf("health %d without a database", code)
	}
	database.Start(t)
	close(back)
	group.Wait()
	if code := s.health(); code != http.StatusOK {
		t.Errorf("health %d when the database is back", code)
	}
	all := stored(t, url)
	for _, w := range writers {
		if len(w.acknowledged) < 40 || w.failures == 0 {
			t.Errorf("%d todos, %d failures: the test shows nothing", len(w.acknowledged), w.failures)
		}
		for _, todo := range w.acknowledged {
			if !all[todo] {
				t.Errorf("%s was acknowledged and is lost", todo)
			}
		}
	}
}

// TestTransactionsAreTerminated ends connections while they are used.
func TestTransactionsAreTerminated(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := newService(t, url, nil, nil)
	conn := connect(t, url)
	writers := make([]writer, 4)
	var written, stopped atomic.Int64
	var group sync.WaitGroup
	for i := range writers {
		writers[i] = writer{service: s, caller: identity.Claims{Subject: id.Format(id.User, id.New())}}
		writers[i].list = createList(t, s.client, writers[i].caller)
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
	all, acknowledged, failures := stored(t, url), 0, 0
	for _, w := range writers {
		acknowledged, failures = acknowledged+len(w.acknowledged), failures+w.failures
		for _, todo := range w.acknowledged {
			if !all[todo] {
				t.Errorf("%s was acknowledged and is lost", todo)
			}
		}
	}
	if failures == 0 {
		t.Error("nothing was interrupted: the test shows nothing")
	}
	t.Logf("%d acknowledged, %d stored, %d failures", acknowledged, len(all), failures)
}

// TestCancelledRequestsGiveBackTheirConnections cancels a thousand requests: while
// they wait for a connection, for a lock in a transaction, and for rows.
func TestCancelledRequestsGiveBackTheirConnections(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := newService(t, url, func(c *sharedpostgres.ReplicatedConfig) {
		c.Primary.MaxConns, c.Primary.StatementTimeout, c.Primary.LockTimeout = 4, time.Minute, time.Minute
	}, nil)
	ada := identity.Claims{Subject: id.Format(id.User, id.New())}
	list := createList(t, s.client, ada)
	conn, locks := connect(t, url), connect(t, url)
	if _, err := locks.Exec(t.Context(), `begin; lock table todo_lists`); err != nil {
		t.Fatal(err)
	}
	operations := []string{
		`mutation ($list: ID!) { createTodo(input: {listId: $list, title: "Pack"}) { todo { id } } }`,
		`query ($list: ID!) { todoList(id: $list) { name } }`,
	}
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for i := range 20 {
			body, err := json.Marshal(map[string]any{"query": operations[i%2], "variables": map[string]any{"list": list}})
			if err != nil {
				t.Fatal(err)
			}
			group.Go(func() {
				response := s.client.Send(t, s.client.Request(t, ada, body).WithContext(ctx))
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
	for s.db.AcquiredConns() != 0 && ctx.Err() == nil {
		runtime.Gosched() // the pool ends broken connections beside the requests
	}
	if n := s.db.AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not given back", n)
	}
	response := s.client.Do(t, ada, operations[1], map[string]any{"list": list})
	response.WantData(t, `{"todoList":{"name":"Journey"}}`)
	if n := s.log.count("level=ERROR"); n != 0 {
		t.Errorf("%d errors in the log, of clients that went away", n)
	}
}

// TestRepresentationsAreBounded asks for more entities than a request may.
func TestRepresentationsAreBounded(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := newService(t, url, nil, func(c *server.Config) { c.MaxRepresentations = 100 })
	users := func(n int) []any {
		all := make([]any, n)
		for i := range all {
			all[i] = map[string]any{"__typename": "User", "id": id.Format(id.User, id.New())}
		}
		return all
	}
	const one, two = `query ($a: [_Any!]!) { a: _entities(representations: $a) { __typename } }`,
		`query ($a: [_Any!]!, $b: [_Any!]!) { a: _entities(representations: $a) { __typename } ... { b: _entities(representations: $b) { __typename } } }`
	for _, c := range []struct {
		query string
		a, b  int
		codes []string
	}{
		{one, 100, 0, nil}, {one, 101, 0, []string{"BAD_USER_INPUT"}}, {two, 50, 50, nil}, {two, 50, 51, []string{"BAD_USER_INPUT"}},
	} {
		variables := map[string]any{"a": users(c.a)}
		if c.b > 0 {
			variables["b"] = users(c.b)
		}
		s.client.Do(t, identity.Claims{}, c.query, variables).WantCodes(t, c.codes...)
	}
}
