package graph_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users/graph"
	"github.com/weftql/weft/subgraphs/users/password"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/token"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// bundle is the whole service on a database.
type bundle struct {
	*servertest.Client
	pool       *pgxpool.Pool
	statements *postgrestest.Statements
	log        *strings.Builder
	clock      *clock
	deps       userspostgres.Deps
	service    *userspostgres.Service
}

// clock stands still until a test moves it.
type clock struct{ microseconds atomic.Int64 }

func (c *clock) now() time.Time { return time.UnixMicro(c.microseconds.Load()).UTC() }

func (c *clock) advance(d time.Duration) { c.microseconds.Add(d.Microseconds()) }

func setup(t testing.TB, changes ...func(*userspostgres.Deps)) *bundle {
	t.Helper()
	return setupOn(t, postgres.Config{URL: databases.Database(t), Name: "test"}, changes...)
}

// setupOn is setup on a migrated database.
func setupOn(t testing.TB, database postgres.Config, changes ...func(*userspostgres.Deps)) *bundle {
	t.Helper()
	b := &bundle{statements: &postgrestest.Statements{}, log: &strings.Builder{}, clock: &clock{}}
	b.clock.microseconds.Store(time.Now().Truncate(time.Hour).UnixMicro())
	if database.Tracer == nil {
		database.Tracer = b.statements
	}
	pool, err := postgres.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	passwords, err := password.New(password.Config{})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := token.New(token.Config{Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Issuer: "iss", Audience: "aud"})
	if err != nil {
		t.Fatal(err)
	}
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(b.log, nil))
	deps := userspostgres.Deps{
		Pool: pool, Passwords: passwords, Tokens: tokens, Cursors: cursors, Logger: logger, Now: b.clock.now,
		RefreshKeys: [][]byte{make([]byte, 32)},
	}
	b.pool, b.deps = pool, deps
	b.serve(t, changes)
	b.statements.Take()
	return b
}

// serve starts the service with changed dependencies.
func (b *bundle) serve(t testing.TB, changes []func(*userspostgres.Deps)) {
	t.Helper()
	for _, change := range changes {
		change(&b.deps)
	}
	service, err := userspostgres.New(b.deps)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: service}}),
		Verifier: servertest.Verifier(t), Logger: b.deps.Logger,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, service) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.service, b.Client = service, servertest.NewClient(t, handler)
}

// again is the service once more on the same database, as a replica or after a
// restart, with changed dependencies.
func (b *bundle) again(t testing.TB, changes ...func(*userspostgres.Deps)) *bundle {
	t.Helper()
	other := *b
	other.serve(t, changes)
	return &other
}

const registerMutation = `mutation ($in: RegisterInput!) { register(input: $in) {
	user { id displayName timeZone email emailVerified roles status version }
	tokens { accessToken refreshToken expiresIn tokenType } errors { code path message } } }`

// register makes an account and returns its claims.
func (b *bundle) register(t testing.TB, email string) identity.Claims {
	t.Helper()
	response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": map[string]any{
		"email": email, "password": "correct horse battery", "displayName": "N. N.",
	}})
	var data struct {
		Register struct {
			User   struct{ ID string }
			Errors []any
		}
	}
	if err := json.Unmarshal(response.Data, &data); err != nil || data.Register.User.ID == "" {
		t.Fatalf("register: %s %+v", response.Data, response.Errors)
	}
	return identity.Claims{Subject: data.Register.User.ID, Session: "ses_test"}
}

// admin is an administrator.
var admin = identity.Claims{Subject: "usr_00000000000000000000000000", Scopes: []string{"admin"}}

