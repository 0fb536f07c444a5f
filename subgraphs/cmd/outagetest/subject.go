package outagetest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// Service is what a program serves, put together as it does that itself.
type Service struct {
	DB      *postgres.Replicated
	Handler http.Handler
	Client  *servertest.Client
	Log     *Log
}

// Subject is a service under test.
type Subject struct {
	// Migrate makes its tables.
	Migrate func(ctx context.Context, url string) error
	// Start returns it on a migrated database, changed by what the test needs to be
	// different; nil changes nothing. It ends with the test.
	Start func(t *testing.T, url string, change func(*postgres.ReplicatedConfig)) Service
	// Writer returns a client that writes one row after the other.
	Writer func(t *testing.T, s Service) Write
	// Stored returns the names of all rows that writers may have written.
	Stored func(t *testing.T, conn *pgx.Conn) map[string]bool
	// Sound checks what has to hold of the database after everything; nil for
	// nothing.
	Sound func(t *testing.T, url string)
	// Waiting returns operations that wait while somebody has locked Table.
	Waiting func(t *testing.T, s Service) []Operation
	Table   string
}

// Write writes once, and returns the name of the row if that was acknowledged, else
// "". Whoever writes again after a failure says so in the way that clients are to.
type Write func(t *testing.T) (name string, response servertest.Response)

// Operation is a request and its answer when all is well.
type Operation struct {
	Caller    identity.Claims
	Query     string
	Variables map[string]any
	Data      string // of the answer
}

// writer writes rows one after the other and keeps the names of those that it was
// told of.
type writer struct {
	service      Service
	next         Write
	acknowledged []string
	failures     int
}

// write writes one row and tells whether that was acknowledged. Any failure has to
// be masked, and in the log once.
func (w *writer) write(t *testing.T) bool {
	name, response := w.next(t)
	if len(response.Errors) == 0 {
		if name == "" {
			t.Errorf("neither written nor refused: %s", response.Data)
			return false
		}
		w.acknowledged = append(w.acknowledged, name)
		return true
	}
	w.failures++
	masked(t, w.service.Log, response)
	return false
}

// masked checks the one error of a response and its one record in the log.
func masked(t *testing.T, log *Log, response servertest.Response) {
	t.Helper()
	err := response.Errors[0]
	requestID, _ := err.Extensions["requestId"].(string)
	if len(response.Errors) != 1 || err.Message != "internal error" || err.Code() != "INTERNAL_SERVER_ERROR" || requestID == "" || len(err.Extensions) != 2 {
		t.Errorf("not masked: %+v", response)
	}
	if n := log.Count("requestId=" + requestID + " "); n != 1 {
		t.Errorf("%d records of request %s", n, requestID)
	}
}

// Health is the status of the service's readiness.
func (s Service) Health() int {
	recorder := httptest.NewRecorder()
	s.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/health", nil))
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

// wantAll checks that everything that was acknowledged is there.
func (s Subject) wantAll(t *testing.T, url string, writers []writer) {
	t.Helper()
	all := s.Stored(t, connect(t, url))
	for _, w := range writers {
		for _, name := range w.acknowledged {
			if !all[name] {
				t.Errorf("%s was acknowledged and is lost", name)
			}
		}
	}
	if s.Sound != nil {
		s.Sound(t, url)
	}
}
