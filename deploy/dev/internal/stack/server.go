package stack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weftql/weft/deploy/mailsink"
	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/redis"
)

// foreignTimeout bounds the first talk with a server that somebody else runs.
const foreignTimeout = 15 * time.Second

// databases are the connection URLs of the services' databases.
type databases struct{ users, todos string }

// startPostgres starts a private server, or uses the one that the settings
// name, and makes the two databases there.
func (s *stack) startPostgres(ctx context.Context) error {
	create, err := s.databaseServer(ctx)
	if err != nil {
		return err
	}
	making, ctx := errgroup.WithContext(ctx)
	for name, into := range map[string]*string{"weft_users": &s.databases.users, "weft_todos": &s.databases.todos} {
		making.Go(func() error {
			var err error
			*into, err = create(ctx, name)
			return err
		})
	}
	return making.Wait()
}

// databaseServer returns a function that makes a database and returns its URL.
func (s *stack) databaseServer(ctx context.Context) (func(ctx context.Context, name string) (string, error), error) {
	if s.Settings.DatabaseURL != "" {
		return func(ctx context.Context, name string) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, foreignTimeout)
			defer cancel()
			address, err := postgres.CreateDatabase(ctx, s.Settings.DatabaseURL, name)
			if err != nil {
				return "", fmt.Errorf("WEFT_DATABASE_URL: %w", err)
			}
			return address, nil
		}, nil
	}
	data := s.Home.Data()
	found, err := postgres.Search{
		Source: s.Settings.Postgres, User: s.Home.User(),
		Archives: s.Home.Path("cache"), Unpacked: data,
		HasData: func(major int) bool { return postgres.HasData(data, major) },
		Notify:  s.notify,
	}.Find(ctx)
	if err != nil {
		return nil, err
	}
	if others := postgres.OtherData(data, found.Major); len(others) > 0 {
		s.notify(fmt.Sprintf("using PostgreSQL %s; what an earlier run kept with another version stays in %s", found.Version, strings.Join(others, ", ")))
	}
	cluster, err := postgres.Start(ctx, postgres.Config{
		Installation: found, Dir: data, Port: s.Settings.Ports.Postgres.Number, User: s.Home.User(),
		Output: s.journal.Stream("postgres"),
	})
	if err != nil {
		return nil, err
	}
	return cluster.CreateDatabase, s.addProcess("postgres", cluster.Process(), cluster.Stop)
}

// startRedis starts a private Redis, or uses the one that the settings name.
func (s *stack) startRedis(ctx context.Context) error {
	if s.Settings.RedisURL != "" {
		s.redisURL = s.Settings.RedisURL
		return pingForeignRedis(ctx, s.redisURL)
	}
	server, err := redis.Start(ctx, redis.Config{
		Source: s.Settings.Redis, Port: s.Settings.Ports.Redis.Number, Password: s.secrets.RedisPassword,
		Dir: s.Home.Path("redis"), Output: s.journal.Stream("redis"), Notify: s.notify,
	})
	if err != nil {
		return err
	}
	s.redisURL = server.URL()
	if child := server.Process(); child != nil {
		return s.addProcess("redis", child, server.Stop)
	}
	s.redisStandIn = true
	s.add("redis", server.Stop)
	return nil
}

// pingForeignRedis checks that the server of WEFT_REDIS_URL is there. One that
// is reached through TLS is left for the services to reach.
func pingForeignRedis(ctx context.Context, address string) error {
	parsed, err := url.Parse(address)
	if err != nil {
		return errors.New("WEFT_REDIS_URL is not a URL") // no quote: it may hold a password
	}
	if parsed.Scheme != "redis" {
		return nil
	}
	host := parsed.Host
	if parsed.Port() == "" {
		host += ":6379"
	}
	password, _ := parsed.User.Password()
	if err := redis.Ping(ctx, host, parsed.User.Username(), password); err != nil {
		return fmt.Errorf("WEFT_REDIS_URL: %w", err)
	}
	return nil
}

// startMail starts the mail sink.
func (s *stack) startMail() error {
	sink, err := mailsink.Start(mailsink.Config{
		SMTPAddress: s.Settings.Ports.SMTP.Address(), WebAddress: s.Settings.Ports.Mail.Address(),
	})
	if err != nil {
		return err
	}
	s.add("mail", sink.Close)
	return nil
}
