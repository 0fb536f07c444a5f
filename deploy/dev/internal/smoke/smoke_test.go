package smoke_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/smoke"
)

// platform answers the walk's requests as a platform would, but for one answer.
type platform struct {
	operation string // a word of the operation that is answered differently
	answer    string // how

	mu    sync.Mutex
	name  string // of the registered user
	email string
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var request struct {
		Query     string
		Variables struct{ Input map[string]any }
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	what := request.Query + r.URL.Path
	if p.operation != "" && strings.Contains(what, p.operation) {
		_, _ = io.WriteString(w, p.answer)
		return
	}
	authorised := r.Header.Get("Authorization") == "Bearer token"
	switch input := request.Variables.Input; {
	case strings.Contains(what, "register("):
		p.name, p.email = input["displayName"].(string), input["email"].(string)
		fmt.Fprintf(w, `{"data": {"register": {"user": {"id": "usr_1", "displayName": %q}, "tokens": {"accessToken": "other"}, "errors": []}}}`, p.name)
	case strings.Contains(what, "login("):
		_, _ = io.WriteString(w, `{"data": {"login": {"user": {"id": "usr_1"}, "tokens": {"accessToken": "token"}, "errors": []}}}`)
	case strings.Contains(what, "createTodoList(") && authorised:
		fmt.Fprintf(w, `{"data": {"createTodoList": {"list": {"id": "tdl_1", "name": %q}, "errors": []}}}`, input["name"])
	case strings.Contains(what, "createTodo(") && authorised:
		fmt.Fprintf(w, `{"data": {"createTodo": {"todo": {"id": "tdo_1", "title": %q}, "errors": []}}}`, input["title"])
	case strings.Contains(what, "todoLists(") && authorised:
		fmt.Fprintf(w, `{"data": {"me": {"displayName": %q, "todoLists": {"edges": [{"node": {"id": "tdl_1", "owner": {"displayName": %[1]q},
			"todos": {"edges": [{"node": {"id": "tdo_1", "assignees": [{"displayName": %[1]q, "email": %q}]}}]}}}]}}}}`, p.name, p.email)
	case strings.Contains(what, "/api/messages") && r.URL.Query().Get("to") == p.email:
		_, _ = io.WriteString(w, `{"messages": [{"subject": "Welcome"}]}`)
	default:
		http.Error(w, `{"errors": [{"message": "unexpected: `+what+`"}]}`, http.StatusUnauthorized)
	}
}

func TestWalkSucceeds(t *testing.T) {
	t.Parallel()
	out, err := walk(t, &platform{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"register", "login", "create list", "create todo", "query across users and todos", "first mail", `"Welcome"`, "everything in"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestWalkNamesTheStepThatFails(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, operation, answer, want string }{
		{"GraphQL errors", "register(", `{"errors": [{"message": "subgraph users is down", "path": ["register"]}]}`, "register: failed after"},
		{"their messages", "register(", `{"errors": [{"message": "subgraph users is down", "path": ["register"]}]}`, "subgraph users is down (at [register])"},
		{"a refusal in the payload", "login(", `{"data": {"login": {"errors": [{"message": "no", "code": "BAD_INPUT", "path": ["input", "email"]}]}}}`, "refused: BAD_INPUT no at input.email"},
		{"a payload without its object", "createTodoList(", `{"data": {"createTodoList": {"list": null, "errors": []}}}`, "create list: failed after"},
		{"another todo than the one made", "todoLists(", `{"data": {"me": {"displayName": "x", "todoLists": {"edges": []}}}}`, "query across users and todos: failed after"},
		{"an answer that is no JSON", "createTodo(", "<html>", "which is not the JSON expected"},
		{"no mail", "/api/messages", `{"messages": []}`, "first mail: failed after"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, err := walk(t, &platform{operation: tc.operation, answer: tc.answer})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want one that contains %q; it wrote:\n%s", err, tc.want, out)
			}
		})
	}
}

func walk(t *testing.T, p *platform) (string, error) {
	t.Helper()
	server := httptest.NewServer(p)
	defer server.Close()
	var out bytes.Buffer
	err := smoke.Run(t.Context(), home.Addresses{Router: server.URL, Mail: server.URL}, &out)
	return out.String(), err
}
