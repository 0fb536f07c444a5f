package variable_test

import (
	"errors"
	"testing"

	"github.com/weftql/weft/router/internal/variable"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) {
		value, set := map[string]string{"HOST": "example.com", "EMPTY": "", "NESTED": "${env.HOST}"}[name]
		return value, set
	}
	trouble := errors.New("no such file")
	file := func(path string) (string, error) {
		if path != "key.pem" {
			return "", trouble
		}
		return "KEY", nil
	}
	both, envOnly := variable.Sources{Env: env, File: file}, variable.Sources{Env: env}
	for _, c := range []struct {
		name, in string
		sources  variable.Sources
		want     string
		err      string
	}{
		{"nothing", "a$b{c}", both, "a$b{c}", ""},
		{"a variable", "http://${env.HOST}/x", both, "http://example.com/x", ""},
		{"several", "${env.HOST}${env.HOST}${file.key.pem}", both, "example.comexample.comKEY", ""},
		{"an empty one is set", "<${env.EMPTY:-x}>", both, "<>", ""},
		{"a default", "${env.PORT:-4000}", both, "4000", ""},
		{"an empty default", "<${env.PORT:-}>", both, "<>", ""},
		{"a value is not expanded again", "${env.NESTED}", both, "${env.HOST}", ""},
		{"not set", "${env.PORT}", both, "", "the environment variable PORT is not set"},
		{"nothing is set", "${env.HOST}", variable.Sources{}, "", "the environment variable HOST is not set"},
		{"a file that cannot be read", "${file.other}", both, "", "no such file"},
		{"files are not known", "${file.key.pem}", envOnly, "", `"${file.key.pem" is no reference to a variable: want ${env.NAME} or ${env.NAME:-default}`},
		{"not closed", "${env.HOST", both, "", `"${env.HOST" is no reference to a variable: want ${env.NAME}, ${env.NAME:-default} or ${file.PATH}`},
		{"no name", "${env.}", both, "", `"${env." is no reference to a variable: want ${env.NAME}, ${env.NAME:-default} or ${file.PATH}`},
		{"as shells do", "${HOST}", both, "", `"${HOST" is no reference to a variable: want ${env.NAME}, ${env.NAME:-default} or ${file.PATH}`},
	} {
		got, err := variable.Expand(c.in, c.sources)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if _, err := variable.Expand("${x}", both); !errors.Is(err, variable.ErrReference) {
		t.Errorf("error %v", err)
	}
}
