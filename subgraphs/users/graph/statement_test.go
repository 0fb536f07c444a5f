package graph_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/users/graph"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// seededVariable names a database that make seed made. Without it the tests make
// one of smallSize todos, which has 200 accounts.
const (
	seededVariable = "WEFT_SEEDED_USERS_DATABASE_URL"
	smallSize      = 1_000
)

// seededBundle is the service on the database that the environment names, or on a
// small one with something in every table.
func seededBundle(t *testing.T) *bundle {
	t.Helper()
	url := os.Getenv(seededVariable)
	if url == "" {
		url = databases.Database(t)
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "seed", StatementTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := userspostgres.Seed(t.Context(), pool, smallSize); err != nil {
			t.Fatal(err)
		}
		pool.Close()
	}
	return setupOn(t, postgres.Config{URL: url, Name: "test", StatementTimeout: time.Minute})
}

// TestStatements counts the SQL of an operation over few and many rows: the number
// follows from the operation alone.
func TestStatements(t *testing.T) {
	t.Parallel()
	b := seededBundle(t)
	var reps []any
	var ids []string
	for n := range 100 {
		ids = append(ids, id.Format(id.User, seed.Person(n)))
		reps = append(reps, map[string]any{"__typename": "User", "id": ids[n]})
	}
	person := identity.Claims{Subject: ids[0], Session: "ses_test"}
	const everything = `id displayName avatarUrl timeZone email emailVerified roles status createdAt updatedAt version
		locale notificationSettings { emailAssignments emailReminders emailShares emailDigest digestHour quietFrom quietTo }
		sessions(first: $n) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
			edges { cursor node { id device userAgent address createdAt lastUsedAt expiresAt current } } }`
	cases := []struct {
		name, query string
		want        int
	}{
		{"entities", `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id email } } }`, 1},
		{"everything of entities", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User { ` + everything + ` } } }`, 4},
		{"nodes", `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { email } } }`, 1},
		{
			"notifications", `query ($n: Int) { me { notifications(first: $n) { totalCount unreadCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
				edges { cursor node { id kind createdAt readAt todo { id } list { id } actor { displayName locale } } } } } }`, 5,
		},
		{
			"notifications of everybody", `query ($r: [_Any!]!, $n: Int) { _entities(representations: $r) { ... on User { id
				notifications(first: $n, unreadOnly: true) { totalCount edges { node { actor { displayName } } } } } } }`, 4,
		},
		{"users", `query ($n: Int) { users(first: $n) { edges { node { email roles } } } }`, 1},
		{
			"everything of users", `query ($n: Int) { users(first: $n, filter: {status: ACTIVE}, orderBy: {field: DISPLAY_NAME}) { totalCount
				pageInfo { hasNextPage } edges { cursor node { ` + everything + ` } } } }`, 5,
		},
		{
			"the audit log", `query ($n: Int) { auditLog(first: $n, action: "session.begin") { pageInfo { endCursor }
				edges { cursor node { id at action targetId detail address userAgent requestId outcome actor { displayName notificationSettings { digestHour } } } } } }`, 3,
		},
		{
			"one by one", fmt.Sprintf(`{ me { email } user(id: %q) { email } node(id: %q) { id ... on User { email } ... on Todo { id } ... on TodoList { id } } }`, ids[1], ids[2]), 3,
		},
	}
	operations := make([]string, len(cases))
	for i, c := range cases {
		operations[i] = c.query
	}
	for _, field := range servertest.Unread(t, graph.NewExecutableSchema(graph.Config{}).Schema(), operations) {
		t.Errorf("%s can be read, but no case does", field)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, n := range []int{1, 100} {
				variables := map[string]any{"r": reps[:n], "ids": ids[:min(n, 100)], "n": n}
				for name := range variables {
					if !strings.Contains(c.query, "$"+name) {
						delete(variables, name)
					}
				}
				caller := admin
				if strings.Contains(c.query, "me {") || strings.Contains(c.query, "notifications(") {
					caller = person
				}
				b.statements.Take()
				response := b.Do(t, caller, c.query, variables)
				response.WantCodes(t)
				if got := b.statements.Take(); len(got) != c.want {
					t.Errorf("of %d: %d statements, want %d:\n%s", n, len(got), c.want, strings.Join(got, "\n"))
				}
				if n > 1 && len(response.Data) < 1_000 && len(variables) > 0 {
					t.Errorf("there is nothing to count: %s", response.Data)
				}
			}
		})
	}
}

// TestPages walks from each end of each connection of everybody, a few pages far:
// both ways show the same, and each page takes one statement.
func TestPages(t *testing.T) {
	t.Parallel()
	b := seededBundle(t)
	person := id.Format(id.User, seed.Person(7))
	for name, format := range map[string]string{
		"users":             `{ c: users(%s) { ` + pageFields + ` } }`,
		"users by name":     `{ c: users(%s, orderBy: {field: DISPLAY_NAME}) { ` + pageFields + ` } }`,
		"users found":       `{ c: users(%s, filter: {search: "person"}) { ` + pageFields + ` } }`,
		"users suspended":   `{ c: users(%s, filter: {status: PENDING}, orderBy: {direction: ASC}) { ` + pageFields + ` } }`,
		"audit log":         `{ c: auditLog(%s) { ` + pageFields + ` } }`,
		"audit log, logins": `{ c: auditLog(%s, action: "session.begin") { ` + pageFields + ` } }`,
		"audit log, one":    `{ c: auditLog(%s, targetId: "` + person + `") { ` + pageFields + ` } }`,
	} {
		t.Run(name, func(t *testing.T) {
			read := func(args string) (page connectionPage) {
				t.Helper()
				b.statements.Take()
				response := b.Do(t, admin, fmt.Sprintf(format, args), nil)
				response.WantCodes(t)
				if got := b.statements.Take(); len(got) != 1 {
					t.Errorf("%s: %d statements", args, len(got))
				}
				var data struct{ C connectionPage }
				response.Decode(t, &data)
				return data.C
			}
			const size = 3
			for _, way := range []struct{ count, cursor, back, backCursor string }{{"first", "after", "last", "before"}, {"last", "before", "first", "after"}} {
				end := func(p connectionPage, cursor string) string {
					if cursor == "after" {
						return p.PageInfo.EndCursor
					}
					return p.PageInfo.StartCursor
				}
				first := read(fmt.Sprintf("%s: %d", way.count, size))
				second := read(fmt.Sprintf("%s: %d, %s: %q", way.count, size, way.cursor, end(first, way.cursor)))
				if len(first.ids()) == 0 || strings.Contains(second.ids(), first.Edges[0].Node.ID) {
					t.Errorf("%s pages: %s, then %s", way.count, first.ids(), second.ids())
				}
				if len(second.Edges) == 0 {
					continue // there is one page alone
				}
				again := read(fmt.Sprintf("%s: %d, %s: %q", way.back, size, way.backCursor, end(second, way.backCursor)))
				if first.ids() != again.ids() {
					t.Errorf("%s page: %s, on the way back %s", way.count, first.ids(), again.ids())
				}
			}
		})
	}
}

// pageFields are those of a connectionPage.
const pageFields = `pageInfo { startCursor endCursor } edges { node { id } }`

// connectionPage is one page of a connection.
type connectionPage struct {
	PageInfo struct{ StartCursor, EndCursor string }
	Edges    []struct{ Node struct{ ID string } }
}

func (p connectionPage) ids() string {
	var all []string
	for _, edge := range p.Edges {
		all = append(all, edge.Node.ID)
	}
	return strings.Join(all, " ")
}
