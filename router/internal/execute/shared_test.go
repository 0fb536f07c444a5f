package execute_test

import (
	"context"
	"strings"
	"testing"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/universe"
)

// gate holds requests back until it is opened, and says what they are.
type gate struct {
	sender subgraph.Sender
	open   chan struct{}
	sent   chan string
}

func (g *gate) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	g.sent <- string(request.Body)
	<-g.open
	return g.sender.Send(call, request, answer)
}

func TestExecute_shares_answers_between_operations_that_send_a_subgraph_the_same_text(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(3))
	alone := f.program(t, `{ shelves { sku } }`)
	with := f.program(t, `{ shelves { sku } storageVersion }`)
	g := &gate{sender: f.client, open: make(chan struct{}), sent: make(chan string, 10)}
	flights := subgraph.NewFlights(g, subgraph.FlightConfig{})
	answers := make(chan string)
	for i, program := range []*execute.Program{alone, with} {
		go func() {
			out := program.Execute(context.Background(), execute.Input{Flights: flights})
			defer out.Release()
			answers <- string(out.Body)
		}()
		if sent := <-g.sent; i == 1 && !strings.Contains(sent, "storageVersion") {
			// The shelves are asked for before the version.
			t.Errorf("the second operation sends %s", sent)
		}
	}
	close(g.open)
	for range 2 {
		if got := <-answers; !strings.Contains(got, `"shelves":[[{"sku":"p0"}`) || strings.Contains(got, "errors") {
			t.Errorf("answer = %s", got)
		}
	}
	if n := len(g.sent); n != 0 {
		t.Errorf("%d requests beside one for the shelves and one for the version", n)
	}
}
