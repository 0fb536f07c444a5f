package trial

import (
	"context"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/universe"
)

// Case is all that a trial is made of.
type Case struct {
	Universe  universe.Universe
	Operation universe.Operation
	Settings
}

// Settings are how a case's operation is planned.
type Settings struct {
	// Labels are those of progressive overrides that are set.
	Labels []string `json:"labels,omitempty"`
	// Separate and MaxWork are those of plan.Config.
	Separate bool `json:"separateEntities,omitempty"`
	MaxWork  int  `json:"maxWork,omitempty"`
}

func (s Settings) Config() plan.Config {
	return plan.Config{SeparateEntities: s.Separate, MaxWork: s.MaxWork}
}

// Try makes the trial. An error means that there is nothing to try: the universe
// does not compose, or the operation is not valid.
func (c Case) Try(ctx context.Context) (*Trial, error) {
	s, err := New(ctx, c.Universe, c.Labels)
	if err != nil {
		return nil, err
	}
	return s.Try(ctx, c.Operation, c.Config())
}

// Shrink makes a case that fails smaller for as long as the same oracle catches
// it: first its operation, then its subgraphs, then what is left of the operation.
func (c Case) Shrink(ctx context.Context, by Oracle) Case {
	fails := func(c Case) bool {
		t, err := c.Try(ctx)
		return err == nil && t.Found[by] != ""
	}
	operation := func() {
		s, err := New(ctx, c.Universe, c.Labels)
		if err != nil {
			return
		}
		c.Operation = universe.ShrinkOperation(c.Operation, func(o universe.Operation) bool {
			t, err := s.Try(ctx, o, c.Config())
			return err == nil && t.Found[by] != ""
		})
	}
	operation()
	c.Universe = universe.Shrink(c.Universe, func(u universe.Universe) bool {
		smaller := c
		smaller.Universe = u
		return fails(smaller)
	})
	operation()
	for _, settings := range []Settings{{}, {Labels: c.Labels}, {Labels: c.Labels, Separate: c.Separate}} {
		smaller := c
		if smaller.Settings = settings; fails(smaller) {
			return smaller
		}
	}
	return c
}
