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
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
	_ "time/tzdata" // accounts have time zones; the machine may have none

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/internal/demo"
	"github.com/weftql/weft/subgraphs/internal/redis"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/graph"
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/subgraphs/users/page"
	"github.com/weftql/weft/subgraphs/users/password"
	"github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/seal"
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
			Needs: []string{"USERS_DATABASE_URL", "WEFT_IDENTITY_KEYS", "USERS_SIGNING_KEYS"},
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
	signingKeys      string
	issuer, audience string
	redisURL         string
	endedSet         string
	limits           postgres.Limits
	public           public
	sealKeys         seal.Keys
	user, admin      account // of the demonstration
}

// public is where the pages are that mails lead to.
type public struct {
	addr     string
	linkKeys link.Keys
	proxies  page.Proxies
}

func readPublic(r *env.Reader) (p public) {
	host := r.Text("USERS_PUBLIC_HOST", "127.0.0.1", "address of the public pages: verify, reset, unsubscribe")
	p.addr = net.JoinHostPort(host, strconv.Itoa(r.Int("USERS_PUBLIC_PORT", 4004, 0, 65535, "port of the public pages; 0 picks a free one")))
	var err error
	if p.proxies, err = page.ParseProxies(r.Text("USERS_PUBLIC_PROXIES", "",
		"addresses and networks of the proxies before the public pages, with commas between them: their X-Forwarded-For is believed")); err != nil {
		r.Refuse("USERS_PUBLIC_PROXIES", err)
	}
	if p.linkKeys, err = link.ParseKeys(r.Secret("LINK_KEYS",
		"keys of the links that end mails, id:base64,…, those of the worker: the first signs, all verify; without them no such link is good")); err != nil {
		r.Refuse("LINK_KEYS", err)
	}
	return p
}

// account is a demonstration account.
type account struct{ email, password string }

func readConfig(r *env.Reader) config {
	sealKeys, err := seal.ParseKeys(r.Secret("AUDIT_SEAL_KEYS", "keys that the worker signs seals of the audit log with, id:base64,…; without them audit verify does not look at signatures"))
	if err != nil {
		r.Refuse("AUDIT_SEAL_KEYS", err)
	}
	return config{
		sealKeys: sealKeys,
		Service:  program.ReadService(r, "users", "USERS_", 4001),
		signingKeys: r.Secret("USERS_SIGNING_KEYS",
			"keys of the access tokens in PEM, Ed25519 or RSA (RS256): the first signs, a private one; all are published"),
		issuer:   r.Text("USERS_TOKEN_ISSUER", "weft-users", "claim iss of the access tokens"),
		audience: r.Text("USERS_TOKEN_AUDIENCE", "weft", "claim aud of the access tokens"),
		redisURL: r.Secret("REDIS_URL",
			"where attempts are counted and routers are told of ended sessions; without it the database counts, and tokens live until they expire"),
		endedSet: r.Text("USERS_REVOKED_SET", "weft:revoked-sessions", "sorted set in Redis where routers look for ended sessions"),
		limits: postgres.Limits{
			PerEmail:   r.Int("USERS_ATTEMPTS_PER_EMAIL", 10, 1, 1_000_000, "attempts to log in or to register with one e-mail address in 15 minutes"),
			PerAddress: r.Int("USERS_ATTEMPTS_PER_ADDRESS", 100, 1, 1_000_000, "such attempts from one IP address, or IPv6 network (/64)"),
		},
		public: readPublic(r),
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
	sealed, err := postgres.VerifySeals(ctx, pool, c.sealKeys)
	if err != nil {
		return err
	}
	logger.Info("the audit log holds", slog.Int64("entries", entries), slog.String("last", hex.EncodeToString(last[:])),
		slog.Int64("seals", sealed.N), slog.Int64("sealed", sealed.Seq), slog.Bool("signed", sealed.KeyID != "" && !c.sealKeys.Empty()))
	if age := time.Since(sealed.At); sealed.N > 0 && age > users.SealOverdue {
		logger.Warn("the newest seal is old: the worker makes none, or newer ones were removed", slog.Duration("age", age.Truncate(time.Second)))
	}
	return nil
}

func (c config) serve(ctx context.Context, logger *slog.Logger) error {
	db, err := c.OpenReplicated(ctx, postgres.Migrated, logger)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := token.ParseKeys(c.signingKeys)
	if err != nil {
		return err
	}
	tokens, err := token.New(token.Config{Key: keys.Signing, Others: keys.Others, Issuer: c.issuer, Audience: c.audience})
	if err != nil {
		return err
	}
	cache, err := c.redis()
	if err != nil {
		return err
	}
	if cache != nil {
		defer func() { _ = cache.Close() }() // nothing is lost with its connections
	} else {
		logger.Warn("REDIS_URL is not set: sessions that end are refused only when their tokens expire; attempts are counted in Postgres")
	}
	service, err := c.service(db, keys, tokens, cache, logger)
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
		Routes:   map[string]http.Handler{"GET /.well-known/jwks.json": tokens.JWKS(), "GET /metrics": service.Metrics()},
	})
	if err != nil {
		return err
	}
	pages, err := page.New(page.Config{LinkKeys: c.public.linkKeys, Proxies: c.public.proxies, Logger: logger}, service)
	if err != nil {
		return err
	}
	// Sessions end until the last request is answered.
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { service.Run(behind) })
	defer background.Wait()
	defer stop()
	return listen(ctx, logger, listener{addr: c.Addr, handler: handler}, listener{name: "public pages", addr: c.public.addr, handler: pages})
}

// redis returns the client of Redis, nil if none is configured.
func (c config) redis() (*redis.Client, error) {
	if c.redisURL == "" {
		return nil, nil
	}
	return redis.Open(redis.Config{URL: c.redisURL, Name: c.Name})
}

// service returns what the resolvers work with.
func (c config) service(db *servicepostgres.Replicated, keys token.Keys, tokens *token.Issuer, cache *redis.Client, logger *slog.Logger) (*postgres.Service, error) {
	passwords, err := password.New(password.Config{})
	if err != nil {
		return nil, err
	}
	cursors, err := c.Cursors()
	if err != nil {
		return nil, err
	}
	refreshKeys, err := keys.Derive("weft refresh tokens")
	if err != nil {
		return nil, err
	}
	return postgres.New(postgres.Deps{
		Pool: db, Passwords: passwords, Tokens: tokens, Cursors: cursors, Logger: program.Quiet(logger),
		RefreshKeys: refreshKeys, Redis: cache, EndedSet: c.endedSet, Limits: c.limits,
	})
}
