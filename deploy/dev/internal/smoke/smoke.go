package smoke

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/weftql/weft/deploy/dev/internal/home"
)

// stepTimeout bounds each step. The mail takes longest: a worker has to pick
// the job up.
const stepTimeout = 25 * time.Second

// Run walks through the platform at the given addresses and prints each step.
// Its error names the step that failed.
func Run(ctx context.Context, at home.Addresses, out io.Writer) error {
	sender := &http.Client{}
	defer sender.CloseIdleConnections()
	w := &walk{
		router: client{http: sender, url: at.Router + "/graphql"}, mail: at.Mail,
		email:    "smoke-" + strings.ToLower(rand.Text()[:12]) + "@example.com",
		password: rand.Text(),
	}
	began := time.Now()
	for _, step := range []struct {
		name string
		do   func(ctx context.Context) (string, error)
	}{
		{"register", w.register},
		{"login", w.login},
		{"create list", w.createList},
		{"create todo", w.createTodo},
		{"query across users and todos", w.cross},
		{"first mail", w.firstMail},
	} {
		start := time.Now()
		limited, cancel := context.WithTimeout(ctx, stepTimeout)
		found, err := step.do(limited)
		cancel()
		took := time.Since(start).Round(100 * time.Microsecond)
		if err != nil {
			return fmt.Errorf("%s: failed after %s: %w", step.name, took, err)
		}
		fmt.Fprintf(out, "ok  %-29s %8s  %s\n", step.name, took, found)
	}
	fmt.Fprintf(out, "ok  everything in %s\n", time.Since(began).Round(time.Millisecond))
	return nil
}

// walk is what one step learns for the next ones.
type walk struct {
	router          client
	mail            string
	email, password string
	userID, listID  string
	todoID          string
}

// name is what the registered user is called, chosen so that no answer could
// have it by accident.
func (w *walk) name() string { return "Smoke " + w.password[:8] }

// userError is an expected failure within a payload.
type userError struct {
	Message, Code string
	Path          []string
}

// refusal returns the payload's failures as one error, or nil.
func refusal(failures []userError) error {
	var errs []error
	for _, f := range failures {
		errs = append(errs, fmt.Errorf("refused: %s %s at %s", f.Code, f.Message, strings.Join(f.Path, ".")))
	}
	return errors.Join(errs...)
}

// auth is an AuthPayload.
type auth struct {
	User   *struct{ ID, DisplayName string }
	Tokens *struct{ AccessToken string }
	Errors []userError
}

// register makes an account; the rest of the journey uses the token of login.
func (w *walk) register(ctx context.Context) (string, error) {
	var data struct{ Register auth }
	err := w.router.do(ctx, `mutation ($input: RegisterInput!) {
		register(input: $input) { user { id displayName } tokens { accessToken } errors { message code path } }
	}`, map[string]any{"input": map[string]any{
		"email": w.email, "password": w.password, "displayName": w.name(), "timeZone": "Europe/Berlin",
	}}, &data)
	if err := errors.Join(err, refusal(data.Register.Errors)); err != nil {
		return "", err
	}
	if data.Register.User == nil || data.Register.User.DisplayName != w.name() || data.Register.Tokens == nil {
		return "", fmt.Errorf("unexpected answer %+v", data.Register)
	}
	w.userID = data.Register.User.ID
	return w.email + " is " + w.userID, nil
}

// login gets an access token.
func (w *walk) login(ctx context.Context) (string, error) {
	var data struct{ Login auth }
	err := w.router.do(ctx, `mutation ($input: LoginInput!) {
		login(input: $input) { user { id displayName } tokens { accessToken } errors { message code path } }
	}`, map[string]any{"input": map[string]any{"email": w.email, "password": w.password}}, &data)
	if err := errors.Join(err, refusal(data.Login.Errors)); err != nil {
		return "", err
	}
	if data.Login.User == nil || data.Login.User.ID != w.userID || data.Login.Tokens == nil || data.Login.Tokens.AccessToken == "" {
		return "", fmt.Errorf("unexpected answer %+v", data.Login)
	}
	w.router.token = data.Login.Tokens.AccessToken
	return fmt.Sprintf("an access token of %d bytes", len(w.router.token)), nil
}

