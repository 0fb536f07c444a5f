package cache_test

import (
	"fmt"
	"testing"

	"github.com/weftql/weft/router/internal/cache"
)

func TestSightingsTellWhatCameBefore(t *testing.T) {
	t.Parallel()
	s, err := cache.NewSightings(1000)
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	for i := range 100_000 {
		if s.Again(fmt.Appendf(nil, "text %d", i)) {
			again++
		}
	}
	if again != 0 {
		t.Errorf("%d of the texts that came once came again", again)
	}
	for range 2 {
		if !s.Again([]byte("text 99999")) {
			t.Error("the last one did not come again")
		}
	}
	if _, err := cache.NewSightings(0); err == nil {
		t.Error("no room, no error")
	}
}

func TestSightingsAllocateNothing(t *testing.T) {
	s, err := cache.NewSightings(10)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("text")
	if n := testing.AllocsPerRun(100, func() { s.Again(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