func TestRegister(t *testing.T) {
	t.Parallel()
	b := setup(t)
	input := map[string]any{"email": " Ada@Example.com ", "password": "correct horse battery", "displayName": " Ada ", "timeZone": "Europe/London"}
	response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": input})
	response.WantCodes(t)
	var data struct {
		Register struct {
			User   map[string]any
			Tokens struct {
				AccessToken, RefreshToken, TokenType string
				ExpiresIn                            int
			}
			Errors []any
		}
	}
	response.Decode(t, &data)
	userID, _ := data.Register.User["id"].(string)
	if !strings.HasPrefix(userID, "usr_") {
		t.Errorf("id %q", userID)
	}
	delete(data.Register.User, "id")
	want := map[string]any{
		"displayName": "Ada", "timeZone": "Europe/London", "email": "Ada@Example.com", "emailVerified": false,
		"roles": []any{"USER"}, "status": "PENDING", "version": 1.0,
	}
	if diff := cmp.Diff(want, data.Register.User); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	if data.Register.Tokens.ExpiresIn != 900 || data.Register.Tokens.TokenType != "Bearer" {
		t.Errorf("tokens: %+v", data.Register.Tokens)
	}
	var args string
	if err := b.pool.QueryRow(t.Context(), `select args::text from river.river_job where kind = 'users.welcome'`).Scan(&args); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(args, userID) {
		t.Errorf("job %s does not name %s", args, userID)
	}

	t.Run("refuses a taken address", func(t *testing.T) {
		input["email"] = "ADA@example.COM"
		response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": input})
		response.WantData(t, `{"register":{"user":null,"tokens":null,"errors":[
			{"code":"CONFLICT","path":["input","email"],"message":"belongs to another account"}]}}`)
		var jobs, accounts int
		if err := b.pool.QueryRow(t.Context(), `select (select count(*) from river.river_job), (select count(*) from users)`).Scan(&jobs, &accounts); err != nil {
			t.Fatal(err)
		}
		if jobs != 2 || accounts != 1 {
			t.Errorf("%d jobs and %d accounts, want the mails of one account", jobs, accounts)
		}
	})
}

// TestRegisterIsAtomic fails the transaction after the account is written: the
// table of jobs refuses the job.
func TestRegisterIsAtomic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.pool.Exec(t.Context(), `alter table river.river_job add check (kind <> 'users.welcome')`); err != nil {
		t.Fatal(err)
	}
	response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": map[string]any{
		"email": "ada@example.com", "password": "correct horse battery", "displayName": "Ada",
	}})
	response.WantCodes(t, "INTERNAL_SERVER_ERROR")
	if response.Errors[0].Message != "internal error" || response.Errors[0].Extensions["requestId"] != "test.1" {
		t.Errorf("error %+v", response.Errors[0])
	}
	if !strings.Contains(b.log.String(), "requestId=test.1") || !strings.Contains(b.log.String(), "river_job") {
		t.Errorf("the log does not tell what went wrong: %s", b.log)
	}
	var accounts int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from users`).Scan(&accounts); err != nil {
		t.Fatal(err)
	}
	if accounts != 0 {
		t.Errorf("%d accounts are left of a registration that failed", accounts)
	}
}

func TestRegisterRefusesBadInput(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct {
		name, field string
		value       any
	}{
		{"an address without a host", "email", "ada@"},
		{"an address with a name", "email", "Ada <ada@example.com>"},
		{"an address without a domain", "email", "ada@localhost"},
		{"an address with a line break", "email", "ada@example.com\r\nBcc: x@example.com"},
		{"a long address", "email", strings.Repeat("a", 250) + "@example.com"},
		{"a short password", "password", "short"},
		{"a long password", "password", strings.Repeat("x", 257)},
		{"no name", "displayName", "  "},
		{"a long name", "displayName", strings.Repeat("ä", 101)},
		{"a NUL in the name", "displayName", "a\x00b"},
		{"an unknown time zone", "timeZone", "Mars/Olympus"},
		{"the machine's time zone", "timeZone", "Local"},
		{"a path as time zone", "timeZone", "../../etc/passwd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			input := map[string]any{"email": "ada@example.com", "password": "correct horse battery", "displayName": "Ada", "timeZone": "UTC"}
			input[c.field] = c.value
			response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": input})
			response.WantCodes(t)
			var data struct {
				Register struct {
					User, Tokens any
					Errors       []struct {
						Code, Message string
						Path          []string
					}
				}
			}
			response.Decode(t, &data)
			errs := data.Register.Errors
			if len(errs) != 1 || errs[0].Code != "BAD_INPUT" || !cmp.Equal(errs[0].Path, []string{"input", c.field}) || data.Register.User != nil {
				t.Errorf("payload %s", response.Data)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register(t, "ada@example.com")
	b.register(t, "eve@example.com")
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED' where email = 'eve@example.com'`); err != nil {
		t.Fatal(err)
	}
	b.statements.Take()
	const refusedData = `{"login":{"user":null,"tokens":null,"errors":[
		{"code":"INVALID_CREDENTIALS","path":["input","email"],"message":"address and password do not match"}]}}`
	for _, c := range []struct{ name, email, password, want string }{
		{"the right password", "ADA@example.com", "correct horse battery", ""},
		{"a wrong password", "ada@example.com", "wrong", refusedData},
		{"an unknown address", "bob@example.com", "correct horse battery", refusedData},
		{"a suspended account", "eve@example.com", "correct horse battery", refusedData},
		{"an endless password", "ada@example.com", strings.Repeat("x", 1_000_000), refusedData},
		{"an endless address", strings.Repeat("x", 1_000_000), "correct horse battery", refusedData},
		{"a NUL in the address", "ada@example.com\x00", "correct horse battery", refusedData},
	} {
		t.Run(c.name, func(t *testing.T) {
			response := b.Do(t, identity.Claims{}, `mutation ($in: LoginInput!) { login(input: $in) {
				user { email } tokens { tokenType } errors { code path message } } }`,
				map[string]any{"in": map[string]any{"email": c.email, "password": c.password}})
			response.WantCodes(t)
			want := c.want
			if want == "" {
				want = `{"login":{"user":{"email":"ada@example.com"},"tokens":{"tokenType":"Bearer"},"errors":[]}}`
			}
			response.WantData(t, want)
			// One counts the attempt, one reads the account. Who gets in needs a
			// transaction (two) for the session, a look at the devices and the entry in
			// the audit log, and one to forget the attempt.
			wantStatements := 2
			if c.want == "" {
				wantStatements = 8
			}
			if n := len(b.statements.Take()); n != wantStatements {
				t.Errorf("%d statements, want %d like every login that ends so", n, wantStatements)
			}
		})
	}
}

