package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
)

// people writes accounts with the names, each a second younger than the one
// before, and addresses NUMBER@example.com.
func (b *bundle) people(t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		if _, err := b.pool.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone, created_at)
			values ($1, $2, $2, '', $3, 'UTC', timestamptz '2026-01-01' + make_interval(secs => $4))`,
			id.New(), fmt.Sprintf("%d@example.com", i), name, i); err != nil {
			t.Fatal(err)
		}
	}
}

// search returns the names of a page and its cursors.
func (b *bundle) search(t *testing.T, args string) (names []string, start, end string, total int) {
	t.Helper()
	response := b.Do(t, admin, `{ users(`+args+`) { totalCount pageInfo { startCursor endCursor } edges { node { displayName } } } }`, nil)
	response.WantCodes(t)
	var data struct {
		Users struct {
			TotalCount int
			PageInfo   struct{ StartCursor, EndCursor string }
			Edges      []struct{ Node struct{ DisplayName string } }
		}
	}
	response.Decode(t, &data)
	for _, edge := range data.Users.Edges {
		names = append(names, edge.Node.DisplayName)
	}
	return names, data.Users.PageInfo.StartCursor, data.Users.PageInfo.EndCursor, data.Users.TotalCount
}

func TestUsersSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.people(t, "Ada Lovelace", "bob", "Cara 100%", "Dan_Brown", "adam", `Back\slash`)
	if _, err := b.pool.Exec(t.Context(), `update users set roles = '{USER,ADMIN}' where display_name = 'bob';
		update users set status = 'SUSPENDED' where display_name like 'ad%'; update users set status = 'DELETED' where display_name like 'Dan%'`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want []string
	}{
		{`filter: {search: "ada"}, orderBy: {field: DISPLAY_NAME, direction: ASC}`, []string{"Ada Lovelace", "adam"}},
		{`filter: {search: " ADA "}, orderBy: {field: DISPLAY_NAME}`, []string{"adam", "Ada Lovelace"}},
		{`filter: {search: "2@EXAMPLE"}`, []string{"Cara 100%"}},
		{`filter: {search: "00%"}`, []string{"Cara 100%"}},
		{`filter: {search: "%00"}`, nil},
		{`filter: {search: "n_b"}`, []string{"Dan_Brown"}},
		{`filter: {search: "a_a"}`, nil},
		{`filter: {search: "k\\s"}`, []string{`Back\slash`}},
		{`filter: {search: "'; drop table users; --"}`, nil},
		{`filter: {role: ADMIN}`, []string{"bob"}},
		{`filter: {role: USER}, first: 2`, []string{`Back\slash`, "adam"}},
		{`filter: {status: SUSPENDED}`, []string{"adam"}},
		{`filter: {status: DELETED}`, []string{"Dan_Brown"}},
		{`filter: {status: PENDING, search: "ada"}`, []string{"Ada Lovelace"}},
		{`filter: {status: PENDING, search: "ada", role: ADMIN}`, nil},
		{`filter: null, orderBy: null, first: 1`, []string{`Back\slash`}},
		{`orderBy: {}, first: 1`, []string{`Back\slash`}},
		{`orderBy: {direction: ASC}, first: 2`, []string{"Ada Lovelace", "bob"}},
		{`orderBy: {field: DISPLAY_NAME, direction: ASC}`, []string{"Ada Lovelace", "adam", `Back\slash`, "bob", "Cara 100%", "Dan_Brown"}},
	} {
		names, _, _, total := b.search(t, c.args)
		if diff := cmp.Diff(c.want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.args, diff)
		}
		if !strings.Contains(c.args, "first") && total != len(c.want) {
			t.Errorf("%s: totalCount %d, want %d", c.args, total, len(c.want))
		}
	}
	for _, args := range []string{
		`filter: {search: "ab"}`, `filter: {search: "  a  "}`, `filter: {search: ""}`, `filter: {search: "a\u0000bc"}`,
		`filter: {search: "` + strings.Repeat("x", 101) + `"}`,
	} {
		b.Do(t, admin, `{ users(`+args+`) { edges { cursor } } }`, nil).WantCodes(t, "BAD_USER_INPUT")
	}
}

// TestUsersPagesInEveryOrder walks through everybody forwards and backwards, also
// past equal names.
func TestUsersPagesInEveryOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.people(t, "ada", "Bob", "bob", "BOB", "cara", "dan", "Ada")
	for _, order := range []string{`{direction: ASC}`, `{direction: DESC}`, `{field: DISPLAY_NAME, direction: ASC}`, `{field: DISPLAY_NAME}`} {
		t.Run(order, func(t *testing.T) {
			all, _, _, _ := b.search(t, `orderBy: `+order)
			var forwards, backwards []string
			for after := ""; ; {
				names, _, end, _ := b.search(t, fmt.Sprintf(`orderBy: %s, first: 2, after: %q`, order, after))
				if names == nil {
					break
				}
				forwards, after = append(forwards, names...), end
			}
			for before := ""; ; {
				names, start, _, _ := b.search(t, fmt.Sprintf(`orderBy: %s, last: 2, before: %q`, order, before))
				if names == nil {
					break
				}
				backwards, before = append(names, backwards...), start
			}
			if diff := cmp.Diff(all, forwards); diff != "" || len(all) != 7 {
				t.Errorf("forwards (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(all, backwards); diff != "" {
				t.Errorf("backwards (-want +got):\n%s", diff)
			}
		})
	}
	_, _, end, _ := b.search(t, `filter: {search: "ada", status: PENDING}, first: 1`)
	b.search(t, fmt.Sprintf(`filter: {search: " ada ", status: PENDING}, after: %q`, end)) // the same filter
	other := admin
	other.Subject = "usr_00000000000000000000000001"
	for _, c := range []struct {
		caller identity.Claims
		args   string
	}{
		{admin, `filter: {search: "ada", status: PENDING}, orderBy: {field: DISPLAY_NAME}`},
		{admin, `filter: {search: "ada", status: PENDING}, orderBy: {direction: ASC}`},
		{admin, `filter: {search: "adam", status: PENDING}`},
		{admin, `filter: {search: "ada", status: ACTIVE}`},
		{admin, `filter: {search: "ada", role: USER, status: PENDING}`},
		{admin, `filter: {search: "ada"}`},
		{admin, `first: 2`},
		{other, `filter: {search: "ada", status: PENDING}`},
	} {
		b.Do(t, c.caller, fmt.Sprintf(`{ users(%s, after: %q) { edges { cursor } } }`, c.args, end), nil).WantCodes(t, "BAD_USER_INPUT")
	}
}
