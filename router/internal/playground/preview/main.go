package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weftql/weft/router/internal/playground"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if piped(os.Stdin) {
		go func() {
			// Whoever started us holds the other end: when it goes, so do we.
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "preview:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("preview", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	handler, err := newHandler(rand.Text())
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s/\n", listener.Addr())

	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	closed := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer closed()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler joins the page and the endpoint, with one secret as the demo user's
// password.
func newHandler(password string) (http.Handler, error) {
	endpoint, err := newEndpoint(password)
	if err != nil {
		return nil, err
	}
	page, err := playground.New(playground.Config{
		Title:        "Weft preview",
		DefaultQuery: "{\n  planets {\n    name\n    kind\n    moons {\n      name\n    }\n  }\n}\n",
		Demo: &playground.Demo{
			Query:     "mutation LogIn($name: String!, $password: String!) { logIn(name: $name, password: $password) { token } }",
			Variables: map[string]any{"name": observer, "password": password},
			TokenPath: "logIn.token",
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", endpoint)
	mux.Handle("/", page)
	return mux, nil
}

func piped(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}
