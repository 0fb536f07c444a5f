package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// composed returns a directory with a supergraph of one subgraph, which is at
// url.
func composed(t *testing.T, url string, files map[string]string) string {
	t.Helper()
	all := map[string]string{
		"supergraph.yaml": "subgraphs:\n  a:\n    routing_url: " + url + "\n    schema: {file: a.graphqls}\n",
		"a.graphqls":      "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.0\")\ntype Query { a: Int }\n",
	}
	for name, text := range files {
		all[name] = text
	}
	dir := write(t, all)
	if code, _, stderr := weft(t, "", "compose", "--config", dir+"/supergraph.yaml", "-o", dir+"/supergraph.graphqls"); code != exitOK {
		t.Fatal(stderr)
	}
	return dir
}

// TestServeRefuses starts a router on input that cannot be used: one message
// that says where, and exit code 1.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	dir := composed(t, "http://127.0.0.1:1/", map[string]string{
		"unknown.yaml":   "limits:\n  parser_max_tokns: 5\n",
		"bad.yaml":       "override_subgraph_url:\n  b: http://b\n",
		"unset.yaml":     "supergraph:\n  listen: ${env.WEFT_TEST_UNSET}\n",
		"syntax.yaml":    "limits: {\n",
		"plain.graphqls": "type Query { a: Int }\n",
		"half.graphqls":  "type Query {\n  a: Int\n",
	})
	good := dir + "/supergraph.graphqls"
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no supergraph", nil, exitUsage, "--supergraph is missing"},
		{"a file that is not there", []string{"--supergraph", dir + "/none"}, exitError, "none: no such file"},
		{"half a supergraph", []string{"--supergraph", dir + "/half.graphqls"}, exitError, "half.graphqls:3:1: INVALID_GRAPHQL: "},
		{"a schema that is none", []string{"--supergraph", dir + "/plain.graphqls"}, exitError, "plain.graphqls:1:1: INVALID_FEDERATION_SUPERGRAPH: "},
		{"unknown key", []string{"--supergraph", good, "--config", dir + "/unknown.yaml"}, exitError, `unknown.yaml:2:3: limits: unknown key "parser_max_tokns"`},
		{"a subgraph that is not there", []string{"--supergraph", good, "--config", dir + "/bad.yaml"}, exitError, `bad.yaml:2:3: override_subgraph_url.b: the supergraph has no subgraph "b"; it has a`},
		{"a variable that is not set", []string{"--supergraph", good, "--config", dir + "/unset.yaml"}, exitError, "unset.yaml:2:11: supergraph.listen: the environment variable WEFT_TEST_UNSET is not set"},
		{"no YAML", []string{"--supergraph", good, "--config", dir + "/syntax.yaml"}, exitError, "syntax.yaml:1:"},
		{"no configuration", []string{"--supergraph", good, "--config", dir + "/none.yaml"}, exitError, "none.yaml: no such file"},
		{"no address", []string{"--supergraph", good, "--listen", "4000"}, exitError, `--listen: "4000" is no address to listen on`},
		{"no log level", []string{"--supergraph", good, "--log", "loud"}, exitError, `log level "loud": want debug, info, warn or error`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := weft(t, "", append([]string{"serve"}, c.args...)...)
			if code != c.code || !strings.Contains(stderr, c.want) || stdout != "" {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, stdout, stderr, c.code, c.want)
			}
			if lines := strings.Count(strings.TrimSpace(stderr), "\n"); code == exitError && lines > 0 {
				t.Errorf("more than one line: %s", stderr)
			}
		})
	}
}

