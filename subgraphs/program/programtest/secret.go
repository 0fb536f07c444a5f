package programtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/program"
)

// canary is a secret of no form that a program expects.
const canary = "hunter2;canary@:/?"

// Secrets gives a program a secret for each that it takes, none of which it can
// read, and looks for them in what it says of its configuration and of the mistakes
// in it.
func Secrets(t *testing.T, p program.Program) {
	t.Helper()
	r := env.New(nil, p.Prefix)
	p.Commands(r)
	var environment []string
	for _, setting := range r.Settings() {
		if setting.Secret {
			environment = append(environment, setting.Name+"="+canary)
		}
	}
	var output, complaints bytes.Buffer
	p.Output = &output
	p.Run([]string{"config", "print"}, environment, &complaints)
	for _, command := range p.Commands(env.New(environment, p.Prefix)) {
		p.Run(strings.Fields(command.Name), environment, &complaints)
	}
	for _, text := range []string{output.String(), complaints.String()} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "canary") {
			t.Errorf("a secret is told:\n%s", text)
		}
	}
	if n := strings.Count(output.String(), env.Redacted); n == 0 && complaints.Len() == 0 {
		t.Errorf("%d secrets, and nothing is said about them", len(environment))
	}
}
