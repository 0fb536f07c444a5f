package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/weftql/weft/"

// layers is the architecture: which of this repository's packages a package
// may import. "x/..." is x and all below it, X is any subgraph that has a
// schema. It is a statement of policy: a package that does not fit has to move;
// do not change the list to fix a build.
var layers = map[string][]string{
	// Build time: subgraphs → composition → supergraph → querygraph.
	"schema":             {},
	"schema/identity":    {},
	"schema/federation":  {},
	"schema/supergraph":  {"schema/federation"},
	"schema/querygraph":  {"schema/federation", "schema/supergraph"},
	"schema/composition": {"schema/federation", "schema/supergraph", "schema/querygraph"},
	"schema/universe":    {"schema/federation", "schema/composition"},
	"schema/overlay":     {},

	// Run time: transport → auth, limit → operation → plan → execute → response.
	"router/internal/telemetry":     {},
	"router/internal/variable":      {},
	"router/internal/playground":    {"router/internal/playground/bundle"},
	"router/internal/auth":          {"schema/identity", "router/internal/telemetry"},
	"router/internal/origin":        {},
	"router/internal/redis":         {},
	"router/internal/subgraph":      {"schema/identity", "schema/supergraph", "router/internal/telemetry"},
	"router/internal/cache":         {},
	"router/internal/operation":     {"schema/federation", "schema/supergraph"},
	"router/internal/limit":         {"router/internal/operation"},
	"router/internal/plan":          {"schema/federation", "schema/supergraph", "schema/querygraph", "router/internal/operation"},
	"router/internal/trial":         {"schema/federation", "schema/supergraph", "schema/querygraph", "schema/composition", "schema/universe", "router/internal/operation", "router/internal/plan", "router/internal/plan/verify", "router/internal/execute", "router/internal/subgraph"},
	"router/internal/plan/verify":   {"schema/querygraph", "router/internal/operation", "router/internal/plan"},
	"router/internal/introspection": {"router/internal/plan"},
	"router/internal/response":      {"schema/supergraph", "router/internal/response/scan"},
	"router/internal/response/scan": {},
	"router/internal/execute":       {"schema/supergraph", "router/internal/operation", "router/internal/plan", "router/internal/response", "router/internal/subgraph"},
	"router/internal/transport":     {"router/internal/response", "router/internal/telemetry"},
	"router":                        {"schema/...", "router/internal/..."},
	"router/cmd/weft":               {"schema/...", "router/..."},
	// It runs npm when the playground's page is built again.
	"router/internal/playground/build":   {"router/internal/playground/bundle"},
	"router/internal/playground/bundle":  {},
	"router/internal/playground/preview": {"router/internal/playground"},

	// Services: nouns ← graph, postgres ← programs; users and todos are apart.
	"subgraphs":              {},
	"subgraphs/env":          {},
	"subgraphs/server/...":   {"schema/identity", "subgraphs/server"},
	"subgraphs/redistest":    {},
	"subgraphs/trace":        {},
	"subgraphs/server":       {"schema/identity", "subgraphs/trace", "subgraphs/internal/..."},
	"subgraphs/postgres":     {"subgraphs/trace", "subgraphs/internal/..."},
	"subgraphs/X":            {"subgraphs/internal/..."},
	"subgraphs/X/graph":      {"subgraphs/X", "subgraphs/server", "subgraphs/internal/...", "schema/identity"},
	"subgraphs/X/link":       {"schema/identity", "subgraphs/X"},
	"subgraphs/X/seal":       {"schema/identity", "subgraphs/X"},
	"subgraphs/X/page":       {"subgraphs/X", "subgraphs/X/link"},
	"subgraphs/X/password":   {},
	"subgraphs/X/token":      {},
	"subgraphs/X/postgres":   {"subgraphs/X", "subgraphs/X/password", "subgraphs/X/token", "subgraphs/X/seal", "subgraphs/postgres", "subgraphs/internal/..."},
	"subgraphs/program":      {"schema/identity", "subgraphs/env", "subgraphs/postgres", "subgraphs/internal/..."},
	"subgraphs/program/...":  {"subgraphs/program", "subgraphs/env"},
	"subgraphs/cmd/...":      {"schema/...", "subgraphs/..."},
	"subgraphs/internal/...": {"subgraphs/internal/..."},
	"subgraphs/postgres/...": {"subgraphs/postgres/..."},
	"workers":                {"schema/identity", "subgraphs/...", "workers/internal/..."},
	"workers/internal/...":   {"subgraphs/...", "workers/internal/..."},
	"workers/cmd/...":        {"subgraphs/...", "workers", "workers/internal/..."},
	"deploy/...":             {"..."},

	// What tests hold services against.
	"subgraphs/server/conformance": {"schema/federation", "schema/composition", "schema/identity", "subgraphs/server/servertest"},
	// A subgraph of their own.
	"subgraphs/server/conformance/parcels":       {},
	"subgraphs/server/conformance/parcels/graph": {"subgraphs/server/conformance/parcels", "subgraphs/internal/..."},
}

