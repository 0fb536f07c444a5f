package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	sdlA = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\n"
	good = `federation_version: =2.9.0
subgraphs:
  users:
    routing_url: http://127.0.0.1:1/graphql
    schema:
      file: users.graphqls
  things:
    routing_url: http://127.0.0.1:2/graphql
    schema:
      file: ./things
  inline:
    routing_url: http://127.0.0.1:3/graphql
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")
        type Query { inline: Int }
`
)

// goodFiles are a configuration that composes, and its schemas.
func goodFiles() map[string]string {
	return map[string]string{
		"supergraph.yaml":     good,
		"users.graphqls":      sdlA + "type Query { user: User }\ntype User @key(fields: \"id\") { id: ID! }\n",
		"things/b.graphqls":   "type Thing { n: Int }\n",
		"things/a.graphqls":   sdlA + "type Query { thing: Thing }\n",
		"things/ignored.json": "{}",
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()

	t.Run("writes to standard output", func(t *testing.T) {
		t.Parallel()
		dir := write(t, goodFiles())
		code, stdout, stderr := weft(t, "", "compose", "--config", filepath.Join(dir, "supergraph.yaml"))
		if code != exitOK || stderr != "" {
			t.Fatalf("exit %d, stderr %q", code, stderr)
		}
		for _, want := range []string{
			`USERS @join__graph(name: "users", url: "http://127.0.0.1:1/graphql")`,
			`THINGS @join__graph(name: "things", url: "http://127.0.0.1:2/graphql")`,
			`type Thing`, `inline: Int @join__field(graph: INLINE)`,
		} {
			if !strings.Contains(stdout, want) {
				t.Errorf("the supergraph lacks %q:\n%s", want, stdout)
			}
		}
	})

	t.Run("reads the configuration from standard input", func(t *testing.T) {
		t.Parallel()
		dir := write(t, goodFiles())
		config := strings.NewReplacer("users.graphqls", filepath.Join(dir, "users.graphqls"), "./things", filepath.Join(dir, "things")).Replace(good)
		_, want, _ := weft(t, "", "compose", "--config", filepath.Join(dir, "supergraph.yaml"))
		code, stdout, stderr := weft(t, config, "compose", "--config", "-")
		if code != exitOK || stdout != want {
			t.Errorf("exit %d, stderr %q, stdout %q; want %q", code, stderr, stdout, want)
		}
	})

	for _, option := range []string{"-o", "--output"} {
		t.Run("writes to the file of "+option, func(t *testing.T) {
			t.Parallel()
			dir := write(t, goodFiles())
			out := filepath.Join(dir, "out.graphqls")
			if err := os.WriteFile(out, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := weft(t, "", "compose", "--config", filepath.Join(dir, "supergraph.yaml"), option, out)
			if code != exitOK || stdout != "" {
				t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			text, err := os.ReadFile(out)
			if err != nil || !strings.HasPrefix(string(text), "schema\n") {
				t.Errorf("the file holds %q (%v)", text, err)
			}
			info, err := os.Stat(out)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file's mode has changed: %v (%v)", info.Mode(), err)
			}
			checkNoLeftovers(t, dir)
		})
	}
}

// checkNoLeftovers looks for files of an unfinished write.
func checkNoLeftovers(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, ".weft-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v (%v)", left, err)
	}
}

