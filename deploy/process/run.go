package process

import (
	"context"
	"fmt"
)

// Run runs a child to its end. When the context is done first, the child is
// stopped and the context's error is returned. Any other error names the child
// and quotes its last lines.
func Run(ctx context.Context, command Command) error {
	p, err := Start(ctx, command)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		_ = p.Stop() // how it ended does not matter: nobody wants it any more
		return fmt.Errorf("%s: %w", command.Name, ctx.Err())
	}
	if err := p.Err(); err != nil {
		return p.Failure(err)
	}
	return nil
}

// Failure returns err with the child's last lines below it.
func (p *Process) Failure(err error) error {
	if text := p.Tail(); text != "" {
		return fmt.Errorf("%w; its last lines:\n%s", err, text)
	}
	return err
}
