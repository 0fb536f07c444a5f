package postgres_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/postgres"
)

// TestURLsAreNotRepeated has connection strings that cannot be read, each with a
// secret.
func TestURLsAreNotRepeated(t *testing.T) {
	t.Parallel()
	const form = "postgres: the connection URL is not of the form postgres://user:password@host:port/database"
	for _, c := range []struct{ url, want string }{
		{"hunter2;", form},
		{"host=localhost password='hunter2", form},
		{"mysql://weft:hunter2@127.0.0.1/x", form},
		{"postgres://weft:hunter2/x@127.0.0.1/x", form},
		{"postgres://weft:hunter2@127.0.0.1:port/x", form},
		{"postgres://weft:hunter2@127.0.0.1:99999/x", "invalid port"},
		{"postgres://weft:hunter2@127.0.0.1/x?password=hunter2&sslmode=maybe", "sslmode is invalid"},
		{"postgres://weft:hunter2@127.0.0.1/x?sslrootcert=/does/not/exist&sslmode=verify-full", "/does/not/exist"},
	} {
		_, err := postgres.Open(t.Context(), postgres.Config{URL: c.url, Name: "test"})
		migrate := postgres.MigrateJobs(t.Context(), c.url, slog.New(slog.DiscardHandler))
		for _, err := range []error{err, migrate} {
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: error %v, want %q", c.url, err, c.want)
			}
		}
	}
}
