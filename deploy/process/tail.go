package process

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// What a tail keeps at most.
const (
	tailLines     = 20
	tailLineBytes = 500
)

// tail passes output on and keeps its last lines.
type tail struct {
	next io.Writer

	mu      sync.Mutex
	lines   []string
	partial []byte // the line being written, cut at tailLineBytes
}

// Write passes p on and never fails itself.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	for rest := p; len(rest) > 0; {
		line, after, complete := bytes.Cut(rest, []byte{'\n'})
		if room := tailLineBytes - len(t.partial); room > 0 {
			t.partial = append(t.partial, line[:min(room, len(line))]...)
		}
		if complete {
			t.keep()
		}
		rest = after
	}
	t.mu.Unlock()
	return t.next.Write(p)
}

// keep ends the line being written. The caller holds mu.
func (t *tail) keep() {
	t.lines = append(t.lines, "  "+string(t.partial))
	t.partial = t.partial[:0]
	if len(t.lines) > tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
}

// String returns the kept lines, indented.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	if len(t.partial) > 0 {
		lines = append(lines[:len(lines):len(lines)], "  "+string(t.partial))
	}
	return strings.Join(lines, "\n")
}
