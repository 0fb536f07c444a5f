package home

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/process"
)

// Home is the directory of one local platform.
type Home struct {
	dir  string
	user *process.User // whom the database runs as; nil is the caller
}

// Checkout finds the repository that dir lies in: the nearest directory above
// with a go.work.
func Checkout(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not within a checkout of Weft: there is no go.work above it", dir)
		}
	}
}

// Open makes the directory for the caller alone, or checks that it is. It
// refuses a directory of somebody else.
func Open(dir string) (*Home, error) {
	user, err := process.Unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	h := &Home{dir: dir, user: user}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory: move it away", dir)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() {
		return nil, fmt.Errorf("%s belongs to another user: run as that user, or remove it as that user (make reset)", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, err
	}
	for _, sub := range []string{h.Path("run"), h.Path("bin"), h.Path("cache")} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Path is a place in the directory.
func (h *Home) Path(elements ...string) string {
	return filepath.Join(append([]string{h.dir}, elements...)...)
}

// User is whom the database runs as; nil is the caller.
func (h *Home) User() *process.User { return h.user }

// Data is where the database keeps its data: in the directory, unless the
// database runs as another user, who could not reach it there.
func (h *Home) Data() string {
	if h.user == nil {
		return h.Path("data")
	}
	sum := sha256.Sum256([]byte(h.dir))
	return filepath.Join("/var/tmp", "weft-"+hex.EncodeToString(sum[:8]))
}

// Reset removes everything, the database's data included. It refuses while the
// platform runs, and a data directory that is not its own.
func (h *Home) Reset() error {
	lock, err := h.Lock()
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := h.EndLeftovers(func(string) {}); err != nil {
		return err
	}
	switch err := postgres.CheckOwner(h.Data(), h.user); {
	case err == nil:
		if err := os.RemoveAll(h.Data()); err != nil {
			return err
		}
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return os.RemoveAll(h.dir)
}
