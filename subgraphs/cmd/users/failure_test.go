package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/cmd/outagetest"
	"github.com/weftql/weft/subgraphs/internal/id"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

const rightPassword = "correct horse battery"

// device is a client of the service with an account of its own.
type device struct {
	client *servertest.Client
	caller identity.Claims
	email  string
	token  string // the newest refresh token that it was told of
}

// devices numbers the accounts.
var devices atomic.Int64

// newDevice registers somebody.
func newDevice(t *testing.T, client *servertest.Client) *device {
	t.Helper()
	d := &device{client: client, email: fmt.Sprintf("device%d@example.com", devices.Add(1))}
	response, codes := d.send(t, "register", "RegisterInput", map[string]any{"email": d.email, "password": rightPassword, "displayName": "N. N."})
	if d.token == "" {
		t.Fatalf("register: %q %s %+v", codes, response.Data, response.Errors)
	}
	return d
}

// send sends a mutation that answers with tokens and keeps those. It returns the
// codes of the expected failures.
func (d *device) send(t *testing.T, mutation, input string, in map[string]any) (response servertest.Response, codes []string) {
	t.Helper()
	response = d.client.Do(t, identity.Claims{}, fmt.Sprintf(`mutation ($in: %s!) { it: %s(input: $in) { tokens { refreshToken accessToken } errors { code } } }`, input, mutation),
		map[string]any{"in": in})
	if len(response.Errors) > 0 {
		return response, nil
	}
	var data struct {
		It struct {
			Tokens *struct{ RefreshToken, AccessToken string }
			Errors []struct{ Code string }
		}
	}
	response.Decode(t, &data)
	for _, err := range data.It.Errors {
		codes = append(codes, err.Code)
	}
	if data.It.Tokens != nil {
		d.token, d.caller = data.It.Tokens.RefreshToken, claimsOf(t, data.It.Tokens.AccessToken)
	}
	return response, codes
}

func (d *device) login(t *testing.T, password string) (servertest.Response, []string) {
	t.Helper()
	return d.send(t, "login", "LoginInput", map[string]any{"email": d.email, "password": password})
}

// refresh exchanges the newest token that the device knows: once more the one whose
// exchange failed, and by a login if that took too long.
func (d *device) refresh(t *testing.T) (string, servertest.Response) {
	t.Helper()
	before := d.token
	response, codes := d.send(t, "refreshSession", "RefreshSessionInput", map[string]any{"refreshToken": d.token})
	if slices.Contains(codes, "TOKEN_INVALID") {
		response, _ = d.login(t, rightPassword)
	}
	if d.token == before {
		return "", response
	}
	return stored(t, d.token), response
}

// stored is what the database has of a token.
func stored(t *testing.T, token string) string {
	t.Helper()
	parsed, err := users.ParseRefreshToken(token)
	if err != nil {
		t.Fatal(err)
	}
	hash := parsed.Hash()
	return fmt.Sprintf("%x", hash)
}

