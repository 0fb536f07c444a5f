package graph_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on User { id displayName } } }`

func TestEntities(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	rep := func(id any) map[string]any { return map[string]any{"__typename": "User", "id": id} }
	user := func(c identity.Claims) string {
		return fmt.Sprintf(`{"__typename":"User","id":%q,"displayName":"N. N."}`, c.Subject)
	}
	for _, c := range []struct {
		name  string
		reps  []any
		want  string // "" where the field fails
		codes []string
	}{
		{"none", []any{}, `[]`, nil},
		{"in the order asked, twice if asked twice", []any{rep(bob.Subject), rep(ada.Subject), rep(bob.Subject)}, "[" + user(bob) + "," + user(ada) + "," + user(bob) + "]", nil},
		{"unknown and malformed ids are null", []any{rep("usr_00000000000000000000000000"), rep(ada.Subject), rep("usr_x"), rep("tdo_00000000000000000000000000"), rep("")}, "[null," + user(ada) + ",null,null,null]", nil},
		{"an id in other letters is another id", []any{rep(strings.ToUpper(ada.Subject))}, "[null]", nil},
		{"a type that is none", []any{map[string]any{"__typename": "Nothing", "id": "1"}, rep(ada.Subject)}, "", []string{"BAD_USER_INPUT"}},
		{"a type without a resolver here", []any{map[string]any{"__typename": "Todo", "id": "1"}}, "[null]", []string{"BAD_USER_INPUT"}},
		{"no type", []any{map[string]any{"id": ada.Subject}, rep(ada.Subject)}, "", []string{"BAD_USER_INPUT"}},
		{"no key", []any{map[string]any{"__typename": "User"}}, "[null]", nil},
		{"a key that is no id", []any{rep(map[string]any{"a": 1})}, "[null]", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			response := b.Do(t, ada, entities, map[string]any{"r": c.reps})
			response.WantCodes(t, c.codes...)
			if c.want == "" {
				response.WantData(t, `null`)
				return
			}
			response.WantData(t, `{"_entities":`+c.want+`}`)
		})
	}
	t.Run("a null representation is a validation error", func(t *testing.T) {
		response := b.Do(t, ada, entities, map[string]any{"r": []any{nil}})
		response.WantCodes(t, "GRAPHQL_VALIDATION_FAILED")
	})
	t.Run("literals do as variables", func(t *testing.T) {
		response := b.Do(t, ada, fmt.Sprintf(`{ _entities(representations: [{__typename: "User", id: %q}]) { ... on User { id } } }`, ada.Subject), nil)
		response.WantData(t, fmt.Sprintf(`{"_entities":[{"id":%q}]}`, ada.Subject))
	})
}

func TestUsersPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var newestFirst []string
	for i := range 7 {
		newestFirst = append([]string{b.register(t, fmt.Sprintf("user%d@example.com", i)).Subject}, newestFirst...)
	}
	type pageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       string
	}
	read := func(args string) (ids []string, info pageInfo) {
		t.Helper()
		response := b.Do(t, admin, `{ users(`+args+`) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }`, nil)
		response.WantCodes(t)
		var data struct {
			Users struct {
				PageInfo pageInfo
				Edges    []struct {
					Cursor string
					Node   struct{ ID string }
				}
			}
		}
		response.Decode(t, &data)
		for _, edge := range data.Users.Edges {
			ids = append(ids, edge.Node.ID)
		}
		return ids, data.Users.PageInfo
	}
	want := func(name string, got, want []string, info pageInfo, next, previous bool) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if info.HasNextPage != next || info.HasPreviousPage != previous {
			t.Errorf("%s: %+v, want next %t, previous %t", name, info, next, previous)
		}
	}
	ids, first := read(`first: 3`)
	want("first page", ids, newestFirst[:3], first, true, false)
	ids, second := read(`first: 3, after: "` + first.EndCursor + `"`)
	want("second page", ids, newestFirst[3:6], second, true, true)
	ids, third := read(`first: 3, after: "` + second.EndCursor + `"`)
	want("last page", ids, newestFirst[6:], third, false, true)
	ids, info := read(`last: 3`)
	want("backwards", ids, newestFirst[4:], info, false, true)
	ids, info = read(`last: 3, before: "` + second.EndCursor + `"`)
	want("backwards from a cursor", ids, newestFirst[2:5], info, true, true)
	ids, info = read(`last: 9, before: "` + first.EndCursor + `"`)
	want("backwards to the beginning", ids, newestFirst[:2], info, true, false)
	ids, info = read(`first: 0`)
	want("an empty page", ids, nil, info, true, false)

	for name, args := range map[string]string{
		"too many": `first: 101`, "fewer than none": `first: -1`, "both ways": `first: 1, last: 1`,
		"a made-up cursor": `after: "AAAA"`, "a changed cursor": `after: "B` + first.EndCursor[1:] + `"`,
	} {
		response := b.Do(t, admin, `{ users(`+args+`) { totalCount } }`, nil)
		if diff := cmp.Diff([]string{"BAD_USER_INPUT"}, response.Codes()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestServiceSDL(t *testing.T) {
	t.Parallel()
	b := setup(t)
	files, err := filepath.Glob("../../../schema/subgraphs/users/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var texts []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	want, err := json.Marshal(map[string]any{"_service": map[string]any{"sdl": strings.Join(texts, "\n")}})
	if err != nil {
		t.Fatal(err)
	}
	b.Do(t, identity.Claims{}, `{ _service { sdl } }`, nil).WantData(t, string(want))
}

func TestNodesAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	response := b.Do(t, admin, `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": make([]string, 101)})
	response.WantCodes(t, "BAD_USER_INPUT")
}

func TestNodeOfOtherSubgraphsIsAReference(t *testing.T) {
	t.Parallel()
	b := setup(t)
	response := b.Do(t, admin, `{ nodes(ids: ["tdo_00000000000000000000000000", "tdl_00000000000000000000000000", "tdo_short", "abc_00000000000000000000000000", "x"]) { __typename id } }`, nil)
	response.WantCodes(t)
	response.WantData(t, `{"nodes":[{"__typename":"Todo","id":"tdo_00000000000000000000000000"},
		{"__typename":"TodoList","id":"tdl_00000000000000000000000000"},null,null,null]}`)
}
