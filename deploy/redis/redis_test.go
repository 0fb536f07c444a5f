package redis_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/process"
	"github.com/weftql/weft/deploy/redis"
)

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

func TestRedis(t *testing.T) {
	t.Parallel()
	for _, source := range []redis.Source{redis.Server, redis.Mini} {
		t.Run(string(source), func(t *testing.T) {
			t.Parallel()
			cfg := redis.Config{Source: source, Password: "se cret\"", Port: freePort(t), Dir: t.TempDir() + "/data with space"}
			r := start(t, cfg)
			address, err := url.Parse(r.URL())
			if err != nil {
				t.Fatal(err)
			}
			if address.Hostname() != "127.0.0.1" {
				t.Errorf("URL() = %s, not the loopback interface", address.Redacted())
			}
			password, _ := address.User.Password()
			if err := redis.Ping(t.Context(), address.Host, "", password); err != nil {
				t.Errorf("with the URL's password: %v", err)
			}
			if err := redis.Ping(t.Context(), address.Host, "", "wrong"); err == nil {
				t.Error("a wrong password is accepted")
			}
			if err := redis.Ping(t.Context(), address.Host, "", ""); err == nil {
				t.Error("no password is accepted")
			}
			if err := r.Stop(); err != nil {
				t.Errorf("Stop() = %v", err)
			}
			if err := redis.Ping(t.Context(), address.Host, "", password); err == nil {
				t.Error("still there after Stop")
			}
		})
	}
}

func TestServerKeepsItsData(t *testing.T) {
	t.Parallel()
	cfg := redis.Config{Source: redis.Server, Password: "p", Port: freePort(t), Dir: t.TempDir()}
	first := start(t, cfg)
	if got := do(t, cfg, "SET kept 42"); got != "+OK" {
		t.Fatalf("SET: %s", got)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	start(t, cfg)
	if got := do(t, cfg, "GET kept"); got != "$2" {
		t.Errorf("GET: %s, want a value of two bytes", got)
	}
}

func TestMiniExpiresKeys(t *testing.T) {
	t.Parallel()
	cfg := redis.Config{Source: redis.Mini, Password: "p", Port: freePort(t)}
	var notices []string
	cfg.Notify = func(sentence string) { notices = append(notices, sentence) }
	start(t, cfg)
	if len(notices) != 1 || !strings.Contains(notices[0], "miniredis") {
		t.Errorf("notices %q, want one that says it is miniredis", notices)
	}
	if got := do(t, cfg, "SET gone 1 PX 1"); got != "+OK" {
		t.Fatalf("SET: %s", got)
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(20 * time.Second); do(t, cfg, "EXISTS gone") != ":0"; <-look.C {
		if time.Now().After(end) {
			t.Fatal("the key does not expire")
		}
	}
}

func TestStartReportsAPortInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	for _, source := range []redis.Source{redis.Server, redis.Mini} {
		if source == redis.Server {
			needServer(t)
		}
		r, err := redis.Start(t.Context(), redis.Config{Source: source, Password: "p", Port: port, Dir: t.TempDir()})
		if err == nil {
			_ = r.Stop()
			t.Fatalf("%s: started", source)
		}
		if !strings.Contains(strings.ToLower(err.Error()), "in use") {
			t.Errorf("%s: err = %v, want one that says in use", source, err)
		}
	}
}

func TestParseSource(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "server", "miniredis"} {
		if got, err := redis.ParseSource(text); err != nil || string(got) != text {
			t.Errorf("ParseSource(%q) = %q, %v", text, got, err)
		}
	}
	if _, err := redis.ParseSource("docker"); err == nil {
		t.Error("ParseSource(docker): no error")
	}
}

func start(t *testing.T, cfg redis.Config) *redis.Redis {
	t.Helper()
	if cfg.Source == redis.Server {
		needServer(t)
	}
	r, err := redis.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Stop() })
	return r
}

func needServer(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server on this machine")
	}
}

// freePort finds a port below those that the system gives out by itself, so that
// no connection of another test takes it before it is used.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 20000 + rand.IntN(10000)
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = listener.Close()
			return port
		}
	}
	t.Fatal("found no free port in 100 tries")
	return 0
}

// do sends one command, words separated by spaces, and returns the first line of its answer.
func do(t *testing.T, cfg redis.Config, command string) string {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", cfg.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, line := range []string{"AUTH " + cfg.Password, command} {
		words := strings.Fields(line)
		text := fmt.Sprintf("*%d\r\n", len(words))
		for _, word := range words {
			text += fmt.Sprintf("$%d\r\n%s\r\n", len(word), word)
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || line != "+OK\r\n" {
		t.Fatalf("AUTH: %q %v", line, err)
	}
	line, err := reader.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
