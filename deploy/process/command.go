package process

import (
	"errors"
	"io"
	"syscall"
	"time"
)

// Command describes one child process.
type Command struct {
	// Name is what errors and the guard's argument list call the child.
	Name string
	// Path is the executable, absolute or relative to Dir.
	Path string
	// Args are the arguments after the program's name.
	Args []string
	// Env is the child's whole environment; nothing is inherited.
	Env []string
	// Dir is the working directory. Defaults to that of the caller.
	Dir string
	// Output receives standard output and standard error, interleaved. It is
	// written to by one goroutine at a time. Defaults to discarding both.
	Output io.Writer
	// User is whom the child runs as. Defaults to the caller's own user;
	// setting it needs root.
	User *User
	// StopSignal asks the child to end. Defaults to SIGTERM.
	StopSignal syscall.Signal
	// Grace is how long the child has between StopSignal and SIGKILL.
	// Defaults to 10 seconds.
	Grace time.Duration
	// Litter is a directory that is removed when the child has ended, even if
	// the caller is gone by then: for data that nobody will miss. Defaults to
	// none.
	Litter string
}

// withDefaults returns a copy of c with every unset field filled in.
func (c Command) withDefaults() Command {
	if c.Output == nil {
		c.Output = io.Discard
	}
	if c.StopSignal == 0 {
		c.StopSignal = syscall.SIGTERM
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	return c
}

// validate reports the first field that cannot be used.
func (c Command) validate() error {
	if c.Name == "" {
		return errors.New("process: a command needs a name")
	}
	if c.Path == "" {
		return errors.New("process: " + c.Name + ": a command needs a path")
	}
	return nil
}

// order is what the guard is told: the parts of a Command that it acts on.
type order struct {
	Path       string         `json:"path"`
	Args       []string       `json:"args"`
	Env        []string       `json:"env"`
	Dir        string         `json:"dir"`
	User       *User          `json:"user"`
	StopSignal syscall.Signal `json:"stopSignal"`
	Grace      time.Duration  `json:"grace"`
	Litter     string         `json:"litter"`
}

// report is what the guard tells: first the child's number or why there is no
// child, later how the child ended.
type report struct {
	PID    int    `json:"pid,omitempty"`
	Error  string `json:"error,omitempty"`
	Exit   string `json:"exit,omitempty"`
	Signal int    `json:"signal,omitempty"`
}
