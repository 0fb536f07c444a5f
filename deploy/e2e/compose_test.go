package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// runningServices is schema/supergraph.yaml with the schemas of what runs.
const runningServices = `
federation_version: =2.9.0
subgraphs:
  todos:
    routing_url: http://127.0.0.1:4002/graphql
    schema: {subgraph_url: "${env.TODOS}/graphql"}
  users:
    routing_url: http://127.0.0.1:4001/graphql
    schema: {subgraph_url: "${env.USERS}/graphql"}
`

// composeRunning composes the schemas that the running services tell: those
// that are committed. The services refuse a weft that has not their keys.
func composeRunning(t *testing.T, p *platform) {
	t.Helper()
	dir := t.TempDir()
	config, output := filepath.Join(dir, "supergraph.yaml"), filepath.Join(dir, "supergraph.graphqls")
	if err := os.WriteFile(config, []byte(runningServices), 0o600); err != nil {
		t.Fatal(err)
	}
	addresses := []string{"TODOS=" + p.addresses["todos"], "USERS=" + p.addresses["users"]}
	keys := "WEFT_IDENTITY_KEYS_FILE=" + filepath.Join(p.home, "secrets", "identity.keys")

	refused := start(t, addresses, "weft", "compose", "--config", config, "-o", output)
	<-refused.done
	if code := refused.command.ProcessState.ExitCode(); code != 1 {
		t.Errorf("without keys: exit %d: %s", code, refused.log)
	}
	composed := start(t, append(addresses, keys), "weft", "compose", "--config", config, "-o", output)
	<-composed.done
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatalf("%v: %s", err, composed.log)
	}
	committed, err := os.ReadFile(filepath.Join(checkout, "schema", "supergraph.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(text)); diff != "" {
		t.Errorf("committed - running +:\n%s", diff)
	}
}
