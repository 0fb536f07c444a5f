package program_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/program"
)

// run starts a program with a variable, a secret and two commands.
func run(environment []string, args ...string) (status int, output, complaints string) {
	var stdout, stderr bytes.Buffer
	p := program.Program{Name: "loom", Prefix: "LOOM_", Output: &stdout, Commands: func(r *env.Reader) []program.Command {
		r.Int("LOOM_PORT", 4001, 0, 65535, "port to listen on")
		r.Secret("LOOM_KEY", "what opens it")
		did := func(what string) func(context.Context, *slog.Logger) error {
			return func(context.Context, *slog.Logger) error { _, err := stdout.WriteString(what); return err }
		}
		return []program.Command{
			{Name: "weave", Meaning: "weave", Needs: []string{"LOOM_KEY"}, Run: did("woven")},
			{Name: "weave twice", Meaning: "weave | twice", Run: did("woven twice")},
			{Name: "weave with", Meaning: "weave with threads", Arguments: "THREAD…", RunWith: func(_ context.Context, call program.Call) error {
				if len(call.Arguments) == 0 {
					return fmt.Errorf("%w: no thread", program.ErrUsage)
				}
				_, err := fmt.Fprintf(call.Out, "woven with %q", call.Arguments)
				return err
			}},
		}
	}}
	status = p.Run(args, environment, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		environment []string
		args        []string
		status      int
		output      string
		complaint   string
	}{
		{"one word", []string{"LOOM_KEY=x"}, []string{"weave"}, 0, "woven", ""},
		{"two words", nil, []string{"weave", "twice"}, 0, "woven twice", ""},
		{"arguments", nil, []string{"weave", "with", "red", "-1"}, 0, `woven with ["red" "-1"]`, ""},
		{"arguments that are wrong", nil, []string{"weave", "with"}, 2, "", "loom weave with: wrong arguments: no thread\nusage: loom weave with THREAD…\n"},
		{"arguments in the list of commands", nil, nil, 2, "", "weave with THREAD…"},
		{"a secret is missing", nil, []string{"weave"}, 1, "", "LOOM_KEY is not set: what opens it (or LOOM_KEY_FILE, a file that holds it)"},
		{"no command", nil, nil, 2, "", "usage: loom COMMAND"},
		{"words of no command", nil, []string{"weave", "thrice"}, 2, "", "LOOM_KEY[_FILE]"},
		{"a number out of range", []string{"LOOM_PORT=-1"}, []string{"weave", "twice"}, 1, "", `LOOM_PORT is "-1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, output, complaints := run(c.environment, c.args...)
			if status != c.status || output != c.output || !strings.Contains(complaints, c.complaint) {
				t.Errorf("status %d, output %q, complaints:\n%s", status, output, complaints)
			}
		})
	}
}

func TestConfigPrint(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		environment []string
		want        [][]string
	}{
		{nil, [][]string{{"WEFT_LOG_LEVEL", "info", "default"}, {"LOOM_PORT", "4001", "default"}, {"LOOM_KEY", "(not", "set)"}}},
		{
			[]string{"WEFT_LOG_LEVEL=warn", "LOOM_PORT=1", "LOOM_KEY=hunter2"},
			[][]string{{"WEFT_LOG_LEVEL", "warn", "environment"}, {"LOOM_PORT", "1", "environment"}, {"LOOM_KEY", "(redacted)", "environment"}},
		},
		{
			[]string{"LOOM_KEY_FILE=" + file},
			[][]string{{"WEFT_LOG_LEVEL", "info", "default"}, {"LOOM_PORT", "4001", "default"}, {"LOOM_KEY", "(redacted)", "file", file}},
		},
	} {
		status, output, complaints := run(c.environment, "config", "print")
		var got [][]string
		for line := range strings.Lines(output) {
			got = append(got, strings.Fields(line))
		}
		if diff := cmp.Diff(append([][]string{{"VARIABLE", "VALUE", "FROM"}}, c.want...), got); status != 0 || complaints != "" || diff != "" {
			t.Errorf("status %d, complaints %q, output (-want +got):\n%s", status, complaints, diff)
		}
		if strings.Contains(output, "hunter2") {
			t.Errorf("the secret is printed:\n%s", output)
		}
	}
	// What cannot be read is reported, without the value of a secret.
	status, _, complaints := run([]string{"LOOM_KEY=hunter2", "LOOM_KEY_FILE=" + file, "LOOM_PROT=1"}, "config", "print")
	if status != 1 || !strings.Contains(complaints, "both set") || !strings.Contains(complaints, "did you mean LOOM_PORT?") || strings.Contains(complaints, "hunter2") {
		t.Errorf("status %d, complaints:\n%s", status, complaints)
	}
}

func TestWriteReadme(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := program.Program{Name: "loom", Prefix: "LOOM_", Commands: func(r *env.Reader) []program.Command {
		r.Int("LOOM_PORT", 4001, 0, 65535, "port to listen on")
		r.Secret("LOOM_KEY", "what opens it")
		return []program.Command{{Name: "weave twice", Meaning: "weave | twice", Needs: []string{"LOOM_KEY"}}}
	}}
	if err := p.WriteReadme(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# loom\n", "| `loom weave twice` | weave \\| twice | `LOOM_KEY` |\n", "| `loom config print` |",
		"| `WEFT_LOG_LEVEL` | what is logged: debug, info, warn or error | `info` |\n",
		"| `LOOM_PORT` | port to listen on | `4001` |\n", "| `LOOM_KEY` | what opens it | secret |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, &b)
		}
	}
}
