package home

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// leftoverGrace is how long a process of an earlier run has to end, between
// its stop signal and SIGKILL.
const leftoverGrace = 15 * time.Second

// Record notes a running child for a later run, should this one be killed.
func (h *Home) Record(child *process.Process) error {
	left, err := child.Leftover()
	if errors.Is(err, process.ErrNotRunning) {
		return nil // it has ended already; whoever started it will notice
	}
	if err != nil {
		return err
	}
	return os.WriteFile(h.Path("run", left.Name+".pid"), []byte(left.String()+"\n"), 0o600)
}

// Forget removes the note about a child that has ended.
func (h *Home) Forget(name string) error {
	err := os.Remove(h.Path("run", name+".pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// EndLeftovers ends the children that an earlier run left behind, and tells
// notify about each. Only the holder of the lock may call it.
func (h *Home) EndLeftovers(notify func(sentence string)) error {
	files, err := filepath.Glob(filepath.Join(escape(h.Path("run")), "*.pid"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		left, err := process.ParseLeftover(string(text))
		if err == nil {
			var ended bool
			ended, err = left.End(leftoverGrace)
			if ended && err == nil {
				notify(fmt.Sprintf("ended %s (pid %d), left over from an earlier run", left.Name, left.PID))
			}
			if err != nil {
				return err
			}
		}
		// A note that cannot be read was being written when the run was
		// killed; its guard ended the child.
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// escape makes a path match itself alone in a pattern of filepath.Glob.
func escape(path string) string {
	var escaped []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			escaped = append(escaped, '\\')
		}
		escaped = append(escaped, path[i])
	}
	return string(escaped)
}

// Addresses are where the parts of a running platform are, as URLs.
type Addresses struct {
	Router string `json:"router"`
	Users  string `json:"users"`
	Todos  string `json:"todos"`
	Worker string `json:"worker"`
	Public string `json:"public"`
	Mail   string `json:"mail"`
	SMTP   string `json:"smtp"`
}

// addressesFile is where WriteAddresses writes.
const addressesFile = "addresses.json"

// WriteAddresses tells other programs, such as make smoke, where everything is.
func (h *Home) WriteAddresses(a Addresses) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	partial := h.Path("run", addressesFile+".partial")
	if err := os.WriteFile(partial, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, h.Path("run", addressesFile))
}

// RemoveAddresses says that nothing listens any more.
func (h *Home) RemoveAddresses() error {
	err := os.Remove(h.Path("run", addressesFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// ReadAddresses reads what WriteAddresses wrote in the platform's directory
// dir. Its error says that the platform is not up, if there is nothing to read.
func ReadAddresses(dir string) (Addresses, error) {
	var a Addresses
	text, err := os.ReadFile(filepath.Join(dir, "run", addressesFile))
	if errors.Is(err, os.ErrNotExist) {
		return a, fmt.Errorf("weft is not up in %s: start it with make up, and wait for its panel", dir)
	}
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("%s: %w", filepath.Join(dir, "run", addressesFile), err)
	}
	return a, nil
}
