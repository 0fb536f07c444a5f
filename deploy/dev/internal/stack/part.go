package stack

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/weftql/weft/deploy/process"
)

// part is something that was started and must be stopped.
type part struct {
	name string
	stop func() error
}

// parts is what has been started, in order. It is safe for concurrent use.
type parts struct {
	mu       sync.Mutex
	started  []part
	stopping bool
	watching sync.WaitGroup
}

// add notes a part that runs in this process.
func (s *stack) add(name string, stop func() error) {
	s.parts.mu.Lock()
	defer s.parts.mu.Unlock()
	s.parts.started = append(s.parts.started, part{name: name, stop: stop})
}

// addProcess notes a part that is a child, for a later run too, and ends this
// run should the child end by itself.
func (s *stack) addProcess(name string, child *process.Process, stop func() error) error {
	s.add(name, func() error {
		select {
		case <-child.Done():
			_ = stop() // how it ended has been said
			return s.Home.Forget(name)
		default:
			return errors.Join(stop(), s.Home.Forget(name))
		}
	})
	s.parts.watching.Go(func() {
		<-child.Done()
		s.parts.mu.Lock()
		defer s.parts.mu.Unlock()
		if !s.parts.stopping {
			s.fail(unexpectedEnd(name, child))
		}
	})
	return s.Home.Record(child)
}

// unexpectedEnd is the error for a child that ended by itself.
func unexpectedEnd(name string, child *process.Process) error {
	if err := child.Err(); err != nil {
		return child.Failure(fmt.Errorf("%w, although nobody stopped it", err))
	}
	return child.Failure(fmt.Errorf("%s: ended, although nobody stopped it", name))
}

// stop stops all parts in the reverse of the order in which they were started.
func (s *stack) stop() error {
	s.parts.mu.Lock()
	s.parts.stopping = true
	started := slices.Clone(s.parts.started)
	s.parts.mu.Unlock()

	var errs []error
	for _, part := range slices.Backward(started) {
		if err := part.stop(); err != nil {
			s.log.Printf("%v", err)
			errs = append(errs, err)
		}
	}
	s.parts.watching.Wait()
	if len(errs) > 0 {
		return fmt.Errorf("not everything stopped in order: %d complaints, see above", len(errs))
	}
	return nil
}
