package composition_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

// Keys that contain each other in every order have exponentially many ways to be
// fetched, which are not tried one by one.
func TestCompose_doesNotTryEveryWay(t *testing.T) {
	t.Parallel()
	const types = 14
	subgraph := func(name, field string) federation.Subgraph {
		var sdl strings.Builder
		fmt.Fprintf(&sdl, "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\ntype Query { %s: T0 }\n", field)
		for i := range types {
			var key, fields strings.Builder
			for j := range types {
				if j != i {
					fmt.Fprintf(&key, "@key(fields: \"t%d { id%s }\") ", j, name)
					fmt.Fprintf(&fields, "t%d: T%d ", j, j)
				}
			}
			fmt.Fprintf(&sdl, "type T%d %s { id%s: ID %s }\n", i, key.String(), name, fields.String())
		}
		return federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: sdl.String()}}}
	}
	_, err := composition.Compose(context.Background(), []federation.Subgraph{subgraph("a", "qa"), subgraph("b", "qb")}, composition.Options{MaximumStates: 2000})
	var first *composition.Error
	if !errors.As(err, &first) || first.Code != composition.CodeSatisfiability {
		t.Errorf("got %v, want %s", err, composition.CodeSatisfiability)
	}
}

// Value types that lead on in fewer and fewer subgraphs have a state for each
// set of subgraphs: that many are looked at, or the limit ends it.
func TestCompose_boundsTheWorkOfSatisfiability(t *testing.T) {
	t.Parallel()
	const subgraphs = 10
	var list []federation.Subgraph
	for i := range subgraphs {
		var sdl strings.Builder
		sdl.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@shareable\"])\ntype Query { t: T @shareable }\ntype T @shareable {\n")
		for j := range subgraphs {
			if j != i {
				fmt.Fprintf(&sdl, "  f%d: T\n", j)
			}
		}
		sdl.WriteString("  x: Int\n}\n")
		name := fmt.Sprintf("s%d", i)
		list = append(list, federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: sdl.String()}}})
	}
	for limit, want := range map[int]composition.Code{0: composition.CodeSatisfiability, 500: composition.CodeMaxStatesExceeded} {
		_, err := composition.Compose(context.Background(), list, composition.Options{MaximumStates: limit})
		var first *composition.Error
		if !errors.As(err, &first) || first.Code != want {
			t.Errorf("at most %d states: got %v, want %s", limit, err, want)
		}
	}
}
