// Command users serves the users subgraph:
//
//	users migrate   bring the database up to date, then exit
//	users demo      write the demonstration accounts, then exit
//	users serve     answer the router until a signal ends it
//	users audit verify
//	                compute the chain of the audit log again, then exit
//
// Without a command it lists the variables that configure it.
package main

import (
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"os"
	_ "time/tzdata" // accounts have time zones; the machine may have none

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/internal/demo"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/graph"
	"github.com/weftql/weft/subgraphs/users/password"
	"github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/token"
)

func main() {
	p := program.Program{Name: "users", Prefix: "USERS_", Commands: commands}
	os.Exit(p.Run(os.Args[1:], os.Environ(), os.Stderr))
}

func commands(r *env.Reader) []program.Command {
	c := readConfig(r)
	return []program.Command{
		{
			Name: "serve", Meaning: "answer the router until a signal ends it", Run: c.serve,
			Needs: []string{"USERS_DATABASE_URL", "WEFT_IDENTITY_KEYS", "USERS_SIGNING_KEY"},
		},
		{
			Name: "migrate", Meaning: "bring the database up to date, then exit", Run: c.migrate,
			Needs: []string{"USERS_DATABASE_URL"},
		},
		{
			Name: "demo", Meaning: "write the demonstration accounts, then exit", Run: c.demo,
			Needs: []string{"USERS_DATABASE_URL", "USERS_DEMO_PASSWORD", "USERS_DEMO_ADMIN_PASSWORD"},
		},
		{
			Name: "audit verify", Meaning: "compute the chain of the audit log again and name the first link that does not hold, then exit",
			Run: c.verifyAudit, Needs: []string{"USERS_DATABASE_URL"},
		},
	}
}

// config is what the environment says.
type config struct {
	program.Service
	signingKey       string
	issuer, audience string
	user, admin      account // of the demonstration
}

// account is a demonstration account.
type account struct{ email, password string }

func readConfig(r *env.Reader) config {
	return config{
		Service:    program.ReadService(r, "users", "USERS_", 4001),
		signingKey: r.Secret("USERS_SIGNING_KEY", "private key of the access tokens: Ed25519, PEM, PKCS #8"),
		issuer:     r.Text("USERS_TOKEN_ISSUER", "weft-users", "claim iss of the access tokens"),
		audience:   r.Text("USERS_TOKEN_AUDIENCE", "weft", "claim aud of the access tokens"),
		user: account{
			email:    r.Text("USERS_DEMO_EMAIL", "demo@example.com", "address of the demo user"),
			password: r.Secret("USERS_DEMO_PASSWORD", "password of the demo user"),
		},
		admin: account{
			email:    r.Text("USERS_DEMO_ADMIN_EMAIL", "admin@example.com", "address of the demo administrator"),
			password: r.Secret("USERS_DEMO_ADMIN_PASSWORD", "password of the demo administrator"),
		},
	}
}

func (c config) migrate(ctx context.Context, logger *slog.Logger) error {
	return postgres.Migrate(ctx, c.DatabaseURL, logger)
}

func (c config) demo(ctx context.Context, logger *slog.Logger) error {
	pool, err := c.Open(ctx, postgres.Migrated)
	if err != nil {
		return err
	}
	defer pool.Close()
	passwords, err := password.New(password.Config{})
	if err != nil {
		return err
	}
	accounts := []postgres.DemoUser{
		{
			ID:    demo.UserID(),
			Input: users.RegisterInput{Email: c.user.email, Password: c.user.password, DisplayName: "Demo User", TimeZone: "Europe/Berlin"},
			Roles: []users.Role{users.RoleUser},
		},
		{
			ID:    demo.AdminID(),
			Input: users.RegisterInput{Email: c.admin.email, Password: c.admin.password, DisplayName: "Demo Administrator", TimeZone: "UTC"},
			Roles: []users.Role{users.RoleUser, users.RoleAdmin},
		},
	}
	for _, one := range accounts {
		if err := postgres.EnsureDemoUser(ctx, pool, passwords, one); err != nil {
			return err
		}
		logger.Info("demo account", slog.String("id", one.ID), slog.String("email", one.Input.Email))
	}
	return nil
}

// verifyAudit tells how many entries hold, and the hash of the last: whoever keeps
// it elsewhere can tell later whether these entries are still the same.
func (c config) verifyAudit(ctx context.Context, logger *slog.Logger) error {
	pool, err := c.Open(ctx, postgres.Migrated)
	if err != nil {
		return err
	}
	defer pool.Close()
	entries, last, err := postgres.VerifyAudit(ctx, pool)
	if err != nil {
		return err
	}
	logger.Info("the audit log holds", slog.Int64("entries", entries), slog.String("last", hex.EncodeToString(last[:])))
	return nil
}

func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	db, err := c.OpenReplicated(ctx, postgres.Migrated, logger)
	if err != nil {
		return err
	}
	defer db.Close()
	passwords, err := password.New(password.Config{})
	if err != nil {
		return err
	}
	key, err := token.ParseKey(c.signingKey)
	if err != nil {
		return err
	}
	tokens, err := token.New(token.Config{Key: key, Issuer: c.issuer, Audience: c.audience})
	if err != nil {
		return err
	}
	cursors, err := c.Cursors()
	if err != nil {
		return err
	}
	service, err := postgres.New(postgres.Deps{
		Pool: db, Passwords: passwords, Tokens: tokens, Cursors: cursors, Logger: program.Quiet(logger),
	})
	if err != nil {
		return err
	}
	verifier, err := c.Verifier()
	if err != nil {
		return err
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: service}}),
		Verifier: verifier,
		Logger:   logger,
		Prepare:  func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, service) },
		Reads:    db.Reads,
		Ready:    db.Ping,
		Routes:   map[string]http.Handler{"GET /.well-known/jwks.json": tokens.JWKS()},
	})
	if err != nil {
		return err
	}
	return server.Run(ctx, server.RunConfig{Addr: c.Addr, Logger: logger}, handler)
}
