package stack

import (
	"fmt"
	"strings"
	"time"
)

// exampleQuery crosses users and todos and comes back. It is what the panel
// shows and what a new tab of the playground holds.
const exampleQuery = `{
  me {
    displayName
    todoLists(first: 5) {
      edges {
        node {
          name
          owner { displayName }
          todos(first: 5) {
            edges {
              node { title status assignees { displayName } }
            }
          }
        }
      }
    }
  }
}
`

// panel is what a developer needs to know when everything is up.
func (s *stack) panel(took time.Duration) string {
	var b strings.Builder
	at := s.addresses()
	fmt.Fprintf(&b, "\nWeft is up, after %.1f s. Ctrl-C stops everything.\n\n", took.Seconds())
	for _, line := range [][2]string{
		{"playground", at.Router},
		{"GraphQL", at.Router + "/graphql"},
		{"mail", at.Mail},
		{"users", at.Users + "/graphql (answers the router only)"},
		{"todos", at.Todos + "/graphql (answers the router only)"},
		{"pages", at.Public + " (where mails lead to)"},
		{"worker", at.Worker + "/health, /metrics, /letters/"},
		{"jobs", at.Worker + "/river/users/ and /river/todos/  user admin  password " + s.secrets.WorkerPassword},
		{"Postgres", s.databasePlace()},
		{"Redis", s.redisPlace()},
	} {
		fmt.Fprintf(&b, "  %-11s %s\n", line[0], line[1])
	}
	if s.Settings.Demo {
		fmt.Fprintf(&b, "\n  %-11s %s  password %s\n", "demo user", demoEmail, s.secrets.DemoPassword)
		fmt.Fprintf(&b, "  %-11s %s  password %s\n", "demo admin", adminEmail, s.secrets.AdminPassword)
	}
	b.WriteString("\n  Open the playground, log in with its button and run this, or try make smoke:\n\n")
	for line := range strings.Lines(exampleQuery) {
		b.WriteString("    " + line)
	}
	b.WriteString("\n")
	return b.String()
}

// databasePlace says where the databases are, without a password.
func (s *stack) databasePlace() string {
	if s.Settings.DatabaseURL != "" {
		return "the server of WEFT_DATABASE_URL, databases weft_users and weft_todos"
	}
	return s.Settings.Ports.Postgres.Address() + ", data in " + s.Home.Data()
}

// redisPlace says where Redis is, without a password.
func (s *stack) redisPlace() string {
	if s.Settings.RedisURL != "" {
		return "the server of WEFT_REDIS_URL"
	}
	if s.redisStandIn {
		return s.Settings.Ports.Redis.Address() + " (miniredis: forgets everything when it stops)"
	}
	return s.Settings.Ports.Redis.Address()
}
