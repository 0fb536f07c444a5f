package e2e

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// platform is the whole of it, as make up starts it: on free ports, with its
// data in a directory of the test.
type platform struct {
	*program
	home string
	// addresses are what it wrote down for others: URLs by part.
	addresses map[string]string
	// pids are its children's, by name.
	pids map[string]int
}

// up brings a platform up and waits until it has shown its panel.
func up(t *testing.T, home string, variables ...string) *platform {
	t.Helper()
	for _, name := range []string{"WEFT", "USERS", "TODOS", "WORKER", "USERS_PUBLIC", "POSTGRES", "REDIS", "SMTP", "MAIL"} {
		variables = append(variables, name+"_PORT=0")
	}
	t.Cleanup(func() { // after the platform has ended
		if _, stderr, code := call(t, "dev", "", "--home", home, "reset"); code != 0 {
			t.Errorf("reset: exit %d: %s", code, stderr)
		}
	})
	p := &platform{home: home, program: start(t, variables, "dev", "--home", home, "up")}
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(p.log.String(), "Weft is up") {
		select {
		case <-p.done:
			t.Fatalf("make up ended: %v\n%s", p.err, p.log)
		case <-deadline:
			t.Fatalf("make up is not ready\n%s", p.log)
		case <-tick.C:
		}
	}
	text, err := os.ReadFile(filepath.Join(home, "run", "addresses.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &p.addresses); err != nil {
		t.Fatal(err)
	}
	p.pids = readPIDs(t, home)
	return p
}

// serveBeside starts another router for the platform that runs in home, with its
// configuration as change has changed it, and returns the address of its endpoint.
func serveBeside(t *testing.T, home string, change func(config map[string]any), arguments ...string) (graphQL string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "weft.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	change(config)
	if text, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	router := start(t, nil, "weft", append([]string{"serve", "--supergraph", "schema/supergraph.graphqls", "--config", file, "--listen", address}, arguments...)...)
	router.waitFor(t, "http://"+address+"/health")
	return "http://" + address + "/graphql"
}

// graphQL is the address of the router's endpoint.
func (p *platform) graphQL() string { return p.addresses["router"] + "/graphql" }

// readPIDs reads which children run.
func readPIDs(t *testing.T, home string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(home, "run", "*.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				pids[strings.TrimSuffix(filepath.Base(file), ".pid")] = pid
				break
			}
		}
	}
	if len(pids) == 0 {
		t.Fatalf("%s names no process", filepath.Join(home, "run"))
	}
	return pids
}

// checkGone waits until none of the platform's processes and ports is left.
func (p *platform) checkGone(t *testing.T) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		left := p.left(t)
		if left == "" {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("left behind: %s", left)
		case <-tick.C:
		}
	}
}

// left names a process or port that is still there.
func (p *platform) left(t *testing.T) string {
	t.Helper()
	for name, pid := range p.pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			return name + ", process " + strconv.Itoa(pid)
		}
	}
	for name, address := range p.addresses {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if conn, err := net.DialTimeout("tcp", parsed.Host, time.Second); err == nil {
			conn.Close()
			return name + ", " + address
		}
	}
	return ""
}

const register = `mutation ($input: RegisterInput!) {
  register(input: $input) { user { id } tokens { accessToken } errors { message } }
}`

// TestPlatform brings the platform up, uses it, kills it, and finds everything
// again.
func TestPlatform(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "weft")
	first := up(t, home)
	token := signUp(t, first)

	t.Run("a second one in the same place says so and ends", func(t *testing.T) {
		_, stderr, code := call(t, "dev", "", "--home", home, "up")
		if code != 1 || !strings.Contains(stderr, "already running") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("the smoke walk passes", func(t *testing.T) {
		stdout, stderr, code := call(t, "dev", "", "--home", home, "smoke")
		t.Log(stdout)
		if code != 0 {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("weft compose reads the services' schemas", func(t *testing.T) { composeRunning(t, first) })
	t.Run("a browser's session lives in a cookie", func(t *testing.T) { tryCookies(t, first) })
	t.Run("the playground answers the demo user", func(t *testing.T) {
		tryPlayground(t, first.addresses["router"])
	})

	first.signal(t, syscall.SIGKILL)
	first.checkGone(t)

	second := up(t, home)
	if name := at(t, ask(t, second.graphQL(), token, `{ me { displayName } }`, nil), "me", "displayName"); name != "Ann" {
		t.Errorf("with the token from before, me is %v", name)
	}
	second.signal(t, syscall.SIGINT)
	if second.err != nil {
		t.Errorf("after Ctrl-C: %v", second.err)
	}
	second.checkGone(t)
	if left, _ := filepath.Glob(filepath.Join(home, "run", "*.*")); len(left) > 0 {
		t.Errorf("left in run: %q", left)
	}
}

// signUp registers Ann and returns her access token.
func signUp(t *testing.T, p *platform) string {
	t.Helper()
	data := ask(t, p.graphQL(), "", register, map[string]any{"input": map[string]any{
		"email": "ann@example.test", "password": "correct horse battery", "displayName": "Ann",
	}})
	token, _ := at(t, data, "register", "tokens", "accessToken").(string)
	if token == "" {
		t.Fatalf("register: %v", data)
	}
	return token
}

// tryPlayground logs in as the demo user and runs a query that crosses users
// and todos and comes back.
func tryPlayground(t *testing.T, url string) {
	t.Helper()
	seen := browse(t, visit{
		URL: url, LogIn: true, ColorScheme: "light",
		Query: `query Demo { me { displayName todoLists(first: 1) { edges { node { name owner { displayName } } } } } }`,
	})
	var answer any
	if err := json.Unmarshal([]byte(seen.Answer), &answer); err != nil {
		t.Fatalf("the result pane holds no JSON: %v\n%s", err, seen.Answer)
	}
	me := at(t, answer, "data", "me")
	owner := at(t, me, "todoLists", "edges", 0, "node", "owner", "displayName")
	if name := at(t, me, "displayName"); name == nil || name != owner {
		t.Errorf("me is %v, the owner of my list is %v", name, owner)
	}
}
