package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// people returns the users of representations, nil for malformed ids. That they
// exist is for the users subgraph to say.
func people(ctx context.Context, reps []*UserByIDsInput) []*todos.User {
	zones := requiredTimeZones(ctx)
	all := make([]*todos.User, len(reps))
	for i, rep := range reps {
		if _, err := id.Parse(id.User, rep.ID); err == nil {
			all[i] = &todos.User{ID: rep.ID, TimeZone: zones[rep.ID]}
		}
	}
	return all
}

// requiredTimeZones reads the time zones that representations of users bring
// along. User.dueToday gets its own from the generated code, but has to know those
// of its siblings to read the todos of all of them at once.
func requiredTimeZones(ctx context.Context) map[string]string {
	zones := map[string]string{}
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return zones
	}
	representations, _ := field.Args["representations"].([]map[string]any)
	for _, representation := range representations {
		user, _ := representation["id"].(string)
		if zone, ok := representation["timeZone"].(string); ok {
			zones[user] = zone
		}
	}
	return zones
}
