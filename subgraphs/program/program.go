package program

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"

	"github.com/weftql/weft/subgraphs/env"
)

// Command is one thing that a program can do.
type Command struct {
	Name    string
	Meaning string
	// Needs are the secrets without which it cannot be done.
	Needs []string
	// Run does it, until ctx ends at the latest.
	Run func(ctx context.Context, logger *slog.Logger) error
}

// Program is a subgraph's executable.
type Program struct {
	Name string
	// Commands returns what the program can do, from its configuration. Mistakes
	// in the configuration are kept by the reader.
	Commands func(r *env.Reader) []Command
	// Prefix begins the names of the program's own variables.
	Prefix string
}

// Run does what args say (without the program's name) and returns the exit
// status.
func (p Program) Run(args, environment []string, stderr io.Writer) int {
	r := env.New(environment, p.Prefix)
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(r.Text("WEFT_LOG_LEVEL", "info", "debug, info, warn or error"))); err != nil {
		r.Refuse("WEFT_LOG_LEVEL", err)
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})).With(slog.String("service", p.Name))
	commands := p.Commands(r)
	var chosen *Command
	for i := range commands {
		if len(args) == 1 && commands[i].Name == args[0] {
			chosen = &commands[i]
		}
	}
	if chosen == nil {
		p.usage(stderr, commands, r.Settings())
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	r.Require(chosen.Needs...)
	err := r.Close()
	if err == nil {
		err = chosen.Run(ctx, logger)
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s %s: %v\n", p.Name, chosen.Name, err)
		return 1
	}
	return 0
}

// usage explains commands and variables.
func (p Program) usage(w io.Writer, commands []Command, settings []env.Setting) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "usage: %s COMMAND\n\ncommands\n", p.Name)
	for _, c := range commands {
		fmt.Fprintf(table, "  %s\t%s\n", c.Name, c.Meaning)
	}
	fmt.Fprintln(table, "\nenvironment (a secret NAME can be given in the file that NAME_FILE names)")
	for _, s := range settings {
		if s.Default != "" {
			fmt.Fprintf(table, "  %s\t%s; defaults to %s\n", s.Name, s.Meaning, s.Default)
			continue
		}
		fmt.Fprintf(table, "  %s\t%s\n", s.Name, s.Meaning)
	}
	_ = table.Flush() // there is nowhere else to say it
}