// claimsOf are the caller of an access token, as the router reads it.
func claimsOf(t *testing.T, accessToken string) identity.Claims {
	t.Helper()
	parts := strings.Split(accessToken, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", accessToken)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Sub, Sid string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return identity.Claims{Subject: claims.Sub, Session: claims.Sid}
}

// subject is the service in the hands of those that try what it survives.
func subject() outagetest.Subject {
	return outagetest.Subject{
		Migrate: migrate,
		Start: func(t *testing.T, url string, change func(*sharedpostgres.ReplicatedConfig)) outagetest.Service {
			return newService(t, url, change, nil).Service
		},
		Writer: func(t *testing.T, s outagetest.Service) outagetest.Write {
			d, n := newDevice(t, s.Client), 0
			return func(t *testing.T) (string, servertest.Response) {
				if n++; n%8 != 0 {
					return d.refresh(t)
				}
				// An account, its session, two jobs and an entry in the audit log.
				other := &device{client: s.Client, email: fmt.Sprintf("device%d@example.com", devices.Add(1))}
				response, _ := other.send(t, "register", "RegisterInput", map[string]any{"email": other.email, "password": rightPassword, "displayName": "N. N."})
				if other.token == "" {
					return "", response
				}
				return stored(t, other.token), response
			}
		},
		Stored: func(t *testing.T, conn *pgx.Conn) map[string]bool {
			t.Helper()
			rows, err := conn.Query(t.Context(), `select encode(hash, 'hex') from refresh_tokens`)
			if err != nil {
				t.Fatal(err)
			}
			hashes, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			all := map[string]bool{}
			for _, hash := range hashes {
				all[hash] = true
			}
			return all
		},
		Sound: sound,
		Table: "users",
		Waiting: func(t *testing.T, s outagetest.Service) []outagetest.Operation {
			d := newDevice(t, s.Client)
			return []outagetest.Operation{
				{
					Caller: d.caller, Query: `mutation { updateNotificationSettings(input: {digestHour: 7}) { user { notificationSettings { digestHour } } } }`,
					Data: `{"updateNotificationSettings":{"user":{"notificationSettings":{"digestHour":7}}}}`,
				},
				{Caller: d.caller, Query: `{ me { displayName } }`, Data: `{"me":{"displayName":"N. N."}}`},
			}
		},
	}
}

// sound checks that every account has what was written with it, and that the audit
// log's chain holds.
func sound(t *testing.T, url string) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, _, err := postgres.VerifyAudit(t.Context(), pool); err != nil {
		t.Error(err)
	}
	var accounts, entries, jobs int
	err = pool.QueryRow(t.Context(), `select (select count(*) from users), (select count(*) from audit_log where action = 'account.register'),
		(select count(*) from river.river_job)`).Scan(&accounts, &entries, &jobs)
	if err != nil || entries != accounts || jobs < 2*accounts {
		t.Errorf("%d accounts, %d of them in the audit log, %d jobs, want two for each: %v", accounts, entries, jobs, err)
	}
}

func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	subject().DatabaseGoesAway(t)
}

func TestTransactionsAreTerminated(t *testing.T) {
	t.Parallel()
	subject().TransactionsAreTerminated(t, databases.Database(t))
}

func TestCancelledRequestsGiveBackTheirConnections(t *testing.T) {
	t.Parallel()
	subject().CancelledRequestsGiveBackTheirConnections(t, databases.Database(t))
}

// TestRedisGoesAway kills Redis under the service, and has it hang: everything goes
// on, guesses are counted all the same, and routers hear of a session that ended
// meanwhile as soon as Redis is back.
func TestRedisGoesAway(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	server := redistest.Start(t)
	s := newService(t, url, nil, openRedis(t, server.URL()))
	ctx, stop := context.WithCancel(t.Context())
	var background sync.WaitGroup
	background.Go(func() { s.users.Run(ctx) })
	t.Cleanup(func() {
		stop()
		background.Wait()
	})
	d := newDevice(t, s.Client)
	everything := func(when string) {
		t.Helper()
		if _, codes := d.login(t, rightPassword); len(codes) > 0 {
			t.Errorf("%s, login: %q", when, codes)
		}
		if token, _ := d.refresh(t); token == "" {
			t.Errorf("%s, refresh fails", when)
		}
		s.Client.Do(t, d.caller, `mutation { logout { errors { code } } }`, nil).WantData(t, `{"logout":{"errors":[]}}`)
		if s.Health() != 200 {
			t.Errorf("%s, the service is not ready", when)
		}
		for refused := false; !refused; { // by the throttle, sooner or later
			guesser := &device{client: s.Client, email: when + "@example.com"}
			_, codes := guesser.login(t, "wrong password")
			if refused = slices.Contains(codes, "RATE_LIMITED"); !refused && !slices.Contains(codes, "INVALID_CREDENTIALS") {
				t.Fatalf("%s, a guess: %q", when, codes)
			}
		}
	}
	everything("before")
	server.Kill(t)
	everything("killed")
	ended := d.caller.Session
	server.Restart(t)
	key, err := id.Parse(id.Session, ended)
	if err != nil {
		t.Fatal(err)
	}
	for told := false; !told; {
		if err := s.DB.QueryRow(t.Context(), `select published_at is not null from sessions where id = $1`, key).Scan(&told); err != nil {
			t.Fatal(err)
		}
	}
	server.Pause(t)
	everything("hanging")
	server.Resume(t)
	everything("after")
}