// TestFieldsByRole reads every field of a user and every query in the roles that
// there are.
func TestFieldsByRole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, stranger := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	const fields = `{ displayName timeZone createdAt updatedAt version email emailVerified roles status }`
	const public = `"displayName":"N. N.","timeZone":"UTC","version":1`
	const private = public + `,"email":"ada@example.com","emailVerified":false,"roles":["USER"],"status":"PENDING"`
	const redacted = public + `,"email":null,"emailVerified":null,"roles":null,"status":null`
	userQuery := fmt.Sprintf(`{ it: user(id: %q) %s }`, owner.Subject, fields)
	nodeQuery := fmt.Sprintf(`{ it: node(id: %q) { ... on User %s } }`, owner.Subject, fields)
	nodesQuery := fmt.Sprintf(`{ it: nodes(ids: [%q]) { ... on User %s } }`, owner.Subject, fields)
	entityQuery := fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q}]) { ... on User %s } }`, owner.Subject, fields)
	const usersQuery = `{ it: users(last: 1) { totalCount edges { node ` + fields + ` } } }`
	for _, c := range []struct {
		name, query string
		caller      identity.Claims
		want, code  string // want is the object without its dates, "" for null
		wrap        string // around want, default %s
	}{
		{"anonymous me", `{ it: me ` + fields + ` }`, identity.Claims{}, "", "UNAUTHENTICATED", ""},
		{"own me", `{ it: me ` + fields + ` }`, owner, private, "", ""},
		{"anonymous user", userQuery, identity.Claims{}, "", "UNAUTHENTICATED", ""},
		{"stranger's user", userQuery, stranger, redacted, "", ""},
		{"own user", userQuery, owner, private, "", ""},
		{"administrator's user", userQuery, admin, private, "", ""},
		{"anonymous node", nodeQuery, identity.Claims{}, "", "UNAUTHENTICATED", ""},
		{"stranger's node", nodeQuery, stranger, redacted, "", ""},
		{"own node", nodeQuery, owner, private, "", ""},
		{"administrator's node", nodeQuery, admin, private, "", ""},
		{"stranger's nodes", nodesQuery, stranger, redacted, "", "[%s]"},
		{"own nodes", nodesQuery, owner, private, "", "[%s]"},
		{"anonymous entity", entityQuery, identity.Claims{}, "", "", "[%s]"},
		{"stranger's entity", entityQuery, stranger, redacted, "", "[%s]"},
		{"own entity", entityQuery, owner, private, "", "[%s]"},
		{"administrator's entity", entityQuery, admin, private, "", "[%s]"},
		{"anonymous users", usersQuery, identity.Claims{}, "", "UNAUTHENTICATED", ""},
		{"own users", usersQuery, owner, "", "FORBIDDEN", ""},
		{"administrator's users", usersQuery, admin, private, "", `{"totalCount":2,"edges":[{"node":%s}]}`},
		{"an administrator's scope without a login", usersQuery, identity.Claims{Scopes: []string{"admin"}}, "", "UNAUTHENTICATED", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			response := b.Do(t, c.caller, c.query, nil)
			if c.code != "" {
				response.WantCodes(t, c.code)
				if got := string(response.Data); got != "null" && got != `{"it":null}` {
					t.Errorf("data %s beside %s", got, c.code)
				}
				return
			}
			response.WantCodes(t)
			object := "null"
			if c.want != "" {
				object = "{" + c.want + "}"
			}
			wrap := c.wrap
			if wrap == "" {
				wrap = "%s"
			}
			response.Data = withoutDates(t, response.Data)
			response.WantData(t, `{"it":`+fmt.Sprintf(wrap, object)+`}`)
		})
	}
}

// TestMarkedFieldsNeedALogin asks anonymously for every field that the schema marks
// with @authenticated or @requiresScopes, and for the latter without the scope.
func TestMarkedFieldsNeedALogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	operations := map[string]string{
		"me": `{ me { id } }`, "user": `{ user(id: "x") { id } }`, "users": `{ users { totalCount } }`,
		"node": `{ node(id: "x") { id } }`, "nodes": `{ nodes(ids: []) { id } }`,
		"auditLog":                   `{ auditLog { edges { node { id } } } }`,
		"setUserRoles":               `mutation { setUserRoles(userId: "x", roles: []) { errors { code } } }`,
		"setUserStatus":              `mutation { setUserStatus(userId: "x", status: ACTIVE) { errors { code } } }`,
		"deleteAccount":              `mutation { deleteAccount(password: "x") { errors { code } } }`,
		"changePassword":             `mutation { changePassword(currentPassword: "x", newPassword: "x") { errors { code } } }`,
		"updateProfile":              `mutation { updateProfile(input: {displayName: ""}) { errors { code } } }`,
		"updateNotificationSettings": `mutation { updateNotificationSettings(input: {digestHour: 99}) { errors { code } } }`,
		"resendVerification":         `mutation { resendVerification { errors { code } } }`,
		"revokeSession":              `mutation { revokeSession(input: {sessionId: "x"}) { errors { code } } }`,
		"revokeAllSessions":          `mutation { revokeAllSessions { revoked } }`,
		"markNotificationsRead":      `mutation { markNotificationsRead(input: {ids: []}) { errors { code } } }`,
		"markAllNotificationsRead":   `mutation { markAllNotificationsRead { errors { code } } }`,
	}
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, field := range append(schema.Query.Fields, schema.Mutation.Fields...) {
		scopes := field.Directives.ForName("requiresScopes")
		if scopes == nil && field.Directives.ForName("authenticated") == nil {
			continue
		}
		operation, known := operations[field.Name]
		if !known {
			t.Errorf("%s is marked, but not tried here", field.Name)
			continue
		}
		b.Do(t, identity.Claims{}, operation, nil).WantCodes(t, "UNAUTHENTICATED")
		if scopes != nil {
			b.Do(t, identity.Claims{Subject: admin.Subject}, operation, nil).WantCodes(t, "FORBIDDEN")
		}
		delete(operations, field.Name)
	}
	for name := range operations {
		t.Errorf("%s is not marked", name)
	}
}

// withoutDates removes createdAt and updatedAt, which must be there.
func withoutDates(t *testing.T, data json.RawMessage) json.RawMessage {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, user := v["displayName"]; user {
				for _, name := range []string{"createdAt", "updatedAt"} {
					if text, _ := v[name].(string); !strings.HasSuffix(text, "Z") {
						t.Errorf("%s is %v", name, v[name])
					}
					delete(v, name)
				}
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	walk(v)
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
