package plan_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestOneEntitiesFieldServesPlacesWithTheSameSelections tells what the plan's
// text does not show: how many _entities fields a request has.
func TestOneEntitiesFieldServesPlacesWithTheSameSelections(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/shared_entities.txtar")
	if err != nil {
		t.Fatal(err)
	}
	u := readUniverse(t, archive)
	for _, test := range []struct {
		name, in string
		want     int
	}{
		{"the same order", `{ one { ... on X { q { s } } ... on Y { r { s } } } two { ... on X { q { s } } ... on Y { r { s } } } }`, 1},
		{"another order", `{ one { ... on X { q { s } } ... on Y { r { s } } } two { ... on Y { r { s } } ... on X { q { s } } } }`, 1},
		{"one field on two types and a field on each", `{ one { p { s } } two { ... on Y { p { s } } ... on X { p { s } } } }`, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := u.plan(t, test.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(p.Fetches[1].Entities); got != test.want {
				t.Errorf("%d _entities fields, want %d:\n%s", got, test.want, p.Fetches[1].Text)
			}
		})
	}
}
