package alerts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
)

// file is what Prometheus reads.
type file struct {
	Groups []struct {
		Name  string `yaml:"name"`
		Rules []struct {
			Alert       string            `yaml:"alert"`
			Expr        string            `yaml:"expr"`
			For         string            `yaml:"for"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"rules"`
	} `yaml:"groups"`
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%q, %v", names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var rules file
		if err := yaml.UnmarshalWithOptions(text, &rules, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seen := map[string]bool{}
		for _, group := range rules.Groups {
			for _, rule := range group.Rules {
				if rule.Alert == "" || seen[rule.Alert] || rule.Expr == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" ||
					rule.Labels["severity"] != "page" && rule.Labels["severity"] != "ticket" {
					t.Errorf("%s: a rule that lacks something, or is there twice: %+v", name, rule)
				}
				seen[rule.Alert] = true
			}
		}
		if len(seen) == 0 {
			t.Errorf("%s has no rules", name)
		}
	}
}

// TestPrometheusReadsTheRules asks Prometheus' own tool, where it is installed.
func TestPrometheusReadsTheRules(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", "worker.yaml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
