package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/weftql/weft/subgraphs/env"
)

// Command is one thing that a program can do.
type Command struct {
	// Name is what the program is told on the command line, in one word or several.
	Name    string
	Meaning string
	// Needs are the secrets without which it cannot be done.
	Needs []string
	// Run does it, until ctx ends at the latest.
	Run func(ctx context.Context, logger *slog.Logger) error
	// Arguments is how the arguments of a command that takes some are written, as in
	// "[--all] ID…". Such a command has RunWith instead of Run.
	Arguments string
	RunWith   func(ctx context.Context, call Call) error
}

// Call is what a command with arguments gets.
type Call struct {
	// Arguments are those behind the command's name.
	Arguments []string
	// Out receives what the command was asked to print.
	Out io.Writer
	// Logger is that of the program.
	Logger *slog.Logger
}

// ErrUsage is wrapped by the errors of a command whose arguments are wrong: Run then
// says how they are written.
var ErrUsage = errors.New("wrong arguments")

// title is the command as it is written.
func (c Command) title() string { return strings.TrimSpace(c.Name + " " + c.Arguments) }

// takes tells whether the command is what args ask for, and returns its arguments.
func (c Command) takes(args []string) (arguments []string, is bool) {
	name := strings.Fields(c.Name)
	if len(args) < len(name) || !slices.Equal(args[:len(name)], name) {
		return nil, false
	}
	arguments = args[len(name):]
	return arguments, c.RunWith != nil || len(arguments) == 0
}

// Program is a subgraph's executable.
type Program struct {
	Name string
	// Commands returns what the program can do, from its configuration. Mistakes
	// in the configuration are kept by the reader.
	Commands func(r *env.Reader) []Command
	// Prefix begins the names of the program's own variables.
	Prefix string
	// Output receives what a command was asked to print. Defaults to os.Stdout.
	Output io.Writer
}

// GCPercent is the garbage collector's target where GOGC does not say another. A
// service holds little in memory and makes much garbage with each request: at Go's
// own 100 it would collect after every few of them. 400 costs some tens of MB;
// GOMEMLIMIT bounds them.
const GCPercent = 400

// Run does what args say (without the program's name) and returns the exit
// status.
func (p Program) Run(args, environment []string, stderr io.Writer) int {
	r := env.New(environment, p.Prefix)
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level(r)})).With(slog.String("service", p.Name))
	commands := p.commands(r)
	var chosen *Command
	var arguments []string
	for i := range commands {
		if behind, is := commands[i].takes(args); is {
			chosen, arguments = &commands[i], behind
		}
	}
	if chosen == nil {
		p.usage(stderr, commands, r.Settings())
		return 2
	}
	if !slices.ContainsFunc(environment, func(pair string) bool { return strings.HasPrefix(pair, "GOGC=") }) {
		debug.SetGCPercent(GCPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	r.Require(chosen.Needs...)
	err := r.Close()
	if err == nil && chosen.RunWith != nil {
		err = chosen.RunWith(ctx, Call{Arguments: arguments, Out: p.output(), Logger: logger})
	} else if err == nil {
		err = chosen.Run(ctx, logger)
	}
	switch {
	case errors.Is(err, ErrUsage):
		fmt.Fprintf(stderr, "%s %s: %v\nusage: %s %s\n", p.Name, chosen.Name, err, p.Name, chosen.title())
		return 2
	case err != nil:
		fmt.Fprintf(stderr, "%s %s: %v\n", p.Name, chosen.Name, err)
		return 1
	}
	return 0
}

// output is where what was asked for goes.
func (p Program) output() io.Writer {
	if p.Output != nil {
		return p.Output
	}
	return os.Stdout
}

// level reads what is logged.
func level(r *env.Reader) slog.Leveler {
	level := new(slog.LevelVar)
	if err := level.UnmarshalText([]byte(r.Text("WEFT_LOG_LEVEL", "info", "what is logged: debug, info, warn or error"))); err != nil {
		r.Refuse("WEFT_LOG_LEVEL", err)
	}
	return level
}

// commands returns what every program can do behind what this one can.
func (p Program) commands(r *env.Reader) []Command {
	return append(p.Commands(r), Command{
		Name: "config print", Meaning: "print the configuration without its secrets, then exit",
		Run: func(context.Context, *slog.Logger) error { return p.printConfig(r.Values()) },
	})
}

// printConfig writes a table of variables, their values, and where those come
// from.
func (p Program) printConfig(values []env.Value) error {
	table := tabwriter.NewWriter(p.output(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tVALUE\tFROM")
	for _, v := range values {
		text := v.Text
		if v.From == "" {
			text = "(not set)"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Name, text, v.From)
	}
	return table.Flush()
}

// usage explains commands and variables.
func (p Program) usage(w io.Writer, commands []Command, settings []env.Setting) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "usage: %s COMMAND\n\ncommands\n", p.Name)
	for _, c := range commands {
		fmt.Fprintf(table, "  %s\t%s\n", c.title(), c.Meaning)
	}
	fmt.Fprintln(table, "\nenvironment (a secret NAME can be given in the file that NAME_FILE names)")
	for _, s := range settings {
		switch {
		case s.Secret:
			fmt.Fprintf(table, "  %s[_FILE]\t%s\n", s.Name, s.Meaning)
		case s.Default != "":
			fmt.Fprintf(table, "  %s\t%s; defaults to %s\n", s.Name, s.Meaning, s.Default)
		default:
			fmt.Fprintf(table, "  %s\t%s\n", s.Name, s.Meaning)
		}
	}
	_ = table.Flush() // there is nowhere else to say it
}
