package stack

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/secret"
	"github.com/weftql/weft/deploy/dev/internal/settings"
	"github.com/weftql/weft/router"
)

func TestRouterConfigurationIsWhatTheRouterReads(t *testing.T) {
	t.Parallel()
	choices, err := settings.Read([]string{"USERS_PORT=5001"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := home.Open(filepath.Join(t.TempDir(), ".weft"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{
		Config:  Config{Settings: choices, Home: h},
		secrets: secret.Secrets{IdentityKeysFile: "/keys", DemoPassword: "demo \"pass\""}, redisURL: "redis://:x@127.0.0.1:4006/0",
	}
	if err := s.writeRouterConfiguration(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.routerConfigurationFile())
	if err != nil {
		t.Fatal(err)
	}
	file, err := router.ReadConfig("weft.yaml", text, os.LookupEnv)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	read := file.Config
	jwks := read.Authentication.Router.JWT.JWKS[0]
	got := []any{
		jwks.URL, jwks.Typ, jwks.Issuers, jwks.Audiences, read.Identity.KeysFile, read.OverrideSubgraphURL["users"], read.Playground.DefaultQuery, read.Playground.Demo.Variables, read.Auth.Revocation.RedisURL,
		len(read.Headers.Subgraphs["users"].Request), len(read.Headers.Subgraphs["users"].Response), len(read.Headers.Subgraphs["todos"].Request),
	}
	want := []any{
		"http://127.0.0.1:5001/.well-known/jwks.json", "at+jwt",
		[]string{"weft-users"},
		[]string{"weft"},
		"/keys", "http://127.0.0.1:5001/graphql", exampleQuery,
		map[string]any{"input": map[string]any{"email": demoEmail, "password": "demo \"pass\""}},
		"redis://:x@127.0.0.1:4006/0",
		1, 1, 0, // cookies are the business of users alone
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if info, err := os.Stat(s.routerConfigurationFile()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; it holds a password", info.Mode(), err)
	}
}

func TestPanelShowsNoServerPassword(t *testing.T) {
	t.Parallel()
	choices, err := settings.Read([]string{"WEFT_DATABASE_URL=postgres://me:hidden@host/db", "WEFT_REDIS_URL=redis://:hidden@host"})
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{Config: Config{Settings: choices}}
	if panel := s.panel(0); bytes.Contains([]byte(panel), []byte("hidden")) || bytes.Contains([]byte(panel), []byte("demo user")) {
		t.Errorf("panel:\n%s", panel)
	}
}
