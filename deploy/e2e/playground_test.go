package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlaygroundPreview opens the page over the preview's small schema, with a
// light and a dark system.
func TestPlaygroundPreview(t *testing.T) {
	t.Parallel()
	url := startPreview(t)
	for _, c := range []struct{ scheme, background string }{
		{"light", "rgb(255, 255, 255)"},
		{"dark", "rgb(33, 42, 59)"},
	} {
		t.Run(c.scheme, func(t *testing.T) {
			seen := browse(t, visit{
				URL:         url,
				LogIn:       true,
				Query:       "query Look($name: String!) { observer { name } planet(name: $name) { name kind moons { name } } }",
				Variables:   map[string]any{"name": "Mars"},
				ColorScheme: c.scheme,
			})
			var got any
			if err := json.Unmarshal([]byte(seen.Answer), &got); err != nil {
				t.Fatalf("the result pane holds no JSON: %v\n%s", err, seen.Answer)
			}
			want := map[string]any{"data": map[string]any{
				"observer": map[string]any{"name": "Galileo"},
				"planet": map[string]any{"name": "Mars", "kind": "ROCKY", "moons": []any{
					map[string]any{"name": "Phobos"}, map[string]any{"name": "Deimos"},
				}},
			}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if seen.Background != c.background {
				t.Errorf("background is %s, want %s", seen.Background, c.background)
			}
			checkPreviewPage(t, seen)
		})
	}
}

// checkPreviewPage looks at what is around the answer.
func checkPreviewPage(t *testing.T, seen sight) {
	t.Helper()
	if seen.Title != "Weft preview" {
		t.Errorf("title is %q, want the configured one", seen.Title)
	}
	if !strings.Contains(seen.Prettified, "\n  observer {\n    name\n  }\n") {
		t.Errorf("prettify made\n%s", seen.Prettified)
	}
	if diff := cmp.Diff([]string{"Look"}, seen.History); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	types := strings.Join(seen.Types, " ")
	for _, name := range []string{"Query", "Mutation", "Planet", "Moon"} {
		if !strings.Contains(types, name) {
			t.Errorf("the documentation lists %q, without %s", types, name)
		}
	}
	for _, worker := range []string{"editor.worker", "graphql.worker", "json.worker"} {
		if !strings.Contains(strings.Join(seen.Requests, " "), worker) {
			t.Errorf("%s was not loaded: %q", worker, seen.Requests)
		}
	}
	if !strings.Contains(strings.Join(seen.Suggestions, " "), "__typename") {
		t.Errorf("completion offers %q, without __typename", seen.Suggestions)
	}
	var headers map[string]string
	if err := json.Unmarshal([]byte(seen.Headers), &headers); err != nil {
		t.Fatalf("the headers editor holds no JSON: %v\n%s", err, seen.Headers)
	}
	token, ok := strings.CutPrefix(headers["Authorization"], "Bearer ")
	if !ok || token == "" {
		t.Fatalf("the headers editor holds %s, without a bearer token", seen.Headers)
	}
	if !strings.Contains(seen.Stored, "graphiql:queries") {
		t.Errorf("local storage has no history: %s", seen.Stored)
	}
	if strings.Contains(seen.Stored, token) {
		t.Errorf("local storage holds the token: %s", seen.Stored)
	}
}

// startPreview builds and starts the preview program, which ends with the test,
// and returns its address.
func startPreview(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "preview")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, module+"router/internal/playground/preview")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	cmd := exec.Command(program)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // the program ends with its input
		if err := cmd.Wait(); err != nil {
			t.Errorf("preview: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("preview prints no address: %v", err)
	}
	return strings.TrimSpace(line)
}
