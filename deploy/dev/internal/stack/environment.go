package stack

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/settings"
)

// Who signs access tokens, and for whom. The users service and the router must
// agree.
const (
	tokenIssuer   = "weft-users"
	tokenAudience = "weft"
)

// The demo accounts' addresses.
const (
	demoEmail  = "demo@example.com"
	adminEmail = "admin@example.com"
)

// passedOn are the variables of the caller that every program gets. Others
// stay here: PGHOST and its like would change what the programs do.
var passedOn = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "WEFT_LOG_LEVEL",
	"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK",
}

// inherited returns the part of an environment that programs get.
func inherited(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return !slices.Contains(passedOn, name) && !strings.HasPrefix(name, "LC_")
	})
}

// users is the users service.
func (s *stack) users() program {
	environment := []string{
		"USERS_PORT=" + number(s.Settings.Ports.Users),
		"USERS_PUBLIC_PORT=" + number(s.Settings.Ports.Public),
		"LINK_KEYS_FILE=" + s.secrets.LinkKeysFile,
		"USERS_DATABASE_URL=" + s.databases.users,
		"USERS_SIGNING_KEYS_FILE=" + s.secrets.SigningKeyFile,
		"USERS_TOKEN_ISSUER=" + tokenIssuer,
		"USERS_TOKEN_AUDIENCE=" + tokenAudience,
		"WEFT_IDENTITY_KEYS_FILE=" + s.secrets.IdentityKeysFile,
		"REDIS_URL=" + s.redisURL,
		// Everybody who uses a platform on one machine has the same address.
		"USERS_ATTEMPTS_PER_ADDRESS=10000",
	}
	if s.Settings.Demo {
		environment = append(environment,
			"USERS_DEMO_EMAIL="+demoEmail,
			"USERS_DEMO_PASSWORD_FILE="+s.secrets.DemoPasswordFile,
			"USERS_DEMO_ADMIN_EMAIL="+adminEmail,
			"USERS_DEMO_ADMIN_PASSWORD_FILE="+s.secrets.AdminPasswordFile,
		)
	}
	return program{
		name: "users", arguments: []string{"serve"}, environment: environment,
		health: "http://" + s.Settings.Ports.Users.Address() + "/health",
	}
}

// todos is the todos service.
func (s *stack) todos() program {
	return program{
		name: "todos", arguments: []string{"serve"},
		environment: []string{
			"TODOS_PORT=" + number(s.Settings.Ports.Todos),
			"TODOS_DATABASE_URL=" + s.databases.todos,
			"WEFT_IDENTITY_KEYS_FILE=" + s.secrets.IdentityKeysFile,
			"REDIS_URL=" + s.redisURL,
		},
		health: "http://" + s.Settings.Ports.Todos.Address() + "/health",
	}
}

// worker runs the jobs of both databases.
func (s *stack) worker() program {
	return program{
		name: "worker", arguments: []string{"serve"},
		environment: []string{
			"WORKER_PORT=" + number(s.Settings.Ports.Worker),
			"WORKER_ADMIN_PASSWORD_FILE=" + s.secrets.WorkerPasswordFile,
			"WORKER_PREVIEW=1",
			"USERS_DATABASE_URL=" + s.databases.users,
			"TODOS_DATABASE_URL=" + s.databases.todos,
			"REDIS_URL=" + s.redisURL,
			"SMTP_URL=smtp://" + s.Settings.Ports.SMTP.Address(),
			"PUBLIC_URL=http://" + s.Settings.Ports.Public.Address(),
			"LINK_KEYS_FILE=" + s.secrets.LinkKeysFile,
		},
		health: "http://" + s.Settings.Ports.Worker.Address() + "/health",
	}
}

// router serves the supergraph.
func (s *stack) router() program {
	return program{
		name: "weft",
		arguments: []string{
			"serve", "--supergraph", "schema/supergraph.graphqls", "--config", s.routerConfigurationFile(),
			"--listen", s.Settings.Ports.Router.Address(), "--dev",
		},
		health: "http://" + s.Settings.Ports.Router.Address() + "/health",
	}
}

// addresses are where everything is, for programs and for the panel.
func (s *stack) addresses() home.Addresses {
	ports := s.Settings.Ports
	return home.Addresses{
		Router: "http://" + ports.Router.Address(),
		Users:  "http://" + ports.Users.Address(),
		Todos:  "http://" + ports.Todos.Address(),
		Worker: "http://" + ports.Worker.Address(),
		Public: "http://" + ports.Public.Address(),
		Mail:   "http://" + ports.Mail.Address(),
		SMTP:   "smtp://" + ports.SMTP.Address(),
	}
}

// number writes a port's number.
func number(p settings.Port) string { return strconv.Itoa(p.Number) }
