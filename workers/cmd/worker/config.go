package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/workers"
)

// config is the environment of "worker serve".
type config struct {
	usersDatabase string // connection string
	host          string
	port          int
	jobs          workers.Config
}

// readConfig reads the environment; its error names every mistake.
func readConfig(environment []string) (config, error) {
	reader := env.New(environment, "WORKER_")
	c := settings(reader)
	reader.Require("USERS_DATABASE_URL", "SMTP_URL")
	return c, reader.Close()
}

// readDatabase reads what "worker migrate" needs.
func readDatabase(environment []string) (string, error) {
	reader := env.New(environment, "WORKER_")
	c := settings(reader)
	reader.Require("USERS_DATABASE_URL")
	return c.usersDatabase, reader.Close()
}

func settings(reader *env.Reader) config {
	return config{
		usersDatabase: reader.Secret("USERS_DATABASE_URL", "connection string of the users database"),
		host:          reader.Text("WORKER_HOST", "127.0.0.1", "address that the admin listener binds"),
		port:          reader.Int("WORKER_PORT", 4003, 0, 65535, "port of the admin listener; 0 picks a free one"),
		jobs: workers.Config{
			SMTPURL:  reader.Secret("SMTP_URL", "mail server: smtp://host:port or smtps://host:port"),
			MailFrom: reader.Text("MAIL_FROM", "Weft <no-reply@localhost.localdomain>", "sender of every mail"),
		},
	}
}

// help prints the variables as a table.
func help(w io.Writer) error {
	reader := env.New(nil, "WORKER_")
	settings(reader)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "worker serve | worker migrate\n\nVARIABLE\tDEFAULT\tMEANING\n")
	for _, s := range reader.Settings() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.Default, s.Meaning)
	}
	return table.Flush()
}
