package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// weft runs the program in this process.
func weft(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return weftWith(t, nil, stdin, args...)
}

// weftWith runs it with environment variables.
func weftWith(t *testing.T, variables map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, console{
		in: strings.NewReader(stdin), out: &out, err: &errs,
		lookup: func(name string) (string, bool) {
			value, found := variables[name]
			return value, found
		},
	})
	return code, out.String(), errs.String()
}

// write makes files in a new directory and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{name: "help", args: []string{"help"}, code: exitOK, stdout: "compose    compose subgraphs into a supergraph"},
		{name: "no command", code: exitUsage, stderr: "Usage: weft <command>"},
		{name: "unknown command", args: []string{"frob"}, code: exitUsage, stderr: `unknown command "frob"`},
		{name: "version", args: []string{"version"}, code: exitOK, stdout: "weft "},
		{name: "a command that is not built", args: []string{"check"}, code: exitError, stderr: `UNSUPPORTED_FEATURE: the command "check" is not built yet`},
		{name: "flags of a command", args: []string{"compose", "-h"}, code: exitOK, stderr: "-o, --output FILE"},
		{name: "unknown flag", args: []string{"compose", "--nope"}, code: exitUsage, stderr: "flag provided but not defined: -nope"},
		{name: "unknown format", args: []string{"compose", "--format", "xml"}, code: exitUsage, stderr: "--format xml: it is text or json"},
		{name: "an empty tag", args: []string{"compose", "--include-tag", "a,,b"}, code: exitUsage, stderr: "a tag is empty"},
		{name: "watching standard input", args: []string{"compose", "--watch", "--config", "-", "-o", "x"}, code: exitUsage, stderr: "--watch needs a configuration that is a file"},
		{name: "watching without output", args: []string{"compose", "--watch"}, code: exitUsage, stderr: "--watch needs -o FILE or --format json"},
		{name: "stray argument", args: []string{"compose", "x"}, code: exitUsage, stderr: `unexpected argument "x"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := weft(t, "", tt.args...)
			if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("exit %d, stdout %q, stderr %q; want %d, %q, %q", code, stdout, stderr, tt.code, tt.stdout, tt.stderr)
			}
		})
	}
}
