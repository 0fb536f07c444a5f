package graph_test

import (
	"testing"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/server/conformance"
)

// conforming is users with two accounts whose ids the cases of testdata/entities
// know.
func conforming(t *testing.T) conformance.Subgraph {
	t.Helper()
	b := setup(t)
	s := conformance.Subgraph{
		Name: "users", Client: b.Client, Schema: "../../../schema/subgraphs/users",
		Entities: map[string][]conformance.Row{},
	}
	for i, name := range []string{"Ada", "Bob"} {
		key := id.UUID{15: byte(i + 1)}
		if _, err := b.pool.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone)
			values ($1, $2, $2, '', $2, 'UTC')`, key, name); err != nil {
			t.Fatal(err)
		}
		user := id.Format(id.User, key)
		s.Entities["User"] = append(s.Entities["User"], conformance.ByID(map[string]any{"id": user, "displayName": name, "timeZone": "UTC"}))
		if i == 0 {
			s.Caller = identity.Claims{Subject: user, Session: "ses_test"}
		}
	}
	return s
}

func TestEntitiesAreAsInTheCases(t *testing.T) {
	t.Parallel()
	conformance.Golden(t, conforming(t))
}

func TestEntitiesAreAsApolloAnswers(t *testing.T) {
	t.Parallel()
	conformance.Apollo(t, conforming(t))
}
