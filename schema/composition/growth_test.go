package composition_test

import (
	"runtime"
	"testing"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/universe"
)

// TestCompose_allocatesInProportion catches tables of all subgraphs for each type
// or field: what is allocated must grow with the subgraphs, not with their square.
// It is not parallel, so that nothing else allocates meanwhile.
func TestCompose_allocatesInProportion(t *testing.T) {
	const few, many = 10, 80
	small, large := allocationsOf(t, few), allocationsOf(t, many)
	if limit := small * many / few * 6 / 5; large > limit {
		t.Errorf("%d bytes for %d subgraphs, %d for %d; want at most %d", small, few, large, many, limit)
	}
}

func allocationsOf(t *testing.T, subgraphs int) uint64 {
	t.Helper()
	company := universe.Company(1, subgraphs).Subgraphs
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := composition.Compose(t.Context(), company, composition.Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