func TestCompose_errorsTellThePlaceInTheRealFile(t *testing.T) {
	t.Parallel()
	files := goodFiles()
	files["things/b.graphqls"] = "\n\ntype Thing {\n  n: Nope\n}\n"
	dir := write(t, files)
	out := filepath.Join(dir, "out.graphqls")
	if err := os.WriteFile(out, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := weft(t, "", "compose", "--config", filepath.Join(dir, "supergraph.yaml"), "-o", out)
	want := filepath.ToSlash(filepath.Join(dir, "things", "b.graphqls")) +
		":4:3: error: INVALID_GRAPHQL: \"Thing.n\" has the unknown type \"Nope\" [subgraph things]\nweft compose: 1 error, nothing was written\n"
	if code != exitError || stdout != "" || stderr != want {
		t.Errorf("exit %d, stdout %q, stderr %q; want stderr %q", code, stdout, stderr, want)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "old" {
		t.Errorf("the output was touched: %q (%v)", text, err)
	}
	checkNoLeftovers(t, dir)
}

func TestCompose_warns(t *testing.T) {
	t.Parallel()
	files := goodFiles()
	files["users.graphqls"] = sdlA + "\"one\" type Query { user: Int }\n"
	files["things/a.graphqls"] = sdlA + "\"two\" type Query { thing: Thing }\n"
	dir := write(t, files)
	code, stdout, stderr := weft(t, "", "compose", "--config", filepath.Join(dir, "supergraph.yaml"))
	if code != exitOK || stdout == "" || !strings.HasPrefix(stderr, "warning: INCONSISTENT_DESCRIPTION (Query): type \"Query\"") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestCompose_configuration(t *testing.T) {
	t.Parallel()
	subgraph := func(body string) string { return "subgraphs:\n  users:\n" + body }
	const url = "    routing_url: http://x\n"
	for _, tt := range []struct{ name, config, want string }{
		{"not YAML", "subgraphs: [", "<stdin>:1:12: error: INVALID_CONFIGURATION: "},
		{"empty", "", "<stdin>: error: INVALID_CONFIGURATION: it names no subgraphs"},
		{"unknown key", "subgraph:\n  a: 1\n", `<stdin>:1:1: error: INVALID_CONFIGURATION: unknown field "subgraph"`},
		{"unknown nested key", subgraph("    routing_uri: http://x\n    schema: {sdl: x}\n"), `<stdin>:3:5: error: INVALID_CONFIGURATION: unknown field "routing_uri"`},
		{"duplicate subgraph", "subgraphs:\n  a: {routing_url: x}\n  a: {routing_url: y}\n", `<stdin>:3:3: error: INVALID_CONFIGURATION: the name "a" stands here twice, first at <stdin>:2:3: names must differ`},
		{"no schema", subgraph(url), "subgraphs.users.schema: it is missing"},
		{"no url", subgraph("    schema:\n      sdl: x\n"), "subgraphs.users.routing_url: it is missing"},
		{"file and sdl", subgraph(url + "    schema:\n      sdl: x\n      file: y\n"), "subgraphs.users.schema: name one of file, sdl and subgraph_url"},
		{"missing file", subgraph(url + "    schema:\n      file: no-such-file.graphqls\n"), "<stdin>:5:13: error: INVALID_CONFIGURATION: subgraphs.users.schema.file: no-such-file.graphqls: no such file or directory (paths are relative to the directory of the configuration) [subgraph users]"},
		{"registry", subgraph(url + "    schema:\n      graphref: a@b\n      subgraph: c\n"), "error: UNSUPPORTED_FEATURE: subgraphs.users.schema.graphref: schemas from a registry"},
		{"a variable that is not set", subgraph("    routing_url: ${env.URL}\n    schema: {sdl: x}\n"), "<stdin>:3:18: error: INVALID_CONFIGURATION: subgraphs.users.routing_url: the environment variable URL is not set"},
		{"other variables", subgraph(url + "    schema: {file: \"${file.x}\"}\n"), `UNSUPPORTED_FEATURE: subgraphs.users.schema.file: "${file.x" is no reference to a variable: want ${env.NAME} or ${env.NAME:-default}`},
		{"headers without an address", subgraph(url + "    schema:\n      sdl: x\n      introspection_headers: {a: b}\n"), "subgraphs.users.schema.introspection_headers: they belong to a subgraph_url"},
		{"an address that is none", subgraph("    schema:\n      subgraph_url: users:4001\n"), "<stdin>:4:21: error: INVALID_CONFIGURATION: subgraphs.users.schema.subgraph_url: it is no address of the form"},
		{"a header that is none", subgraph("    schema:\n      subgraph_url: http://x\n      introspection_headers: {\"a b\": c}\n"), `"a b" is no name of a header`},
		{"a header with two lines", subgraph("    schema:\n      subgraph_url: http://x\n      introspection_headers: {a: \"b\\nc: d\"}\n"), "subgraphs.users.schema.introspection_headers.a: its value has a line end"},
		{"a header of ours", subgraph("    schema:\n      subgraph_url: http://x\n      introspection_headers: {weft-signature: x}\n"), "this header is made from WEFT_IDENTITY_KEYS"},
		{"federation 1", "federation_version: 1\nsubgraphs: {a: {routing_url: x, schema: {sdl: x}}}\n", `<stdin>:1:21: error: INVALID_CONFIGURATION: federation_version: "1" is neither 2 nor of the form =2.9.0`},
		{"federation of the future", "federation_version: =2.99.0\nsubgraphs: {a: {routing_url: x, schema: {sdl: x}}}\n", `"=2.99.0" is not a version of federation 2 that is known here`},
		{"a subgraph newer than the version", "federation_version: =2.8.0\nsubgraphs:\n  a:\n    routing_url: x\n    schema:\n      sdl: 'extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\")'\n", "UNKNOWN_FEDERATION_LINK_VERSION: the subgraph links federation v2.9, but composition is limited to v2.8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := weft(t, tt.config, "compose", "--config", "-")
			if code != exitError || stdout != "" || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d, stdout %q, stderr %q; want %q", code, stdout, stderr, tt.want)
			}
		})
	}
	for _, version := range []string{"2", `"2"`, "=2.9.0", "=2.14.1"} {
		t.Run("federation_version "+version, func(t *testing.T) {
			t.Parallel()
			config := "federation_version: " + version + "\nsubgraphs:\n  a:\n    routing_url: x\n    schema:\n      sdl: 'extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\") type Query { a: Int }'\n"
			if code, _, stderr := weft(t, config, "compose", "--config", "-"); code != exitOK {
				t.Errorf("exit %d, stderr %q", code, stderr)
			}
		})
	}
}

func TestCompose_stopsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := write(t, goodFiles())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs strings.Builder
	code := run(ctx, []string{"compose", "--config", filepath.Join(dir, "supergraph.yaml")}, console{in: strings.NewReader(""), out: &out, err: &errs})
	if code != exitError || out.Len() > 0 || !strings.Contains(errs.String(), context.Canceled.Error()) {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out.String(), errs.String())
	}
}
