package main

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// TestSIGTERM stops the program under the load of clients that keep their
// connections, as the router does, and of clients behind a load balancer, which
// open new ones while the service says that it can work: all are answered.
func TestSIGTERM(t *testing.T) {
	t.Parallel()
	database := databases.Database(t)
	key := servertest.Keys()[0]
	environment := []string{
		"TODOS_PORT=0", "TODOS_DATABASE_URL=" + database,
		"WEFT_IDENTITY_KEYS=" + key.ID + ":" + base64.StdEncoding.EncodeToString(key.Secret),
	}
	if status, output := run(environment, "migrate"); status != 0 {
		t.Fatalf("migrate: status %d\n%s", status, output)
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "serve")
	command.Env = append(os.Environ(), append(environment, asProgram+"=1")...)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	address := ""
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "msg=listening service=todos addr=")
	}
	if address == "" {
		t.Fatal("the program does not listen")
	}
	var log strings.Builder
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		for lines.Scan() {
			log.WriteString(lines.Text() + "\n")
		}
	}()

	signer := servertest.NewClient(t, http.NotFoundHandler())
	var answered atomic.Int64
	ask := func(client *http.Client) (last bool) {
		request := signer.Request(t, identity.Claims{Subject: "usr_00000000000000000000000000"}, []byte(`{"query":"{ todoList(id: \"tdl_00000000000000000000000000\") { name } }"}`))
		request.URL, request.RequestURI = &url.URL{Scheme: "http", Host: address, Path: "/graphql"}, ""
		response, err := client.Do(request)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return true // nothing is lost: the load balancer asks another instance
		}
		if err != nil {
			t.Errorf("dropped: %v", err)
			return true
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(body) != `{"data":{"todoList":null}}` {
			t.Errorf("%s, %v", body, err)
		}
		if answered.Add(1) == 200 {
			if err := command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		}
		return response.Close
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
			for !ask(client) {
			}
		})
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
			for {
				response, err := client.Get("http://" + address + "/health")
				if errors.Is(err, syscall.ECONNREFUSED) {
					return
				}
				if err != nil {
					t.Errorf("no answer about health: %v", err)
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					return
				}
				ask(client)
			}
		})
	}
	group.Wait()
	<-logged
	if err := command.Wait(); err != nil || answered.Load() < 200 {
		t.Errorf("%d answers, %v\n%s", answered.Load(), err, &log)
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "msg=stopping") {
		t.Errorf("log:\n%s", text)
	}
}
