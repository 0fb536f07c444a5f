package composition_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/universe"
)

// BenchmarkCompose composes companies of 10, 50 and 200 subgraphs, about 200
// lines each, satisfiability included. "ns/line" says how it grows.
func BenchmarkCompose(b *testing.B) {
	for _, n := range []int{10, 50, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			subgraphs := universe.Company(1, n).Subgraphs
			lines := 0
			for _, s := range subgraphs {
				lines += strings.Count(s.Sources[0].Text, "\n")
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := composition.Compose(b.Context(), subgraphs, composition.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
			b.ReportMetric(float64(lines), "lines")
		})
	}
}
