package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/program/programtest"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// databases are empty: migrating them is the program's work.
var databases = postgrestest.New(func(context.Context, string) error { return nil })

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// signingKey is a key of access tokens in PEM.
func signingKey(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// environment configures the program, with its keys as a platform gives them.
func environment(t *testing.T, database string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(signingKey(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	key := servertest.Keys()[0]
	return []string{
		"USERS_PORT=0", "USERS_PUBLIC_PORT=0", "USERS_DATABASE_URL=" + database, "USERS_SIGNING_KEYS_FILE=" + file,
		"WEFT_IDENTITY_KEYS=" + key.ID + ":" + base64.StdEncoding.EncodeToString(key.Secret),
		"USERS_DEMO_PASSWORD=demo password", "USERS_DEMO_ADMIN_PASSWORD=admin password",
	}
}

// run starts the program as the shell does.
func run(environment []string, args ...string) (status int, output string) {
	var stderr bytes.Buffer
	status = program.Program{Name: "users", Prefix: "USERS_", Commands: commands}.Run(args, environment, &stderr)
	return status, stderr.String()
}

// TestProgram takes the service from an empty database to a login.
func TestProgram(t *testing.T) {
	t.Parallel()
	environment := environment(t, databases.Database(t))
	if status, output := run(environment, "serve"); status != 1 || !strings.Contains(output, "run the program's migrate command") {
		t.Errorf("serve before migrate: status %d\n%s", status, output)
	}
	for _, command := range []string{"migrate", "migrate", "demo", "demo"} {
		if status, output := run(environment, command); status != 0 {
			t.Fatalf("%s: status %d\n%s", command, status, output)
		}
	}
	address := serve(t, environment)
	response, err := http.Get("http://" + address + "/health")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("health: %v, %v", response, err)
	}
	for _, account := range []struct{ email, password, scope string }{
		{"demo@example.com", "demo password", ""}, {"admin@example.com", "admin password", "admin"},
	} {
		token := login(t, address, account.email, account.password)
		claims, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Iss, Sub, Scope string }
		if err := json.Unmarshal(claims, &got); err != nil || got.Iss != "weft-users" || got.Scope != account.scope || !strings.HasPrefix(got.Sub, "usr_") {
			t.Errorf("%s: claims %s, %v", account.email, claims, err)
		}
	}
}

// TestServeWarnsWithoutRedis counts the warnings of a start.
func TestServeWarnsWithoutRedis(t *testing.T) {
	t.Parallel()
	environment := environment(t, databases.Database(t))
	if status, output := run(environment, "migrate"); status != 0 {
		t.Fatal(output)
	}
	_, warnings := start(t, environment)
	const want = "REDIS_URL is not set: sessions that end are refused only when their tokens expire; attempts are counted in Postgres"
	if len(warnings) != 1 || warnings[0] != want {
		t.Errorf("without Redis the service warns %q, want %q", warnings, want)
	}
	if _, warnings := start(t, append(environment, "REDIS_URL="+redistest.Start(t).URL())); len(warnings) != 0 {
		t.Errorf("with Redis the service warns %q", warnings)
	}
}

// serve runs the service until the test ends, and returns its address.
func serve(t *testing.T, environment []string) string {
	t.Helper()
	address, _ := start(t, environment)
	return address
}

// start is serve, and returns what the service warned of before it listened.
func start(t *testing.T, environment []string) (address string, warnings []string) {
	t.Helper()
	at, warnings, _ := startAll(t, environment)
	return at[""], warnings
}

// startAll returns the addresses by listener, and a function that stops the service
// and waits for its end.
func startAll(t *testing.T, environment []string) (at map[string]string, warnings []string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	r := env.New(environment, "USERS_")
	c := readConfig(r)
	ended := make(chan error, 1)
	go func() { ended <- c.serve(ctx, slog.New(slog.NewJSONHandler(writer, nil))) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	at = map[string]string{}
	records := json.NewDecoder(reader)
	for len(at) < 2 {
		var record struct{ Level, Msg, Addr, Listener string }
		if err := records.Decode(&record); err != nil || record.Level != "WARN" && record.Msg != "listening" {
			t.Fatalf("the service says %+v, %v", record, err)
		}
		if record.Msg == "listening" {
			at[record.Listener] = record.Addr
			continue
		}
		warnings = append(warnings, record.Msg)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }() // until the process ends
	return at, warnings, stop
}

// login returns an access token.
func login(t *testing.T, address, email, password string) string {
	t.Helper()
	var data struct {
		Login struct {
			Tokens *struct{ AccessToken string }
			Errors []any
		}
	}
	send(t, address, identity.Claims{}, `mutation ($in: LoginInput!) { login(input: $in) { tokens { accessToken } errors { message } } }`,
		map[string]any{"in": map[string]any{"email": email, "password": password}}, &data)
	if data.Login.Tokens == nil {
		t.Fatalf("login of %s: %+v", email, data)
	}
	return data.Login.Tokens.AccessToken
}

// requests numbers what send sends.
var requests atomic.Int64

// send asks a running service as the router does, and reads the data of its
// answer.
func send(t *testing.T, address string, caller identity.Claims, query string, variables map[string]any, into any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := identity.NewSigner(servertest.Keys())
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	claims, err := caller.Encode()
	if err != nil {
		t.Fatal(err)
	}
	signed, signature := signer.Sign(identity.Request{
		Method: "POST", Target: "/graphql", Body: body, RequestID: "test", Number: int(requests.Add(1)), Claims: claims,
	}, time.Now())
	request.Header.Set(identity.IdentityHeader, signed)
	request.Header.Set(identity.SignatureHeader, signature)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer := struct{ Data any }{into}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %+v, %v", response.StatusCode, answer, err)
	}
}

func TestAuditVerify(t *testing.T) {
	t.Parallel()
	database := databases.Database(t)
	environment := environment(t, database)
	want := func(status int, text string) {
		t.Helper()
		if got, output := run(environment, "audit", "verify"); got != status || !strings.Contains(output, text) {
			t.Errorf("status %d, want %d and %q:\n%s", got, status, text, output)
		}
	}
	want(1, "run the program's migrate command")
	if status, output := run(environment, "migrate"); status != 0 {
		t.Fatal(output)
	}
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	execute := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	want(0, "entries=0")
	for range 3 {
		execute(`select audit_append(gen_random_uuid(), now(), null, 'a.b', null, '', '', '', '', 'SUCCESS')`)
	}
	want(0, "entries=3")
	execute(`set session_replication_role = replica; update audit_log set action = 'c.d' where seq = 2`)
	want(1, "entry 2 (")
}

func TestProgramRefuses(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	good := environment(t, "postgres://weft:hunter2@"+closed+"/x?sslmode=disable")
	with := func(more ...string) []string { return append(append([]string(nil), good...), more...) }
	for _, c := range []struct {
		name        string
		environment []string
		args        []string
		status      int
		want        string
	}{
		{"no command", good, nil, 2, "usage: users COMMAND"},
		{"an unknown command", good, []string{"fly"}, 2, "USERS_SIGNING_KEYS[_FILE]"},
		{"nothing configured", nil, []string{"serve"}, 1, "USERS_DATABASE_URL is not set"},
		{"no database", good, []string{"serve"}, 1, closed},
		{"no database to migrate", good, []string{"migrate"}, 1, closed},
		{"a misspelt variable", with("USERS_PROT=1"), []string{"serve"}, 1, "USERS_PROT is not a variable of this program"},
		{"keys that are none", with("WEFT_IDENTITY_KEYS=x"), []string{"serve"}, 1, "WEFT_IDENTITY_KEYS"},
		{"an unknown level", with("WEFT_LOG_LEVEL=loud"), []string{"serve"}, 1, "WEFT_LOG_LEVEL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, output := run(c.environment, c.args...)
			if status != c.status || !strings.Contains(output, c.want) {
				t.Errorf("status %d, want %d and %q:\n%s", status, c.status, c.want, output)
			}
			if strings.Contains(output, "hunter2") {
				t.Errorf("the output tells the password:\n%s", output)
			}
		})
	}
}

func TestReadmeIsUpToDate(t *testing.T) {
	t.Parallel()
	programtest.Readme(t, program.Program{Name: "users", Prefix: "USERS_", Commands: commands})
}

func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	programtest.Secrets(t, program.Program{Name: "users", Prefix: "USERS_", Commands: commands})
}
