package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// journeyOfTwoUsers follows two people through the platform: they register, verify
// their addresses, share a list, are told of what the other does and reminded, work on
// it at the same time, lose and reset a password, end a session, and one of them leaves.
func (w *town) journeyOfTwoUsers(t *testing.T) {
	ann, bob := w.register(t, "Ann"), w.register(t, "Bob")
	w.verify(t, ann)
	w.verifyByPage(t, bob)
	list := w.share(t, ann, bob)
	w.tell(t, list, ann, bob)
	w.workTogether(t, list, ann, bob)
	w.losePassword(t, bob)
	w.endSession(t, ann)
	w.leave(t, ann, bob, list)
	w.erased(t, ann, bob, list)
}

// verify shows that a person reads the mail to their address.
func (w *town) verify(t *testing.T, p *person) {
	t.Helper()
	const query = `{ me { status emailVerified } }`
	if me := at(t, w.read(t, p, query), "me"); at(t, me, "status") != "PENDING" || at(t, me, "emailVerified") != false {
		t.Errorf("before: %v", me)
	}
	token := w.token(t, p.email, "Verify")
	// Somebody who clicks on a link is not always logged in.
	w.do(t, w.nobody(), fmt.Sprintf(`verifyEmail(token: %q)`, token), "user { id }")
	if me := at(t, w.read(t, p, query), "me"); at(t, me, "status") != "ACTIVE" || at(t, me, "emailVerified") != true {
		t.Errorf("after: %v", me)
	}
	if code := w.refused(t, p, fmt.Sprintf(`verifyEmail(token: %q)`, token)); code != "TOKEN_INVALID" {
		t.Errorf("a second time: %s", code)
	}
}

// verifyByPage opens the link in the mail to a person's address, and presses the
// button of the page.
func (w *town) verifyByPage(t *testing.T, p *person) {
	t.Helper()
	address := regexp.MustCompile(`http://\S+/verify[?]token=\w+`).FindString(w.mailed(t, p.email, "Verify"))
	if !strings.HasPrefix(address, w.pages) {
		t.Fatalf("the mail leads to %q, want to %s", address, w.pages)
	}
	for range 2 { // mail programs look at links, too
		if text := openPage(t, http.MethodGet, address, nil, http.StatusOK); !strings.Contains(text, "<button") {
			t.Errorf("the page is\n%s", text)
		}
	}
	if me := at(t, w.read(t, p, `{ me { status } }`), "me"); at(t, me, "status") != "PENDING" {
		t.Errorf("when the page was opened: %v", me)
	}
	page, token, _ := strings.Cut(address, "?token=")
	openPage(t, http.MethodPost, page, url.Values{"token": {token}}, http.StatusOK)
	if me := at(t, w.read(t, p, `{ me { status } }`), "me"); at(t, me, "status") != "ACTIVE" {
		t.Errorf("when the button was pressed: %v", me)
	}
	openPage(t, http.MethodPost, page, url.Values{"token": {token}}, http.StatusGone)
}

// openPage sends a request to a page, as a browser does, and returns what it shows.
func openPage(t *testing.T, method, address string, form url.Values, status int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		t.Errorf("%s %s: %s, want %d, %v\n%s", method, address, response.Status, status, err, text)
	}
	return string(text)
}

// share has one make a list and the other become an editor of it.
func (w *town) share(t *testing.T, owner, editor *person) (list string) {
	t.Helper()
	list, _ = at(t, w.do(t, owner, `createTodoList(input: {name: "Garden"})`, "list { id }"), "list", "id").(string)
	query := fmt.Sprintf(`{ todoList(id: %q) { myRole owner { displayName email } members { user { displayName } role } } }`, list)
	if seen := at(t, w.read(t, editor, query), "todoList"); seen != nil {
		t.Errorf("before: %v", seen)
	}
	w.do(t, owner, fmt.Sprintf(`setListMember(input: {listId: %q, userId: %q, role: EDITOR})`, list, editor.id), "list { id }")
	seen := at(t, w.read(t, editor, query), "todoList")
	if at(t, seen, "myRole") != "EDITOR" || at(t, seen, "owner", "displayName") != "Ann" || at(t, seen, "owner", "email") != nil ||
		at(t, seen, "members", 1, "user", "displayName") != "Bob" {
		t.Errorf("after: %v", seen)
	}
	if code := w.refused(t, editor, fmt.Sprintf(`renameTodoList(input: {id: %q, name: "Mine"})`, list)); code != "FORBIDDEN" {
		t.Errorf("an editor renames the list: %s", code)
	}
	return list
}

