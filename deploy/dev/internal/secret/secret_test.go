package secret_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/deploy/dev/internal/secret"
	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/users/link"
)

func TestOpenKeepsWhatItMade(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "secrets")
	first, err := secret.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	second, err := secret.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second time (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	for name := range before {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", name, info.Mode(), err)
		}
	}
}

func TestSecretsAreUsable(t *testing.T) {
	t.Parallel()
	s, err := secret.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.IdentityKeysFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.ParseKeys(strings.TrimSpace(string(text))); err != nil {
		t.Errorf("identity keys: %v", err)
	}
	text, err = os.ReadFile(s.LinkKeysFile)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := link.ParseKeys(string(text)); err != nil || keys.Empty() {
		t.Errorf("link keys: %v, %v", keys, err)
	}
	text, err = os.ReadFile(s.SigningKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("no PEM: %q", text)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if _, isEd25519 := key.(ed25519.PrivateKey); err != nil || !isEd25519 {
		t.Errorf("signing key is a %T, %v", key, err)
	}
	if s.RedisPassword == s.DemoPassword || len(s.DemoPassword) < 20 {
		t.Errorf("passwords %q and %q", s.RedisPassword, s.DemoPassword)
	}
}

func TestOpenRefusesAnEmptySecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "identity.keys")
	if err := os.WriteFile(file, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(dir); err == nil || !strings.Contains(err.Error(), file+" is empty") {
		t.Errorf("err = %v, want one that names the file", err)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(text)
	}
	return all
}
