package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
)

// visit is what a browser does with a playground: it opens the page, logs in if
// asked to, runs one operation, prettifies it, looks at history and
// documentation, and begins another operation in a second tab.
type visit struct {
	// URL is the page's address.
	URL string
	// LogIn presses the demo login button first.
	LogIn bool
	// Query is the operation to run. It must not be pretty already.
	Query string
	// Variables go to the variables editor, unless nil.
	Variables map[string]any
	// ColorScheme is what the system prefers: "light" or "dark".
	ColorScheme string
	// Patience is how long a step may take. Defaults to 30 seconds.
	Patience time.Duration
}

// sight is what the browser saw.
type sight struct {
	Title       string   // of the document
	Background  string   // colour of the page as CSS writes it
	Headers     string   // text of the headers editor after the login
	Answer      string   // text of the result pane, all of it
	Shown       string   // the lines of it that are on the screen
	Prettified  string   // the operation after prettify
	History     []string // titles of the history's entries
	Types       []string // names that the documentation lists
	Stored      string   // local storage as JSON
	Suggestions []string // what completion offers for "{ __typen"
	Requests    []string // "METHOD path" to the page's own origin
	Foreign     []string // addresses elsewhere that something asked for
	Console     []string // errors and warnings of the console, failed requests
	Failure     string   // the step that could not be done, and why
}

const visitTimeout = 2 * time.Minute

// TestBrowseComplains visits a page that does what a playground must not.
func TestBrowseComplains(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,">
			<img src="http://elsewhere.invalid/pixel.png"><script src="/missing.js"></script><script>nowhere()</script>`)
	}))
	t.Cleanup(server.Close)

	seen := look(t, visit{URL: server.URL, Query: "{ a }", ColorScheme: "light", Patience: 2 * time.Second})
	all := strings.Join(seen.complaints(), "\n")
	for _, want := range []string{
		"a request left the page's origin: http://elsewhere.invalid/pixel.png",
		"console: HTTP 404 " + server.URL + "/missing.js",
		"console: uncaught: nowhere is not defined",
		"could not open the page",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no complaint %q in\n%s", want, all)
		}
	}
}

// browse makes a visit in headless Chromium with a fresh profile. It fails the
// test when a step cannot be done, when a request leaves the page's origin, when
// the console has an error or a warning, and when the result pane does not show
// what it holds. Screenshots are kept among the test's artifacts: go test
// -artifacts. Without Chromium or Node the test is skipped, or fails if CI=true.
func browse(t *testing.T, v visit) sight {
	t.Helper()
	seen := look(t, v)
	for _, complaint := range seen.complaints() {
		t.Error(complaint)
	}
	if t.Failed() {
		t.FailNow()
	}
	return seen
}

// look makes a visit and leaves the judgement to its caller.
func look(t *testing.T, v visit) sight {
	t.Helper()
	executable, err := browserReady()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("browser test: %v", err)
		}
		t.Skipf("BROWSER TEST SKIPPED: %v", err)
	}

	pictures := t.ArtifactDir()
	input, err := json.Marshal(map[string]any{
		"url":         v.URL,
		"executable":  executable,
		"sandbox":     os.Geteuid() != 0, // Chromium has none for root
		"logIn":       v.LogIn,
		"query":       v.Query,
		"variables":   v.Variables,
		"colorScheme": v.ColorScheme,
		"timeoutMs":   cmp.Or(v.Patience, 30*time.Second).Milliseconds(),
		"screenshots": map[string]string{
			"answer": filepath.Join(pictures, "answer-"+v.ColorScheme+".png"),
			"docs":   filepath.Join(pictures, "docs-"+v.ColorScheme+".png"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), visitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "open.mjs")
	cmd.Dir = "browser"
	cmd.Stdin = bytes.NewReader(input)
	// It closes the browser when it is asked to stop.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("open.mjs: %v\n%s", err, stderr.Bytes())
	}
	var seen sight
	if err := json.Unmarshal(output, &seen); err != nil {
		t.Fatalf("open.mjs: %v: %s", err, output)
	}
	t.Logf("screenshots in %s", pictures)
	return seen
}

// complaints are the reasons why a visit went wrong; none means it went well.
func (s sight) complaints() []string {
	var list []string
	for _, address := range s.Foreign {
		list = append(list, "a request left the page's origin: "+address)
	}
	for _, line := range s.Console {
		list = append(list, "console: "+line)
	}
	if s.Failure != "" {
		return append(list, "could not "+s.Failure)
	}
	// The pane wraps long lines and holds more than fits.
	answer, shown := withoutSpace(s.Answer), withoutSpace(s.Shown)
	if shown == "" || !strings.HasPrefix(answer, shown) {
		list = append(list, fmt.Sprintf("the result pane shows\n%s\nbut holds\n%s", s.Shown, s.Answer))
	}
	return list
}

func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// browserReady finds Chromium and Node and installs the driver, once for all
// tests of this package: npm would remove the folder under a running visit.
var browserReady = sync.OnceValues(func() (executable string, err error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if executable, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if executable == "" {
		return "", errors.New("no chromium, chromium-browser or google-chrome in PATH")
	}
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("no %s in PATH: the browser is driven by playwright-core, an npm package", name)
		}
	}
	return executable, installDriver("browser")
})

// installDriver brings the packages of dir's lockfile unless they are there.
func installDriver(dir string) error {
	var wanted, installed struct {
		Packages map[string]struct{ Version string }
	}
	const driver = "node_modules/playwright-core"
	if err := readJSON(filepath.Join(dir, "package-lock.json"), &wanted); err != nil {
		return err
	}
	if err := readJSON(filepath.Join(dir, "node_modules", ".package-lock.json"), &installed); err == nil &&
		installed.Packages[driver] == wanted.Packages[driver] {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), visitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in deploy/e2e/%s: %w\n%s", dir, err, output)
	}
	return nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