func TestServeSaysWhichAddressIsTaken(t *testing.T) {
	t.Parallel()
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	address := strings.TrimPrefix(taken.URL, "http://")
	dir := composed(t, taken.URL, nil)
	code, _, stderr := weft(t, "", "serve", "--supergraph", dir+"/supergraph.graphqls", "--listen", address)
	if code != exitError || !strings.Contains(stderr, address) || !strings.Contains(stderr, "--listen") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

// TestServeAnswersUntilItIsToldToEnd needs nothing but a supergraph.
func TestServeAnswersUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":{"a":1}}`))
	}))
	defer subgraph.Close()
	dir := composed(t, subgraph.URL, nil)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"serve", "--supergraph", dir + "/supergraph.graphqls", "--listen", "127.0.0.1:0"}
		ended <- run(ctx, args, console{in: strings.NewReader(""), out: io.Discard, err: writer})
		_ = writer.Close()
	}()
	// The address is in the log's first line.
	buffer := make([]byte, 4096)
	n, err := reader.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`"address":"(http://127\.0\.0\.1:\d+)"`).FindSubmatch(buffer[:n])
	if found == nil {
		t.Fatalf("no address in %s", buffer[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	response, err := http.Post(string(found[1])+"/graphql", "application/json", bytes.NewReader([]byte(`{"query":"{a}"}`)))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if string(body) != `{"data":{"a":1}}` {
		t.Errorf("got %s", body)
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// TestServeServesMetricsOnAnAddressOfTheirOwn asks for the metrics there, and at
// the address of operations, where there are none.
func TestServeServesMetricsOnAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	dir := composed(t, "http://127.0.0.1:1/", map[string]string{"weft.yaml": `
authentication: {router: {jwt: {jwks: [{url: "http://127.0.0.1:1/keys"}]}}}
auth: {revocation: {redis_url: "redis://127.0.0.1:1"}}
telemetry: {exporters: {metrics: {prometheus: {enabled: true, listen: "127.0.0.1:0", path: /numbers}}}}
`})
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"serve", "--supergraph", dir + "/supergraph.graphqls", "--config", dir + "/weft.yaml", "--listen", "127.0.0.1:0"}
		ended <- run(ctx, args, console{in: strings.NewReader(""), out: io.Discard, err: writer})
		_ = writer.Close()
	}()
	var metrics, operations string
	scanner := bufio.NewScanner(reader)
	for operations == "" && scanner.Scan() {
		if found := regexp.MustCompile(`"metrics":"(http[^"]+/numbers)"`).FindStringSubmatch(scanner.Text()); found != nil {
			metrics = found[1]
		}
		if found := regexp.MustCompile(`"address":"(http[^"]+)"`).FindStringSubmatch(scanner.Text()); found != nil {
			operations = found[1]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	get := func(url string) (int, string) {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		return response.StatusCode, string(body)
	}
	if status, body := get(metrics); status != http.StatusOK || !strings.Contains(body, "\nweft_auth_revocation_sessions 0\n") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get(operations + "/numbers"); status != http.StatusNotFound {
		t.Errorf("at the address of operations: %d %s", status, body)
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// TestServeTakesANewSupergraph changes the supergraph's file under a router that
// looks at it: a new one is used, one that is broken is not.
func TestServeTakesANewSupergraph(t *testing.T) {
	t.Parallel()
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		query, _ := io.ReadAll(r.Body)
		_, _ = w.Write([]byte(`{"data":{"` + regexp.MustCompile(`\{(\w+)\}`).FindStringSubmatch(string(query))[1] + `":1}}`))
	}))
	defer subgraph.Close()
	dir := composed(t, subgraph.URL, nil)
	file := dir + "/supergraph.graphqls"
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	reader, writer := io.Pipe()
	ticks := make(chan time.Time)
	ended := make(chan int, 1)
	go func() {
		args := []string{"serve", "--supergraph", file, "--listen", "127.0.0.1:0", "--hot-reload"}
		ended <- run(ctx, args, console{in: strings.NewReader(""), out: io.Discard, err: writer, ticks: ticks})
		_ = writer.Close()
	}()
	lines := make(chan string, 1000)
	go func() {
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
	}()
	logged := func(message string) string {
		for line := range lines {
			if strings.Contains(line, message) {
				return line
			}
		}
		t.Fatalf("it ended before it said %q", message)
		return ""
	}
	url := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(logged("serving"))[1]
	answers := func(field string) bool {
		response, err := http.Post(url+"/graphql", "application/json", strings.NewReader(`{"query":"{`+field+`}"}`))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		return string(body) == `{"data":{"`+field+`":1}}`
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ticks <- time.Time{}
	}
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ticks <- time.Time{} // nothing has changed
	write(strings.Replace(string(old), "a: Int", "another: Int", 1))
	logged("the supergraph is a new one")
	if answers("a") || !answers("another") {
		t.Error("the old supergraph is used")
	}
	write("type Query {")
	if line := logged("the supergraph stays as it was"); !strings.Contains(line, "supergraph.graphqls:") {
		t.Errorf("got %s", line)
	}
	if !answers("another") {
		t.Error("the broken supergraph is used")
	}
	stop()
	for range lines {
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d", code)
	}
}
