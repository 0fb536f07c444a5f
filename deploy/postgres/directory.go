package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// makeDir makes dir for user alone, or checks that it is like that: a
// directory, not a link to one, that belongs to user and admits nobody else.
func makeDir(dir string, user *process.User) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o700)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := CheckOwner(dir, user); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s can be entered by others (mode %04o): refusing to use it; chmod 700 it if it is yours", dir, mode)
	}
	if user == nil {
		return nil
	}
	return os.Lchown(dir, int(user.UID), int(user.GID))
}

// CheckOwner returns an error unless dir is a directory, not a link to one,
// that belongs to user (nil: the caller) or to the caller. A directory that
// does not exist is an error too, os.ErrNotExist.
func CheckOwner(dir string, user *process.User) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory: move it away", dir)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%s: this system does not tell whom it belongs to", dir)
	}
	owned := int(stat.Uid) == os.Geteuid() || user != nil && stat.Uid == user.UID
	if !owned {
		return fmt.Errorf("%s belongs to user %d, not to whom it should: refusing to use it", dir, stat.Uid)
	}
	return nil
}

// writePrivate writes a file that only user can read, in place of any other.
func writePrivate(name, text string, user *process.User) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if user != nil {
		err = errors.Join(err, file.Chown(int(user.UID), int(user.GID)))
	}
	return errors.Join(err, file.Close())
}

// endLeftover deals with postmaster.pid, which a server that was killed leaves
// behind. PostgreSQL itself starts over a stale one, with checks that need the
// file, except in three cases: the old server still runs, it has ended but
// nobody collected its remains, or its number now belongs to an innocent
// process.
func (c *Cluster) endLeftover() error {
	file := filepath.Join(c.dataDir(), "postmaster.pid")
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return fmt.Errorf("%s: not a process number: %q", file, first)
	}
	identity, err := process.Identity(pid)
	if errors.Is(err, process.ErrNotRunning) {
		if collected(pid, time.Second) {
			return nil
		}
		return os.Remove(file)
	}
	if err != nil {
		return err
	}
	line, err := process.CommandLine(pid)
	if err != nil && !errors.Is(err, process.ErrNotRunning) {
		return err
	}
	if !strings.Contains(line, c.dataDir()) {
		return os.Remove(file)
	}
	_, err = process.Leftover{Name: "postgres", PID: pid, Identity: identity, StopSignal: syscall.SIGINT}.End(20 * time.Second)
	return err
}

// collected waits until nothing at all has the number of a process that does
// not run any more. Its parent, or the machine's first process, collects its
// remains, some sooner than others.
func collected(pid int, within time.Duration) bool {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	deadline := time.Now().Add(within)
	for syscall.Kill(pid, 0) == nil {
		if time.Now().After(deadline) {
			return false
		}
		<-look.C
	}
	return true
}
