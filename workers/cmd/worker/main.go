// Command worker runs the jobs of the platform:
//
//	worker migrate   bring River's tables up to date, then exit
//	worker serve     run jobs until a signal ends it
//
// Without a command it lists the variables that configure it.
package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"strconv"
	_ "time/tzdata" // users have time zones; the machine may have none

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/workers"
)

func main() {
	p := program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands}
	os.Exit(p.Run(os.Args[1:], os.Environ(), os.Stderr))
}

func commands(r *env.Reader) []program.Command {
	c := readConfig(r)
	return []program.Command{
		{
			Name: "serve", Meaning: "run jobs until a signal ends it", Run: c.serve,
			Needs: []string{"USERS_DATABASE_URL", "SMTP_URL"},
		},
		{
			Name: "migrate", Meaning: "bring River's tables up to date, then exit", Run: c.migrate,
			Needs: []string{"USERS_DATABASE_URL"},
		},
	}
}

// config is what the environment says.
type config struct {
	usersDatabase string // connection URL
	addr          string // of the admin listener
	jobs          workers.Config
}

func readConfig(r *env.Reader) config {
	host := r.Text("WORKER_HOST", "127.0.0.1", "address of the admin listener")
	port := r.Int("WORKER_PORT", 4003, 0, 65535, "port of the admin listener; 0 picks a free one")
	return config{
		usersDatabase: r.Secret("USERS_DATABASE_URL", "connection URL of the users database"),
		addr:          net.JoinHostPort(host, strconv.Itoa(port)),
		jobs: workers.Config{
			SMTPURL:  r.Secret("SMTP_URL", "mail server, smtp://host:port or smtps://host:port"),
			MailFrom: r.Text("MAIL_FROM", "Weft <no-reply@localhost.localdomain>", "sender of every mail"),
			PublicURL: r.Text("PUBLIC_URL", "", "where the web client's pages verify-email and reset-password are, https://…; "+
				"without it mails hold tokens alone"),
		},
	}
}

func (c config) migrate(ctx context.Context, logger *slog.Logger) error {
	return postgres.MigrateJobs(ctx, c.usersDatabase, logger)
}
