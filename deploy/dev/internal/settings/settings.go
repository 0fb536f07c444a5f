package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/redis"
)

// Settings is what a developer can choose about the local platform.
type Settings struct {
	// Ports are where everything listens, all on 127.0.0.1.
	Ports Ports
	// Postgres is WEFT_POSTGRES: system or embedded. Defaults to system if
	// the machine has it, else embedded.
	Postgres postgres.Source
	// Redis is WEFT_REDIS: server or miniredis. Defaults to server if the
	// machine has one, else miniredis.
	Redis redis.Source
	// DatabaseURL is WEFT_DATABASE_URL: a PostgreSQL server to use instead of
	// a private one. Defaults to none.
	DatabaseURL string
	// RedisURL is WEFT_REDIS_URL: a Redis to use instead of a private one.
	// Defaults to none.
	RedisURL string
	// Demo is whether to make demo users and data: WEFT_DEMO, 1 or 0.
	// Defaults to yes, but to no on a server that WEFT_DATABASE_URL names.
	Demo bool
}

// Port is one port and the variable that changes it.
type Port struct {
	// Service is what listens there, for people.
	Service string
	// Variable names the environment variable.
	Variable string
	// Number is the port.
	Number int
}

// Ports are where the parts of the platform listen.
type Ports struct {
	Router, Users, Todos, Worker, Public, Postgres, Redis, SMTP, Mail Port
}

// all returns pointers to every port.
func (p *Ports) all() []*Port {
	return []*Port{&p.Router, &p.Users, &p.Todos, &p.Worker, &p.Public, &p.Postgres, &p.Redis, &p.SMTP, &p.Mail}
}

// defaultPorts are used where the environment says nothing.
func defaultPorts() Ports {
	return Ports{
		Router:   Port{"the router", "WEFT_PORT", 4000},
		Users:    Port{"the users service", "USERS_PORT", 4001},
		Todos:    Port{"the todos service", "TODOS_PORT", 4002},
		Worker:   Port{"the worker's admin pages", "WORKER_PORT", 4003},
		Public:   Port{"the users service's public pages", "USERS_PUBLIC_PORT", 4004},
		Postgres: Port{"PostgreSQL", "POSTGRES_PORT", 4005},
		Redis:    Port{"Redis", "REDIS_PORT", 4006},
		SMTP:     Port{"the mail sink's SMTP server", "SMTP_PORT", 1025},
		Mail:     Port{"the mail sink's page", "MAIL_PORT", 8025},
	}
}

// Read reads an environment, a list of NAME=value as os.Environ returns it.
// Its error has a line for each mistake, which names the variable.
func Read(environment []string) (Settings, error) {
	values := map[string]string{}
	for _, pair := range environment {
		if name, value, ok := strings.Cut(pair, "="); ok {
			values[name] = strings.TrimSpace(value)
		}
	}
	s := Settings{Ports: defaultPorts(), DatabaseURL: values["WEFT_DATABASE_URL"], RedisURL: values["WEFT_REDIS_URL"]}
	errs := []error{
		s.Ports.read(values),
		wrongScheme("WEFT_DATABASE_URL", s.DatabaseURL, "postgres", "postgresql"),
		wrongScheme("WEFT_REDIS_URL", s.RedisURL, "redis", "rediss"),
	}
	var err error
	if s.Postgres, err = postgres.ParseSource(values["WEFT_POSTGRES"]); err != nil {
		errs = append(errs, fmt.Errorf("WEFT_POSTGRES: %w", err))
	}
	if s.Redis, err = redis.ParseSource(values["WEFT_REDIS"]); err != nil {
		errs = append(errs, fmt.Errorf("WEFT_REDIS: %w", err))
	}
	switch text := values["WEFT_DEMO"]; text {
	case "":
		s.Demo = s.DatabaseURL == ""
	case "0", "1":
		s.Demo = text == "1"
	default:
		errs = append(errs, fmt.Errorf("WEFT_DEMO: %q is neither 0 nor 1", text))
	}
	return s, errors.Join(errs...)
}

// read takes the ports from the environment. Port 0 is allowed: any free one.
func (p *Ports) read(values map[string]string) error {
	var errs []error
	owners := map[int]string{}
	for _, port := range p.all() {
		if text := values[port.Variable]; text != "" {
			number, err := strconv.Atoi(text)
			if err != nil || number < 0 || number > 65535 {
				errs = append(errs, fmt.Errorf("%s: %q is not a port number from 0 (any free one) to 65535", port.Variable, text))
				continue
			}
			port.Number = number
		}
		if owner, taken := owners[port.Number]; taken && port.Number != 0 {
			errs = append(errs, fmt.Errorf("%s and %s are both %d: choose different ports", owner, port.Variable, port.Number))
		}
		owners[port.Number] = port.Variable
	}
	return errors.Join(errs...)
}

// wrongScheme returns an error if text is neither empty nor a URL with one of
// the schemes. It does not quote the text, which may hold a password.
func wrongScheme(variable, text string, schemes ...string) error {
	if text == "" {
		return nil
	}
	parsed, err := url.Parse(text)
	if err == nil && parsed.Host != "" {
		for _, scheme := range schemes {
			if parsed.Scheme == scheme {
				return nil
			}
		}
	}
	return fmt.Errorf("%s is not a URL of the form %s://user:password@host:port/name", variable, schemes[0])
}
