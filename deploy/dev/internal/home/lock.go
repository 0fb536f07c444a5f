package home

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Lock is held by the one supervisor that runs on a Home.
type Lock struct {
	file *os.File
}

// Running is the error that says that a supervisor runs already.
type Running struct {
	// PID is the supervisor's process number; 0 if it has just begun.
	PID int `json:"pid"`
	// URL is where its router is; empty while it starts.
	URL string `json:"url"`
}

// Error says who runs and how to end it.
func (r *Running) Error() string {
	switch {
	case r.PID == 0:
		return "weft is just being started or removed in this checkout"
	case r.URL == "":
		return fmt.Sprintf("weft is already being started in this checkout (pid %d)", r.PID)
	}
	return fmt.Sprintf("weft is already running in this checkout: %s (pid %d); make down stops it", r.URL, r.PID)
}

// Lock makes the caller the one supervisor. If there is another one, the error
// is a *Running.
func (h *Home) Lock() (*Lock, error) {
	for {
		file, err := os.OpenFile(h.Path("run", "lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			running := new(Running)
			_ = json.NewDecoder(file).Decode(running) // empty for a moment after it was taken
			return nil, errors.Join(running, file.Close())
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
		}
		if !h.isLockFile(file) {
			// Somebody removed it between the two calls: what is locked is a
			// file without a name.
			if err := file.Close(); err != nil {
				return nil, err
			}
			continue
		}
		lock := &Lock{file: file}
		if err := lock.Announce(""); err != nil {
			lock.Release()
			return nil, err
		}
		return lock, nil
	}
}

// isLockFile tells whether an open file is the one that has the lock's name.
func (h *Home) isLockFile(file *os.File) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(h.Path("run", "lock"))
	return err == nil && os.SameFile(opened, named)
}

// Announce tells whoever finds the lock taken where the router is.
func (l *Lock) Announce(url string) error {
	text, err := json.Marshal(Running{PID: os.Getpid(), URL: url})
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// Release lets the next supervisor have the lock.
func (l *Lock) Release() {
	_ = l.file.Truncate(0) // the lock counts, not what is written there
	// Closing alone would not do: a child that is being started at this moment
	// has the file open too, until it becomes another program.
	_ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	_ = l.file.Close()
}