// tell has each of two people give the other something to do, which they are told of by
// mail, and reminded of when it is time: of what is theirs, and not done.
func (w *town) tell(t *testing.T, list string, owner, editor *person) {
	t.Helper()
	wants := func(p *person, subject string, parts ...string) {
		t.Helper()
		text := w.mailed(t, p.email, subject)
		for _, part := range append(parts, "Garden", "/unsubscribe?token=") {
			if !strings.Contains(text, part) {
				t.Errorf("%q is missing in the mail %q:\n%s", part, subject, text)
			}
		}
	}
	wants(editor, "Ann shares")
	remindAt := time.Now().Add(4 * time.Second)
	create := func(p *person, title, more string) (todo string) {
		t.Helper()
		mutation := fmt.Sprintf(`createTodo(input: {listId: %q, title: %q, remindAt: %q, %s})`, list, title, remindAt.UTC().Format(time.RFC3339Nano), more)
		todo, _ = at(t, w.do(t, p, mutation, "todo { id }"), "todo", "id").(string)
		return todo
	}
	create(owner, "water the roses", fmt.Sprintf(`assigneeIds: [%q]`, editor.id))
	create(owner, "mow the lawn", "")
	done := create(owner, "feed the birds", "")
	w.do(t, editor, fmt.Sprintf(`completeTodos(input: {ids: [%q]})`, done), "todos { id }")
	w.do(t, editor, fmt.Sprintf(`assignTodo(input: {id: %q, assigneeIds: [%q, %q]})`, create(editor, "paint the fence", ""), owner.id, editor.id), "todo { id }")
	wants(editor, "Ann assigned you", "water the roses")
	wants(owner, "Bob assigned you", "paint the fence")
	for _, reminder := range []struct {
		who   *person
		title string
	}{{editor, "water the roses"}, {owner, "mow the lawn"}, {owner, "paint the fence"}, {editor, "paint the fence"}} {
		wants(reminder.who, "Reminder: "+reminder.title)
		if early := time.Until(remindAt); early > 0 {
			t.Errorf("%s is reminded of %q %s too early", reminder.who.email, reminder.title, early)
		}
	}
	w.wantTold(t, editor, "ASSIGNED Ann: water the roses", "REMINDER nobody: paint the fence", "REMINDER nobody: water the roses", "SHARED Ann: nothing")
	w.wantTold(t, owner, "ASSIGNED Bob: paint the fence", "REMINDER nobody: mow the lawn", "REMINDER nobody: paint the fence")
	for _, p := range []*person{owner, editor} { // nobody is told of anything else, or twice
		var box struct{ Messages []struct{ Subject string } }
		w.mailbox(t, http.MethodGet, "?to="+url.QueryEscape(p.email), &box)
		for _, m := range box.Messages {
			if strings.Contains(m.Subject, "Reminder") || strings.Contains(m.Subject, "assigned") || strings.Contains(m.Subject, "shares") {
				t.Errorf("%s got %q as well", p.email, m.Subject)
			}
		}
	}
}

// wantTold compares what a person was told within the application, sorted: all of it is
// about the list Garden, and none of it read.
func (w *town) wantTold(t *testing.T, p *person, want ...string) {
	t.Helper()
	told := at(t, w.read(t, p, `{ me { notifications(first: 20) { unreadCount edges { node { kind actor { displayName } list { name } todo { title } } } } } }`), "me", "notifications")
	var got []string
	for _, edge := range at(t, told, "edges").([]any) {
		node := at(t, edge, "node")
		who, what := "nobody", "nothing"
		if at(t, node, "actor") != nil {
			who = fmt.Sprint(at(t, node, "actor", "displayName"))
		}
		if at(t, node, "todo") != nil {
			what = fmt.Sprint(at(t, node, "todo", "title"))
		}
		got = append(got, fmt.Sprintf("%v %s: %s", at(t, node, "kind"), who, what))
		if name := at(t, node, "list", "name"); name != "Garden" {
			t.Errorf("%s is told of %v", p.email, node)
		}
	}
	slices.Sort(got)
	if unread := at(t, told, "unreadCount"); !slices.Equal(got, want) || unread != float64(len(want)) {
		t.Errorf("%s was told\n%q, %v unread, want\n%q", p.email, got, unread, want)
	}
}

