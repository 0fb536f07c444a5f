package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// variable names a server for tests.
const variable = "WEFT_TEST_DATABASE_URL"

// timeout bounds each step of making a database.
const timeout = 60 * time.Second

// Databases makes databases for the tests of one package. It is safe for
// concurrent use.
type Databases struct {
	migrate func(ctx context.Context, url string) error

	mu       sync.Mutex
	started  bool
	err      error    // of starting; every test reports it
	cluster  *cluster // nil if the server is not ours
	base     *url.URL
	template string
}

// New returns Databases whose template is what migrate makes of an empty one.
func New(migrate func(ctx context.Context, url string) error) *Databases {
	return &Databases{migrate: migrate}
}

// Main runs a package's tests and then ends the server. TestMain passes its
// result to os.Exit.
func (d *Databases) Main(m *testing.M) int { return Main(m, d) }

// Main is Databases.Main for a package whose tests need several sorts.
func Main(m *testing.M, all ...*Databases) int {
	code := m.Run()
	for _, d := range all {
		if err := d.close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}

// Database makes a migrated database for one test and returns its connection
// string. It is removed when the test ends.
func (d *Databases) Database(t testing.TB) string {
	t.Helper()
	if err := d.start(); err != nil {
		t.Fatal(err)
	}
	name := "weft_test_" + strings.ToLower(rand.Text())
	// Copies of one template cannot be made at the same time.
	d.mu.Lock()
	err := d.execute(fmt.Sprintf("create database %s template %s strategy file_copy", name, d.template))
	d.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.execute("drop database " + name + " with (force)"); err != nil {
			t.Error(err)
		}
	})
	return d.url(name)
}

// start finds or starts the server and makes the template, once.
func (d *Databases) start() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.started {
		d.started = true
		d.err = d.prepare()
	}
	return d.err
}

func (d *Databases) prepare() error {
	address := os.Getenv(variable)
	if address == "" {
		started, err := startCluster(careless())
		if err != nil {
			return fmt.Errorf("postgrestest: %w (or name a server in %s)", err, variable)
		}
		d.cluster, address = started, started.url()
	}
	base, err := url.Parse(address)
	if err != nil || base.Scheme == "" {
		return fmt.Errorf("postgrestest: %s is no connection URL", variable)
	}
	d.base = base
	name := "weft_template_" + strings.ToLower(rand.Text())
	if err := d.execute("create database " + name); err != nil {
		return err
	}
	d.template = name
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := d.migrate(ctx, d.url(name)); err != nil {
		return fmt.Errorf("postgrestest: %w", err)
	}
	return nil
}

// close removes what was made.
func (d *Databases) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cluster != nil {
		return d.cluster.stop()
	}
	if d.template != "" {
		return d.execute("drop database " + d.template + " with (force)")
	}
	return nil
}

// execute runs one statement in the server's own database. Names in it are made
// here, of letters and digits.
func (d *Databases) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, d.base.String())
	if err != nil {
		return fmt.Errorf("postgrestest: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("postgrestest: %s: %w", statement, err)
	}
	return nil
}

// url is the connection string of a database.
func (d *Databases) url(database string) string {
	address := *d.base
	address.Path = "/" + database
	return address.String()
}
