package env_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/env"
)

func TestReader(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("  from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := env.New([]string{"X_NAME=ada", "X_EMPTY=", "X_PORT=8080", "X_KEY=direct", "X_TOKEN_FILE=" + file, "OTHER=1", "X_WITH=a=b"}, "X_")
	for _, c := range []struct{ name, got, want string }{
		{"a variable", r.Text("X_NAME", "nobody", ""), "ada"},
		{"an empty one is not set", r.Text("X_EMPTY", "preset", ""), "preset"},
		{"one that is not set", r.Text("X_NONE", "preset", ""), "preset"},
		{"a value with an equals sign", r.Text("X_WITH", "", ""), "a=b"},
		{"a secret", r.Secret("X_KEY", ""), "direct"},
		{"a secret in a file", r.Secret("X_TOKEN", ""), "from a file"},
		{"a secret that is not set", r.Secret("X_MISSING", ""), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if port := r.Int("X_PORT", 1, 0, 65535, ""); port != 8080 {
		t.Errorf("port %d", port)
	}
	r.Require("X_KEY", "X_TOKEN")
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	r := env.New([]string{"X_WAIT=1m30s", "X_NONE="}, "X_")
	for _, c := range []struct {
		name      string
		got, want time.Duration
	}{
		{"one that is set", r.Duration("X_WAIT", time.Second, 0, time.Hour, ""), 90 * time.Second},
		{"one that is not", r.Duration("X_NONE", 5*time.Minute, 0, time.Hour, ""), 5 * time.Minute},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
	if got := r.Settings()[1].Default; got != "5m" {
		t.Errorf("the default reads %q, want 5m", got)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"90", "soon", "-1s", "25h"} {
		r := env.New([]string{"X_WAIT=" + text}, "X_")
		r.Duration("X_WAIT", time.Minute, time.Second, 24*time.Hour, "")
		if err := r.Close(); err == nil || !strings.Contains(err.Error(), `X_WAIT is "`+text+`", but must be a duration from 1s to 24h`) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestReaderCollectsMistakes(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := env.New([]string{"X_PORT=99999", "X_COUNT=many", "X_KEY=hidden", "X_KEY_FILE=hidden", "X_A_FILE=/does/not/exist", "X_B_FILE=" + empty, "X_PROT=1"}, "X_")
	r.Int("X_PORT", 1, 0, 65535, "")
	r.Int("X_COUNT", 1, 0, 10, "")
	for _, name := range []string{"X_KEY", "X_A", "X_B", "X_C"} {
		r.Secret(name, "what it is for")
	}
	r.Require("X_C")
	err := r.Close()
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{
		`X_PORT is "99999", but must be a number from 0 to 65535`, `X_COUNT is "many"`, "X_KEY and X_KEY_FILE are both set",
		"X_A_FILE: open /does/not/exist", "X_B_FILE: " + empty + " is empty", "X_C is not set: what it is for",
		"X_PROT is not a variable of this program: did you mean X_PORT?",
	} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is not %q:\n%v", i, want, err)
		}
	}
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("the error tells a secret: %v", err)
	}
}

func TestUnknownVariablesAreExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ unknown, want string }{
		{"X_PROT", ": did you mean X_PORT?"},
		{"X_port", ": it knows X_PORT, X_DATABASE_URL, X_DATABASE_URL_FILE, X_DATABASE_MAX_CONNS"},
		{"X_DATABASE_URI", ": did you mean X_DATABASE_URL?"},
		{"X_DATABASEURL", ": did you mean X_DATABASE_URL?"},
		{"X_DATABASE_URL_FIEL", ": did you mean X_DATABASE_URL_FILE?"},
		{"X_DATABASE_MAX_CONN", ": did you mean X_DATABASE_MAX_CONNS?"},
		{"X_MAX_CONNS", ": it knows X_PORT, X_DATABASE_URL, X_DATABASE_URL_FILE, X_DATABASE_MAX_CONNS"},
		{"X_", ": it knows X_PORT, X_DATABASE_URL, X_DATABASE_URL_FILE, X_DATABASE_MAX_CONNS"},
	} {
		r := env.New([]string{c.unknown + "=hidden", "OTHER_PROT=1"}, "X_")
		r.Int("X_PORT", 1, 0, 65535, "")
		r.Secret("X_DATABASE_URL", "")
		r.Int("X_DATABASE_MAX_CONNS", 1, 0, 10, "")
		r.Text("WEFT_LOG_LEVEL", "info", "")
		want := c.unknown + " is not a variable of this program" + c.want
		if err := r.Close(); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// TestMisspeltVariablesOfNobody has names without the program's prefix: those close to
// what it reads are mistakes, and all others somebody else's.
func TestMisspeltVariablesOfNobody(t *testing.T) {
	t.Parallel()
	for unknown, meant := range map[string]string{
		"REDIS_URl": "REDIS_URL", "REDIS_ULR": "REDIS_URL", "REDISURL": "REDIS_URL", "redis_url": "REDIS_URL", "REDIS_URL_FIEL": "REDIS_URL_FILE",
		"Y_DATABASE_URL": "X_DATABASE_URL", "DATABASE_URL": "X_DATABASE_URL", "X-DATABASE_URL": "X_DATABASE_URL", "WEFT_LOGLEVEL": "WEFT_LOG_LEVEL", "WEFT_LOG_LVEL": "WEFT_LOG_LEVEL",
		"SMTP_HOTS": "SMTP_HOST",

		"REDIS_PORT": "", "REDIS_SERVICE_HOST": "", "REDIS_SERVICE_PORT": "", "REDIS_PORT_6379_TCP_ADDR": "", "SMTP_PORT": "",
		"REDIS": "", "REDIS_HOST": "", "DATABASE_URLS": "", "PGHOST": "", "PATH": "", "HOME": "", "URL": "", "WEFT_LOG_FORMAT": "", "TODOS_DATABASE_URL": "", "": "",
	} {
		r := env.New([]string{unknown + "=hidden"}, "X_")
		for _, name := range []string{"REDIS_URL", "X_DATABASE_URL"} {
			r.Secret(name, "")
		}
		r.Text("WEFT_LOG_LEVEL", "info", "")
		r.Text("SMTP_HOST", "", "")
		want := ""
		if meant != "" {
			want = unknown + " is not a variable of this program: did you mean " + meant + "?"
		}
		if err := r.Close(); want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v\nwant %s", unknown, err, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := env.New([]string{"X_NAME=ada", "X_KEY=hunter2", "X_TOKEN_FILE=" + file}, "X_")
	r.Text("X_NAME", "nobody", "a name")
	r.Int("X_PORT", 4001, 0, 65535, "")
	r.Text("X_NOTE", "", "")
	for _, name := range []string{"X_KEY", "X_TOKEN", "X_MISSING"} {
		r.Secret(name, "")
	}
	want := []env.Value{
		{Setting: env.Setting{Name: "X_NAME", Default: "nobody", Meaning: "a name"}, Text: "ada", From: "environment"},
		{Setting: env.Setting{Name: "X_PORT", Default: "4001"}, Text: "4001", From: "default"},
		{Setting: env.Setting{Name: "X_NOTE"}},
		{Setting: env.Setting{Name: "X_KEY", Secret: true}, Text: env.Redacted, From: "environment"},
		{Setting: env.Setting{Name: "X_TOKEN", Secret: true}, Text: env.Redacted, From: "file " + file},
		{Setting: env.Setting{Name: "X_MISSING", Secret: true}},
	}
	if diff := cmp.Diff(want, r.Values()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	r := env.New(nil, "X_")
	trouble := errors.New("trouble")
	r.Refuse("X_KEY", trouble)
	if err := r.Close(); !errors.Is(err, trouble) || err.Error() != "X_KEY: trouble" {
		t.Errorf("error %v", err)
	}
}