// workTogether has two people add todos at the same time, and change the same one:
// of those who saw the same version, one succeeds, and the others see it and try
// again.
func (w *town) workTogether(t *testing.T, list string, people ...*person) {
	t.Helper()
	const each = 10
	shared, _ := at(t, w.do(t, people[0], fmt.Sprintf(`createTodo(input: {listId: %q, title: "0"})`, list), "todo { id }"), "todo", "id").(string)
	var group sync.WaitGroup
	for n, p := range people {
		group.Go(func() {
			for i := range each {
				// Each is sent twice, as by a client that lost the answer.
				create := fmt.Sprintf(`mutation { it: createTodo(input: {listId: %q, title: "%d of %d", idempotencyKey: "%d"}) { todo { id } errors { code } } }`, list, i, n, i)
				for range 2 {
					if answer, err := w.try(t.Context(), p, create); err != nil || len(answer.Errors) > 0 || codeOf(answer) != "" {
						t.Errorf("create: %v %+v", err, answer)
					}
				}
				if err := w.count(t.Context(), p, shared); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	query := fmt.Sprintf(`{ todoList(id: %q) { todos(first: 100) { totalCount } } todo(id: %q) { title version } }`, list, shared)
	for _, p := range people {
		data := w.read(t, p, query)
		if n := at(t, data, "todoList", "todos", "totalCount"); n != float64(5+each*len(people)) {
			t.Errorf("there are %v todos", n)
		}
		if title := at(t, data, "todo", "title"); title != fmt.Sprint(each*len(people)) {
			t.Errorf("the shared one is %v", at(t, data, "todo"))
		}
	}
}

// count adds one to the number that is a todo's title. It does so until nobody else
// has changed the todo between its reading and its writing.
func (w *town) count(ctx context.Context, p *person, todo string) error {
	for {
		read, err := w.try(ctx, p, fmt.Sprintf(`{ it: todo(id: %q) { title version } }`, todo))
		data, _ := read.Data.(map[string]any)
		seen, _ := data["it"].(map[string]any)
		if err != nil || len(read.Errors) > 0 || seen == nil {
			return fmt.Errorf("read: %v %+v", err, read)
		}
		var number int
		if _, err := fmt.Sscan(fmt.Sprint(seen["title"]), &number); err != nil {
			return err
		}
		written, err := w.try(ctx, p, fmt.Sprintf(`mutation { it: updateTodo(input: {id: %q, title: "%d", expectedVersion: %v}) { errors { code } } }`,
			todo, number+1, seen["version"]))
		if err != nil || len(written.Errors) > 0 {
			return fmt.Errorf("write: %v %+v", err, written)
		}
		switch code := codeOf(written); code {
		case "":
			return nil
		case "STALE_VERSION":
		default:
			return fmt.Errorf("write: %s", code)
		}
	}
}

// codeOf is the code of the first error in the payload "it", or "".
func codeOf(answer reply) string {
	data, _ := answer.Data.(map[string]any)
	payload, _ := data["it"].(map[string]any)
	errors, _ := payload["errors"].([]any)
	if len(errors) == 0 {
		return ""
	}
	first, _ := errors[0].(map[string]any)
	return fmt.Sprint(first["code"])
}

// losePassword has a person ask for a mail and choose a new password. Sessions from
// before end, and the old password is worth nothing.
func (w *town) losePassword(t *testing.T, p *person) {
	t.Helper()
	before := *p
	stranger := w.nobody()
	for _, email := range []string{p.email, "nobody@example.test"} { // nobody learns who has an account
		if ok := at(t, w.do(t, stranger, fmt.Sprintf(`requestPasswordReset(email: %q)`, email), "ok"), "ok"); ok != true {
			t.Errorf("%s: %v", email, ok)
		}
	}
	token := w.token(t, p.email, "new password")
	p.password = "staple battery horse"
	w.do(t, stranger, fmt.Sprintf(`resetPassword(token: %q, newPassword: %q)`, token, p.password), "ok")
	if code := w.refused(t, stranger, fmt.Sprintf(`resetPassword(token: %q, newPassword: "another battery")`, token)); code != "TOKEN_INVALID" {
		t.Errorf("a second time: %s", code)
	}
	w.endsSoon(t, &before)
	if code := w.refused(t, stranger, fmt.Sprintf(`login(input: {email: %q, password: %q})`, p.email, before.password)); code != "INVALID_CREDENTIALS" {
		t.Errorf("the old password: %s", code)
	}
	w.logIn(t, p)
	if me := at(t, w.read(t, p, `{ me { id } }`), "me", "id"); me != p.id {
		t.Errorf("with the new password it is %v", me)
	}
}

// endSession has a person log in a second time, see both sessions, and end the
// second one from the first.
func (w *town) endSession(t *testing.T, p *person) {
	t.Helper()
	phone := *p
	w.logIn(t, &phone)
	const query = `{ me { sessions(first: 10) { edges { node { id current address device } } } } }`
	other := ""
	edges := at(t, w.read(t, p, query), "me", "sessions", "edges").([]any)
	for _, edge := range edges {
		node := at(t, edge, "node")
		if at(t, node, "address") != p.address {
			t.Errorf("a session from %v", node)
		}
		if at(t, node, "current") == false {
			other, _ = at(t, node, "id").(string)
		}
	}
	if len(edges) != 2 || other == "" {
		t.Fatalf("sessions: %v", edges)
	}
	w.read(t, &phone, `{ me { id } }`)
	w.do(t, p, fmt.Sprintf(`revokeSession(input: {sessionId: %q})`, other), "session { id }")
	w.endsSoon(t, &phone)
	if code := w.refused(t, w.nobody(), fmt.Sprintf(`refreshSession(input: {refreshToken: %q})`, phone.refresh)); code != "TOKEN_INVALID" {
		t.Errorf("its refresh token: %s", code)
	}
	if edges := at(t, w.read(t, p, query), "me", "sessions", "edges").([]any); len(edges) != 1 {
		t.Errorf("afterwards: %v", edges)
	}
}

// leave has one ask for the deletion of their account: it is locked, and others
// see nothing of who it was.
func (w *town) leave(t *testing.T, p, other *person, list string) {
	t.Helper()
	if code := w.refused(t, p, `deleteAccount(password: "a guess that is wrong")`); code != "INVALID_CREDENTIALS" {
		t.Errorf("with a wrong password: %s", code)
	}
	w.do(t, p, fmt.Sprintf(`deleteAccount(password: %q)`, p.password), "ok")
	w.endsSoon(t, p)
	locked := w.nobody()
	if code := w.refused(t, locked, fmt.Sprintf(`login(input: {email: %q, password: %q})`, p.email, p.password)); code != "INVALID_CREDENTIALS" {
		t.Errorf("it can log in: %s", code)
	}
	if code := w.refused(t, locked, fmt.Sprintf(`register(input: {email: %q, password: "correct horse battery", displayName: "Eve"})`, p.email)); code != "CONFLICT" {
		t.Errorf("its address can be registered: %s", code)
	}
	data := w.read(t, other, fmt.Sprintf(`{ user(id: %q) { displayName } todoList(id: %q) { myRole members { user { displayName } } } }`, p.id, list))
	if name := at(t, data, "user", "displayName"); name != "Deleted user" {
		t.Errorf("others see %v", name)
	}
	if role := at(t, data, "todoList", "myRole"); role != "EDITOR" {
		t.Errorf("in the shared list the other one is %v", role)
	}
}

// endsSoon waits until a person's token is refused, no longer than five seconds.
func (w *town) endsSoon(t *testing.T, p *person) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(5 * time.Second); ; {
		answer := w.send(t, p, `{ me { id } }`)
		if answer.Status == http.StatusUnauthorized && len(answer.Errors) == 1 && answer.Errors[0].Extensions["code"] == "AUTH_ERROR" {
			return
		}
		select {
		case <-end:
			t.Fatalf("after 5 s the token of %s still gets %+v", p.email, answer)
		case <-tick.C:
		}
	}
}
