// Command worker runs the jobs of the platform:
//
//	worker migrate        bring River's tables up to date, then exit
//	worker serve          run jobs until a signal ends it
//	worker jobs …         list, retry and cancel jobs
//	worker deliveries …   list mails, and have them sent again
//
// Without a command it lists the variables that configure it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	_ "time/tzdata" // users have time zones; the machine may have none

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
)

func main() {
	p := program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands}
	os.Exit(p.Run(os.Args[1:], os.Environ(), os.Stderr))
}

func commands(r *env.Reader) []program.Command {
	c := readConfig(r)
	return append([]program.Command{
		{
			Name: "serve", Meaning: "run jobs until a signal ends it", Run: c.serve,
			Needs: []string{"USERS_DATABASE_URL", "TODOS_DATABASE_URL", "SMTP_URL"},
		},
		{
			Name: "migrate", Meaning: "bring River's tables up to date, then exit", Run: c.migrate,
			Needs: []string{"USERS_DATABASE_URL", "TODOS_DATABASE_URL"},
		},
	}, append(c.jobCommands(), c.deliveryCommands()...)...)
}

// migrate brings River's tables up to date in both databases.
func (c config) migrate(ctx context.Context, logger *slog.Logger) error {
	var errs []error
	for name, url := range map[string]string{"users": c.usersDatabase, "todos": c.todosDatabase} {
		if err := postgres.MigrateJobs(ctx, url, logger.With(slog.String("database", name))); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
