package universe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/composition"
)

func TestCompanyIsAFunctionOfItsSeedAndSize(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Company(7, 12), Company(7, 12)); diff != "" {
		t.Errorf("two universes of one seed differ:\n%s", diff)
	}
	if cmp.Equal(Company(7, 12).Subgraphs, Company(8, 12).Subgraphs) {
		t.Error("the universes of two seeds are equal")
	}
}

func TestCompanyHasItsSize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 37, 60} {
		u := Company(1, n)
		lines := 0
		for _, s := range u.Subgraphs {
			lines += strings.Count(s.Sources[0].Text, "\n")
			if _, err := New(Subgraph{Name: s.Name, SDL: s.Sources[0].Text}); err != nil {
				t.Errorf("%d subgraphs: %v\n%s", n, err, s.Sources[0].Text)
			}
		}
		if len(u.Subgraphs) != n || lines < 190*n || lines > 220*n {
			t.Errorf("%d subgraphs, %d lines of SDL; want %d subgraphs of about 200 lines", len(u.Subgraphs), lines, n)
		}
	}
}

func TestCompanyComposes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		if _, err := composition.Compose(t.Context(), Company(seed, 25).Subgraphs, composition.Options{}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}