// vendors are the packages that one of ours alone may import, in each module.
var vendors = map[string][]string{
	"github.com/golang-jwt/jwt":     {"router/internal/auth", "subgraphs/users/..."},
	"github.com/redis/go-redis":     {"router/internal/redis", "subgraphs/internal/redis", "workers/internal/redis", "deploy/..."},
	"github.com/jackc/pgx":          {"subgraphs/postgres/...", "subgraphs/X/postgres", "subgraphs/program", "subgraphs/cmd/...", "workers/...", "deploy/..."},
	"github.com/riverqueue/river":   {"subgraphs/postgres", "subgraphs/X/postgres", "workers/...", "deploy/..."},
	"github.com/valyala/fasthttp":   {"router/internal/subgraph", "deploy/bench/..."},
	"github.com/andybalholm/brotli": {"router/internal/subgraph"},
	"github.com/klauspost/compress": {"router/internal/subgraph"},
	"github.com/99designs/gqlgen":   {"subgraphs/...", "deploy/..."},
	"github.com/wneessen/go-mail":   {"workers/internal/mail"},
	"riverqueue.com/riverui":        {"workers/internal/admin"},
	"github.com/goccy/go-yaml":      {"router", "router/cmd/weft", "router/internal/..."},
	"github.com/emersion/go-smtp":   {"deploy/...", "workers/internal/mail/mailtest"},
	"github.com/pressly/goose":      {"subgraphs/postgres", "deploy/..."},
	"github.com/sony/gobreaker":     {"workers/internal/breaker"},
}

// listed is what "go list -json" tells of a package.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

func TestImportsGoOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t, "work") {
		for _, violation := range violations(p) {
			t.Error(violation)
		}
	}
}

func TestLayersRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, imported, want string }{
		{"a stage that imports a later one", "router/internal/operation", module + "router/internal/plan", "router/internal/operation imports router/internal/plan"},
		{"one subgraph that imports the other", "subgraphs/users", module + "subgraphs/todos", "subgraphs/users imports subgraphs/todos"},
		{"GraphQL that imports SQL", "subgraphs/todos/graph", module + "subgraphs/todos/postgres", "subgraphs/todos/graph imports subgraphs/todos/postgres"},
		{"a vendor outside its package", "router/internal/plan", "github.com/golang-jwt/jwt/v5", "router/internal/plan imports github.com/golang-jwt/jwt/v5"},
		{"a package without a place", "router/internal/util", "fmt", "router/internal/util has no place"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := violations(listed{ImportPath: module + c.from, Imports: []string{c.imported}})
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("got %q, want one with %q", got, c.want)
			}
		})
	}
}

