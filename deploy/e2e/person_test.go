package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/postgres"
)

// town is a platform, and a router of its own that believes whoever sends it a
// request where that came from: each person lives at another address, as services
// that bound what comes from one address expect it.
type town struct {
	home, graphQL, mail, pages string
	people                     int
	database                   *postgres.Cluster
}

// person is somebody with an account. The zero value has none.
type person struct {
	id, email, password string
	token, refresh      string
	address             string
}

// TestTown is what people meet with in one platform: the way of two of them through
// it, and what each of six gets from every field.
func TestTown(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	t.Run("the journey of two users", w.journeyOfTwoUsers)
	t.Run("notifications of what is gone", w.notificationsOutliveWhatTheyTellOf)
	t.Run("fields by role", w.fieldsByRole)
}

func newTown(t *testing.T) *town {
	t.Helper()
	database, err := postgres.StartDisposable(t.Context(), "", t.TempDir(), &lockedBuffer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Stop(); err != nil {
			t.Error(err)
		}
	})
	home := filepath.Join(t.TempDir(), "weft")
	p := up(t, home, "WEFT_DATABASE_URL="+database.URL("postgres"), "WEFT_DEMO=1")
	graphQL := serveBeside(t, home, func(config map[string]any) {
		config["client_address"] = map[string]any{"trusted_proxies": []string{"127.0.0.1"}}
	}, "--dev")
	return &town{home: home, graphQL: graphQL, mail: p.addresses["mail"], pages: p.addresses["public"], database: database}
}

// reply is a response with its HTTP status.
type reply struct {
	graphQL
	Status int
}

// try sends an operation on behalf of a person.
func (w *town) try(ctx context.Context, p *person, query string) (answer reply, err error) {
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		return answer, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.graphQL, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {p.address}, "User-Agent": {"Fox/1"}}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	answer.Status = response.StatusCode
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &answer.graphQL)
	}
	if err != nil {
		return answer, fmt.Errorf("%w in %s", err, text)
	}
	return answer, nil
}

// send is try for what has to get a GraphQL response.
func (w *town) send(t *testing.T, p *person, query string) reply {
	t.Helper()
	answer, err := w.try(t.Context(), p, query)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// read sends a query that must succeed, and returns the data.
func (w *town) read(t *testing.T, p *person, query string) any {
	t.Helper()
	answer := w.send(t, p, query)
	if len(answer.Errors) > 0 {
		t.Fatalf("%s: %+v", query, answer.Errors)
	}
	return answer.Data
}

// refused sends a mutation that must be refused, and returns the code of the error
// in its payload.
func (w *town) refused(t *testing.T, p *person, mutation string) string {
	t.Helper()
	data := w.read(t, p, "mutation { it: "+mutation+" { errors { code } } }")
	errors, _ := at(t, data, "it", "errors").([]any)
	if len(errors) == 0 {
		t.Fatalf("%s: it was carried out", mutation)
	}
	code, _ := at(t, errors, 0, "code").(string)
	return code
}

// do sends a mutation that must succeed, and returns its payload.
func (w *town) do(t *testing.T, p *person, mutation, fields string) any {
	t.Helper()
	payload := at(t, w.read(t, p, "mutation { it: "+mutation+" { "+fields+" errors { code message } } }"), "it")
	if errors, _ := at(t, payload, "errors").([]any); len(errors) > 0 {
		t.Fatalf("%s: %v", mutation, errors)
	}
	return payload
}

// nobody is a new person without an account, at an address of its own.
func (w *town) nobody() *person {
	w.people++
	return &person{address: fmt.Sprintf("198.18.%d.%d", w.people/200, w.people%200+1)}
}

// register is a new person with an account.
func (w *town) register(t *testing.T, name string) *person {
	t.Helper()
	p := w.nobody()
	p.email, p.password = fmt.Sprintf("%s%d@example.test", strings.ToLower(name), w.people), "correct horse battery"
	payload := w.do(t, p, fmt.Sprintf(`register(input: {email: %q, password: %q, displayName: %q})`, p.email, p.password, name),
		"user { id } tokens { accessToken refreshToken }")
	p.id, _ = at(t, payload, "user", "id").(string)
	p.token, _ = at(t, payload, "tokens", "accessToken").(string)
	p.refresh, _ = at(t, payload, "tokens", "refreshToken").(string)
	return p
}

// logIn gives a person a new session.
func (w *town) logIn(t *testing.T, p *person) {
	t.Helper()
	stranger := &person{address: p.address} // a token that is refused would be no login
	payload := w.do(t, stranger, fmt.Sprintf(`login(input: {email: %q, password: %q})`, p.email, p.password), "user { id } tokens { accessToken refreshToken }")
	p.id, _ = at(t, payload, "user", "id").(string)
	p.token, _ = at(t, payload, "tokens", "accessToken").(string)
	p.refresh, _ = at(t, payload, "tokens", "refreshToken").(string)
}

// administrator is the platform's demo administrator, logged in.
func (w *town) administrator(t *testing.T) *person {
	t.Helper()
	password, err := os.ReadFile(filepath.Join(w.home, "secrets", "demo-admin.password"))
	if err != nil {
		t.Fatal(err)
	}
	p := w.nobody()
	p.email, p.password = "admin@example.com", strings.TrimSpace(string(password))
	w.logIn(t, p)
	return p
}

// mailed waits for a mail with a subject to an address, takes it out of the box and
// returns its text.
func (w *town) mailed(t *testing.T, email, subject string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var box struct {
			Messages []struct{ ID, Subject string }
		}
		w.mailbox(t, http.MethodGet, "?to="+url.QueryEscape(email), &box)
		for _, m := range box.Messages {
			if !strings.Contains(m.Subject, subject) {
				continue
			}
			var message struct{ Text string }
			w.mailbox(t, http.MethodGet, "/"+m.ID, &message)
			w.mailbox(t, http.MethodDelete, "/"+m.ID, nil)
			return message.Text
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no mail %q for %s within 30 s; there are %v", subject, email, box.Messages)
		case <-tick.C:
		}
	}
}

// mailbox asks the mail sink for something.
func (w *town) mailbox(t *testing.T, method, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.mail+"/api/messages"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if into == nil {
		return
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// inMail finds a token in a mail's text: what follows the page's address.
var inMail = regexp.MustCompile(`[?]token=(\S+)`)

// token waits for a mail with a subject to an address and returns the token in it.
func (w *town) token(t *testing.T, email, subject string) string {
	t.Helper()
	text := w.mailed(t, email, subject)
	found := inMail.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no token in the mail\n%s", text)
	}
	return found[1]
}

// soon is a moment in the near future, as a literal of GraphQL.
func soon(in time.Duration) string {
	return fmt.Sprintf("%q", time.Now().Add(in).UTC().Format(time.RFC3339))
}
