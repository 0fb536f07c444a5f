package subgraph

import (
	"context"
	"time"
)

// Fetch sends a request as somebody does who waits for it until ctx ends.
func (c *Client) Fetch(ctx context.Context, request *Request, answer *Response) error {
	deadline := time.Now().Add(c.hosts[request.Subgraph].settings.Timeout)
	if end, ok := ctx.Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	var call Call
	call.begin(deadline)
	if ctx.Err() != nil {
		call.end()
	}
	stop := context.AfterFunc(ctx, call.end)
	defer stop()
	return c.Send(&call, request, answer)
}
