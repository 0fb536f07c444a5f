package settings_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/weftql/weft/deploy/dev/internal/settings"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		environment []string
		check       func(settings.Settings) bool
	}{
		{"nothing set", nil, func(s settings.Settings) bool {
			return s.Ports.Router.Number == 4000 && s.Ports.Mail.Number == 8025 && s.Demo && s.Postgres == "" && s.Redis == ""
		}},
		{"ports and choices", []string{"WEFT_PORT=5000", "SMTP_PORT=0", "WEFT_POSTGRES=embedded", "WEFT_REDIS=miniredis", "WEFT_DEMO=0"}, func(s settings.Settings) bool {
			return s.Ports.Router.Number == 5000 && s.Ports.SMTP.Number == 0 && s.Postgres == "embedded" && s.Redis == "miniredis" && !s.Demo
		}},
		{"plain URLs are ignored", []string{"DATABASE_URL=postgres://precious/", "REDIS_URL=redis://precious"}, func(s settings.Settings) bool {
			return s.DatabaseURL == "" && s.RedisURL == "" && s.Demo
		}},
		{"a server of one's own gets no demo data", []string{"WEFT_DATABASE_URL=postgres://u:p@h/d"}, func(s settings.Settings) bool {
			return s.DatabaseURL == "postgres://u:p@h/d" && !s.Demo
		}},
		{"unless asked for", []string{"WEFT_DATABASE_URL=postgresql://h/d", "WEFT_DEMO=1"}, func(s settings.Settings) bool { return s.Demo }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := settings.Read(tc.environment)
			if err != nil || !tc.check(got) {
				t.Errorf("Read(%q) = %+v, %v", tc.environment, got, err)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		environment []string
		want        []string
	}{
		{"all mistakes at once", []string{"WEFT_PORT=http", "USERS_PORT=70000", "WEFT_DEMO=yes"}, []string{`WEFT_PORT: "http"`, `USERS_PORT: "70000"`, `WEFT_DEMO: "yes"`}},
		{"two on one port", []string{"TODOS_PORT=4001"}, []string{"USERS_PORT and TODOS_PORT are both 4001"}},
		{"unknown choices", []string{"WEFT_POSTGRES=docker", "WEFT_REDIS=memcached"}, []string{`WEFT_POSTGRES: "docker"`, `WEFT_REDIS: "memcached"`}},
		{"a database that is no URL", []string{"WEFT_DATABASE_URL=host=x password=secret"}, []string{"WEFT_DATABASE_URL is not a URL"}},
		{"a Redis with the wrong scheme", []string{"WEFT_REDIS_URL=http://x"}, []string{"WEFT_REDIS_URL is not a URL"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := settings.Read(tc.environment)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("err = %v, want one that contains %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("err = %v quotes a password", err)
			}
		})
	}
}

func TestCheckPorts(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // after the parallel subtests
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)

	t.Run("names the port in use and its variable", func(t *testing.T) {
		t.Parallel()
		s, err := settings.Read(append(allFree(), "TODOS_PORT="+port))
		if err != nil {
			t.Fatal(err)
		}
		err = s.CheckPorts(t.Context())
		if err == nil || !strings.Contains(err.Error(), "port "+port+", for the todos service, is in use") || !strings.Contains(err.Error(), "set TODOS_PORT to another port") {
			t.Errorf("CheckPorts() = %v", err)
		}
	})
	t.Run("does not care for a server that will not be started", func(t *testing.T) {
		t.Parallel()
		s, err := settings.Read(append(allFree(), "REDIS_PORT="+port, "WEFT_REDIS_URL=redis://127.0.0.1:"+port))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CheckPorts(t.Context()); err != nil {
			t.Errorf("CheckPorts() = %v", err)
		}
	})
	t.Run("picks free ports for 0", func(t *testing.T) {
		t.Parallel()
		s, err := settings.Read(allFree())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CheckPorts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Ports.Router.Number == 0 || s.Ports.Router.Number == s.Ports.Users.Number {
			t.Errorf("ports %d and %d", s.Ports.Router.Number, s.Ports.Users.Number)
		}
	})
}

// allFree asks for any free port everywhere.
func allFree() []string {
	var environment []string
	for _, name := range []string{"WEFT_PORT", "USERS_PORT", "TODOS_PORT", "WORKER_PORT", "USERS_PUBLIC_PORT", "POSTGRES_PORT", "REDIS_PORT", "SMTP_PORT", "MAIL_PORT"} {
		environment = append(environment, name+"=0")
	}
	return environment
}
