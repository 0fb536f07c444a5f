package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in, version string
		major             int
	}{
		{"Debian", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18", 15},
		{"plain", "postgres (PostgreSQL) 18.3\n", "18.3", 18},
		{"beta", "postgres (PostgreSQL) 19beta1\n", "19beta1", 19},
		{"development", "postgres (PostgreSQL) 20devel\n", "20devel", 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			version, major, err := parseVersion(tc.in)
			if err != nil || version != tc.version || major != tc.major {
				t.Errorf("parseVersion(%q) = %q, %d, %v; want %q, %d", tc.in, version, major, err, tc.version, tc.major)
			}
		})
	}
	for _, in := range []string{"", "mysqld 8", "postgres (PostgreSQL) ", "postgres (PostgreSQL) x15"} {
		if version, major, err := parseVersion(in); err == nil {
			t.Errorf("parseVersion(%q) = %q, %d; want an error", in, version, major)
		}
	}
}

func TestLastNumber(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/usr/lib/postgresql/15/bin":             15,
		"/opt/homebrew/opt/postgresql@17/bin":    17,
		"/opt/homebrew/opt/postgresql/bin":       0,
		"/usr/pgsql-16/bin":                      16,
		"/x/99999999999999999999999999999999/xx": 0,
	} {
		if got := lastNumber(path); got != want {
			t.Errorf("lastNumber(%q) = %d, want %d", path, got, want)
		}
	}
}

func TestDataOfOtherVersions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"postgres-15", "postgres-17", "postgres-18.partial", "embedded-18.3.0"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "PG_VERSION"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "postgres-15")}, OtherData(dir, 17)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if HasData(dir, 18) || !HasData(dir, 15) {
		t.Errorf("HasData: 18 %v, want false; 15 %v, want true", HasData(dir, 18), HasData(dir, 15))
	}
}

func TestParseSource(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "system", "embedded"} {
		if got, err := ParseSource(text); err != nil || string(got) != text {
			t.Errorf("ParseSource(%q) = %q, %v", text, got, err)
		}
	}
	if _, err := ParseSource("docker"); err == nil || !strings.Contains(err.Error(), `"docker"`) {
		t.Errorf("ParseSource(docker) = %v, want an error that quotes it", err)
	}
}