// createList makes the list that the todo goes to.
func (w *walk) createList(ctx context.Context) (string, error) {
	var data struct {
		CreateTodoList struct {
			List   *struct{ ID, Name string }
			Errors []userError
		}
	}
	err := w.router.do(ctx, `mutation ($input: CreateTodoListInput!) {
		createTodoList(input: $input) { list { id name } errors { message code path } }
	}`, map[string]any{"input": map[string]any{"name": "Smoke"}}, &data)
	if err := errors.Join(err, refusal(data.CreateTodoList.Errors)); err != nil {
		return "", err
	}
	if data.CreateTodoList.List == nil || data.CreateTodoList.List.Name != "Smoke" {
		return "", fmt.Errorf("unexpected answer %+v", data.CreateTodoList)
	}
	w.listID = data.CreateTodoList.List.ID
	return w.listID, nil
}

// createTodo makes a todo that is assigned to the user.
func (w *walk) createTodo(ctx context.Context) (string, error) {
	var data struct {
		CreateTodo struct {
			Todo   *struct{ ID, Title string }
			Errors []userError
		}
	}
	err := w.router.do(ctx, `mutation ($input: CreateTodoInput!) {
		createTodo(input: $input) { todo { id title } errors { message code path } }
	}`, map[string]any{"input": map[string]any{"listId": w.listID, "title": "Look at the smoke", "assigneeIds": []string{w.userID}}}, &data)
	if err := errors.Join(err, refusal(data.CreateTodo.Errors)); err != nil {
		return "", err
	}
	if data.CreateTodo.Todo == nil || data.CreateTodo.Todo.Title != "Look at the smoke" {
		return "", fmt.Errorf("unexpected answer %+v", data.CreateTodo)
	}
	w.todoID = data.CreateTodo.Todo.ID
	return w.todoID, nil
}

// cross asks for users' data, todos' data below it and users' data below that.
func (w *walk) cross(ctx context.Context) (string, error) {
	var data struct {
		Me struct {
			DisplayName string
			TodoLists   struct {
				Edges []struct {
					Node struct {
						ID    string
						Owner struct{ DisplayName string }
						Todos struct {
							Edges []struct {
								Node struct {
									ID        string
									Assignees []struct{ DisplayName, Email string }
								}
							}
						}
					}
				}
			}
		}
	}
	err := w.router.do(ctx, `{
		me { displayName todoLists(first: 5) { edges { node { id owner { displayName }
			todos(first: 5) { edges { node { id assignees { displayName email } } } } } } } }
	}`, nil, &data)
	if err != nil {
		return "", err
	}
	lists := data.Me.TodoLists.Edges
	if data.Me.DisplayName != w.name() || len(lists) != 1 || lists[0].Node.ID != w.listID || lists[0].Node.Owner.DisplayName != w.name() {
		return "", fmt.Errorf("unexpected answer %+v", data)
	}
	todos := lists[0].Node.Todos.Edges
	if len(todos) != 1 || todos[0].Node.ID != w.todoID || len(todos[0].Node.Assignees) != 1 || todos[0].Node.Assignees[0].Email != w.email {
		return "", fmt.Errorf("unexpected answer %+v", data)
	}
	return "me → lists → todos → assignee " + todos[0].Node.Assignees[0].DisplayName, nil
}

// firstMail waits for the first of the mails that registering sends.
func (w *walk) firstMail(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.mail+"/api/messages?wait=20s&to="+w.email, nil)
	if err != nil {
		return "", err
	}
	var answer struct {
		Messages []struct{ Subject string }
		Error    string
	}
	if err := exchange(w.router.http, request, &answer); err != nil {
		return "", err
	}
	if answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	if len(answer.Messages) == 0 {
		return "", fmt.Errorf("no mail for %s", w.email)
	}
	return fmt.Sprintf("%q", answer.Messages[0].Subject), nil
}