// TestSchemaNeedsOnlyGqlparser keeps drivers out of the module that everybody
// imports.
func TestSchemaNeedsOnlyGqlparser(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t, module+"schema/...") {
		for _, imported := range p.Imports {
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(imported, module) && !strings.HasPrefix(imported, "github.com/vektah/gqlparser/v2") {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// alone are the modules outside of go.work: what they need is not to become a
// dependency of anything else. They import nothing of ours and nobody imports them.
var alone = []string{"deploy/bench/gateways/cosmo"}

// TestModulesAloneAreAlone finds modules that nobody has listed, and what those
// that are listed import of ours.
func TestModulesAloneAreAlone(t *testing.T) {
	t.Parallel()
	work, err := os.ReadFile("../../go.work")
	if err != nil {
		t.Fatal(err)
	}
	files, err := exec.CommandContext(t.Context(), "git", "-C", "../..", "ls-files", "go.mod", "**/go.mod").Output()
	if err != nil {
		t.Skipf("git ls-files: %v", err)
	}
	for file := range strings.Lines(string(files)) {
		dir := path.Dir(strings.TrimSpace(file))
		if used := dir == "." || strings.Contains(string(work), "\t./"+dir+"\n"); used == slices.Contains(alone, dir) {
			t.Errorf("module %s: it has to be either in go.work or in alone", dir)
		}
	}
	for _, dir := range alone {
		command := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, "./...")
		command.Dir, command.Env = "../../"+dir, append(os.Environ(), "GOWORK=off")
		imports, err := command.Output()
		if err != nil {
			t.Fatalf("go list in %s: %v", dir, err)
		}
		if strings.Contains(string(imports), module) {
			t.Errorf("%s imports of ours: %s", dir, imports)
		}
	}
}

// violations says what is wrong with the imports of p.
func violations(p listed) (found []string) {
	name := strings.TrimPrefix(p.ImportPath, module)
	if name == strings.TrimSuffix(module, "/") {
		return nil // tools.go
	}
	allowed, rule := allowedImports(name)
	if rule == "" {
		return []string{name + " has no place in the architecture: add it to layers with what it may import"}
	}
	for _, imported := range p.Imports {
		other, ours := strings.CutPrefix(imported, module)
		if ours && !matchesAny(allowed, other) {
			found = append(found, fmt.Sprintf("%s imports %s; layers allow %q for %q", name, other, allowed, rule))
		}
		for vendor, importers := range vendors {
			if (imported == vendor || strings.HasPrefix(imported, vendor+"/")) && !matchesAny(importers, name) {
				found = append(found, fmt.Sprintf("%s imports %s, which belongs to %q", name, imported, importers))
			}
		}
	}
	return found
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

// allowedImports returns what name may import and the entry of layers that
// says so: its own, that with X in place of its subgraph, or the closest "/...".
func allowedImports(name string) (allowed []string, rule string) {
	if allowed, found := layers[name]; found {
		return allowed, name
	}
	if pattern, x := anySubgraph(name); x != "" && layers[pattern] != nil {
		for _, a := range layers[pattern] {
			allowed = append(allowed, strings.Replace(a, "subgraphs/X", "subgraphs/"+x, 1))
		}
		return allowed, pattern
	}
	for dir := name; dir != "."; dir = path.Dir(dir) {
		if allowed, found := layers[dir+"/..."]; found {
			return allowed, dir + "/..."
		}
	}
	return nil, ""
}

// anySubgraph returns name with X in place of the subgraph that it belongs to,
// and that subgraph: one that has a schema. It returns "" for other packages.
func anySubgraph(name string) (pattern, subgraph string) {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 2 || parts[0] != "subgraphs" {
		return name, ""
	}
	if _, err := os.Stat("../../schema/subgraphs/" + parts[1]); err != nil {
		return name, ""
	}
	subgraph, parts[1] = parts[1], "X"
	return strings.Join(parts, "/"), subgraph
}

func matches(pattern, name string) bool {
	if strings.HasPrefix(pattern, "subgraphs/X") {
		name, _ = anySubgraph(name)
	}
	if pattern == "..." {
		return true
	}
	if dir, below := strings.CutSuffix(pattern, "/..."); below {
		return name == dir || strings.HasPrefix(name, dir+"/")
	}
	return name == pattern
}

func listPackages(t *testing.T, pattern string) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Standard,Imports", pattern)
	command.Dir = "../.."
	output, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list %s: %v\n%s", pattern, err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var packages []listed
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		t.Fatalf("go list %s names no package", pattern)
	}
	return packages
}
