package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weftql/weft/workers"
)

// TestAlertsAreAboutMetricsThatExist compares the rules with what a worker tells.
func TestAlertsAreAboutMetricsThatExist(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("../../../deploy/alerts/worker.yaml")
	if err != nil {
		t.Fatal(err)
	}
	url, _ := openUsers(t)
	address := startWorker(t, append(environment(url, todosDatabases.Database(t), "smtp://127.0.0.1:1"), "REDIS_URL=redis://127.0.0.1:1")...)
	_, text := fetch(t, "GET", "http://"+address+"/metrics", "")
	told := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		told[line[1]] = true
		if line[2] == "histogram" {
			told[line[1]+"_count"], told[line[1]+"_sum"], told[line[1]+"_bucket"] = true, true, true
		}
	}
	named := regexp.MustCompile(`\bweft_[a-z_]+`).FindAllString(string(rules), -1)
	if len(named) < 10 {
		t.Errorf("the rules name %q only", named)
	}
	for _, name := range named {
		if !told[name] {
			t.Errorf("the rules name %s, which no worker tells", name)
		}
	}
	for _, selected := range regexp.MustCompile(`queue!?[=~]+"([^"]+)"`).FindAllStringSubmatch(string(rules), -1) {
		for queue := range strings.SplitSeq(selected[1], "|") {
			_, ofUsers := workers.UsersQueues()[queue]
			_, ofTodos := workers.TodosQueues()[queue]
			if !ofUsers && !ofTodos {
				t.Errorf("the rules name the queue %s, which is none", queue)
			}
		}
	}
}
