package execute_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/universe"
)

// stuck answers the first request, and the second one when nobody waits any more.
type stuck struct {
	sender    subgraph.Sender
	subgraphs chan int
}

func (s *stuck) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	s.subgraphs <- request.Subgraph
	if len(s.subgraphs) > 1 {
		<-call.Done()
		return context.Canceled
	}
	return s.sender.Send(call, request, answer)
}

// What begins later may have less time than what began before, and ends first.
func TestExecute_waits_no_longer_than_a_later_request_has(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(3))
	const query = `{ shelves { sku bin { number } } }`
	ask := func(config subgraph.FlightConfig) (body string, subgraphs chan int) {
		s := &stuck{sender: f.client, subgraphs: make(chan int, 10)}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		out := f.program(t, query).Execute(ctx, execute.Input{Flights: subgraph.NewFlights(s, config)})
		defer out.Release()
		if ctx.Err() != nil {
			t.Error("it waits for the second request until the client leaves")
		}
		return string(out.Body), s.subgraphs
	}
	_, subgraphs := ask(subgraph.FlightConfig{Timeout: 500 * time.Millisecond})
	if len(subgraphs) != 2 {
		t.Fatalf("%d requests, want 2", len(subgraphs))
	}
	<-subgraphs
	config := subgraph.FlightConfig{Timeout: time.Hour, Subgraphs: make([]subgraph.SubgraphFlights, 10)}
	config.Subgraphs[<-subgraphs].Timeout = 500 * time.Millisecond
	if body, _ := ask(config); !strings.Contains(body, `"sku":"p0"`) || !strings.Contains(body, `"errors"`) {
		t.Errorf("the answer is %s", body)
	}
}
