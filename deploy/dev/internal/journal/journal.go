package journal

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// maxLineBytes bounds a line: longer ones are cut into several.
const maxLineBytes = 16 << 10

// colours are the ANSI codes that tell the parts apart on a terminal.
var colours = [...]int{36, 33, 35, 32, 34, 96, 93, 95, 92}

// Journal writes whole lines to one output. It is safe for concurrent use.
type Journal struct {
	width  int // of the names
	colour bool

	mu      sync.Mutex
	out     io.Writer
	streams int
}

// New returns a journal that writes to out and gives names the given width.
func New(out io.Writer, width int, colour bool) *Journal {
	return &Journal{out: out, width: width, colour: colour}
}

// Stream returns a writer whose lines are printed behind name. A line is
// printed when it is complete or becomes too long; Close prints the rest.
func (j *Journal) Stream(name string) *Stream {
	j.mu.Lock()
	defer j.mu.Unlock()
	prefix := fmt.Sprintf("%-*s | ", j.width, name)
	if j.colour {
		prefix = fmt.Sprintf("\x1b[%dm%s\x1b[0m", colours[j.streams%len(colours)], prefix)
	}
	j.streams++
	return &Stream{journal: j, prefix: prefix}
}

// Print prints text as it is, between lines.
func (j *Journal) Print(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, _ = io.WriteString(j.out, text) // nobody can be told that the terminal has gone
}

// Stream is one part's output. It is safe for concurrent use.
type Stream struct {
	journal *Journal
	prefix  string

	mu   sync.Mutex
	line []byte // not complete yet
}

// Write takes p and never fails.
func (s *Stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines bytes.Buffer
	for rest := p; len(rest) > 0; {
		piece, after, complete := bytes.Cut(rest, []byte{'\n'})
		if room := maxLineBytes - len(s.line); len(piece) > room {
			piece, after, complete = rest[:room], rest[room:], true
		}
		s.line = append(s.line, piece...)
		if complete {
			s.end(&lines)
		}
		rest = after
	}
	if lines.Len() > 0 {
		s.journal.Print(lines.String())
	}
	return len(p), nil
}

// Printf prints a formatted line.
func (s *Stream) Printf(format string, args ...any) {
	fmt.Fprintf(s, format+"\n", args...)
}

// Close prints a line that has not been completed.
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) > 0 {
		var line bytes.Buffer
		s.end(&line)
		s.journal.Print(line.String())
	}
	return nil
}

// end moves the line to the finished ones. The caller holds mu.
func (s *Stream) end(lines *bytes.Buffer) {
	lines.WriteString(s.prefix)
	lines.Write(bytes.TrimSuffix(s.line, []byte{'\r'}))
	lines.WriteByte('\n')
	s.line = s.line[:0]
}
