package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/settings"
	"github.com/weftql/weft/deploy/dev/internal/stack"
	"github.com/weftql/weft/deploy/seed"
)

// The variables that name the seeded databases to a command beside them.
const (
	seededUsersVariable = "WEFT_SEEDED_USERS_DATABASE_URL"
	seededTodosVariable = "WEFT_SEEDED_TODOS_DATABASE_URL"
)

// fill makes the platform's databases with very many rows, and then runs a command
// beside them if there is one: dev seed SIZE [-- COMMAND ARGUMENTS…].
func fill(ctx context.Context, at place, arguments []string) error {
	size, command, err := seedArguments(arguments)
	if err != nil {
		return err
	}
	choices, err := settings.Read(os.Environ())
	if err != nil {
		return err
	}
	choices.Ports.Postgres.Number = 0 // nobody else has to find it
	h, err := home.Open(at.home)
	if err != nil {
		return err
	}
	cfg := stack.Config{Settings: choices, Home: h, Checkout: at.checkout, Out: io.Discard}
	return stack.WithServer(ctx, cfg, func(ctx context.Context, server string) error {
		databases, err := seed.Make(ctx, seed.Config{Server: server, Size: size, Notify: func(sentence string) { fmt.Println(sentence) }})
		if err != nil || len(command) == 0 {
			return err
		}
		return runCommand(ctx, command, append(os.Environ(),
			seededUsersVariable+"="+databases.Users, seededTodosVariable+"="+databases.Todos))
	})
}

// seedArguments reads the arguments of dev seed.
func seedArguments(arguments []string) (size int, command []string, err error) {
	if len(arguments) == 0 {
		return 0, nil, errors.New("how many todos? dev seed SIZE")
	}
	if size, err = strconv.Atoi(arguments[0]); err != nil {
		return 0, nil, fmt.Errorf("%q is no number of todos: dev seed SIZE", arguments[0])
	}
	switch command = arguments[1:]; {
	case len(command) > 0 && command[0] != "--", len(command) == 1:
		return 0, nil, errors.New("which command? dev seed SIZE -- COMMAND ARGUMENTS…")
	case len(command) > 0:
		command = command[1:]
	}
	return size, command, nil
}
