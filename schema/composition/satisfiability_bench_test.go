package composition_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/universe"
)

// BenchmarkCompose composes random universes of 10, 50 and 200 subgraphs, about
// 40 lines each, satisfiability included. "ns/line" says how it grows.
func BenchmarkCompose(b *testing.B) {
	for _, n := range []int{10, 50, 200} {
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			options := universe.Everything()
			options.MinSubgraphs, options.MaxSubgraphs = n, n
			options.Auth = 0 // in a universe of this size some field would lack what it has to demand
			var u universe.Universe
			seed := uint64(0)
			for err := error(composition.Errors{}); err != nil; {
				seed++
				u = universe.Random(seed, options)
				_, err = composition.Compose(context.Background(), u.Subgraphs, composition.Options{})
			}
			lines := 0
			for _, s := range u.Subgraphs {
				lines += strings.Count(s.Sources[0].Text, "\n")
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := composition.Compose(context.Background(), u.Subgraphs, composition.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
			b.ReportMetric(float64(lines), "lines")
		})
	}
}
