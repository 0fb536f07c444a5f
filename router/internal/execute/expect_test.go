//go:build !race

package execute

import "testing"

// What an execution is expected to take follows the largest of the last ones: up
// at once, down by and by.
func TestProgram_expects_what_it_took(t *testing.T) {
	t.Parallel()
	var p Program
	if got := p.Expects(); got != firstExpected {
		t.Errorf("a new program expects %d, want %d", got, firstExpected)
	}
	p.learn(100)
	if got := p.Expects(); got != leastExpected {
		t.Errorf("after 100 bytes it expects %d, want %d", got, leastExpected)
	}
	p.learn(1 << 20)
	if got := p.Expects(); got != 1<<20 {
		t.Errorf("after a MiB it expects %d, want that", got)
	}
	p.learn(100)
	if got := p.Expects(); got < 9<<20/10 || got >= 1<<20 {
		t.Errorf("after less it expects %d, want somewhat less than a MiB", got)
	}
	for range 1000 {
		p.learn(100)
	}
	if got := p.Expects(); got != leastExpected {
		t.Errorf("after much less it expects %d, want %d", got, leastExpected)
	}
}

func TestExecute_learns_what_it_took(t *testing.T) {
	t.Parallel()
	p := newPublic(t)
	stages := p.stages(t)
	for _, s := range stages {
		if err := s.do(); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.program.Expects(); got < int64(2*len(p.answer)) || got > int64(4*len(p.answer)) {
		t.Errorf("an answer of %d bytes is expected to take %d", len(p.answer), got)
	}
}
