package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users"
)

// matrix is a world in which everybody asks for everything: a list with its owner,
// an editor and a viewer, and others who have nothing to do with it.
type matrix struct {
	*town
	callers map[string]*person // by role
	ids     map[string]string  // of what stays, by name
	made    int
}

func newMatrix(t *testing.T, w *town) *matrix {
	t.Helper()
	m := &matrix{town: w, callers: map[string]*person{}, ids: map[string]string{}}
	m.callers["anonymous"], m.callers["administrator"] = m.nobody(), m.administrator(t)
	for _, role := range []string{"stranger", "viewer", "editor", "owner"} {
		m.callers[role] = m.register(t, role)
		m.ids[role] = m.callers[role].id
	}
	m.do(t, m.callers["owner"], `updateProfile(input: {avatarUrl: "https://example.test/owner.png"})`, "user { id }")
	m.do(t, m.callers["owner"], `updateNotificationSettings(input: {quietFrom: 22, quietTo: 7})`, "user { id }")
	m.ids["extra"] = m.register(t, "Extra").id
	m.do(t, m.callers["administrator"], fmt.Sprintf(`setUserStatus(userId: %q, status: ACTIVE)`, m.ids["extra"]), "user { id }") // for the audit log
	m.ids["throttled"] = m.throttled(t)
	m.ids["list"] = m.list(t, "Home")
	m.ids["tag"] = m.tag(t, "chores")
	todo := func(fields string) string {
		payload := m.do(t, m.callers["owner"], fmt.Sprintf(`createTodo(input: {listId: %q, description: "with soap", dueAt: %s, remindAt: %s, assigneeIds: [%q], tagIds: [%q], %s})`,
			m.ids["list"], soon(0), soon(time.Hour), m.ids["owner"], m.ids["tag"], fields), "todo { id }")
		return at(t, payload, "todo", "id").(string)
	}
	m.ids["todo"] = todo(`title: "Wash the car"`)
	m.ids["notification"] = m.notification(t, m.callers["owner"])
	m.do(t, m.callers["owner"], fmt.Sprintf(`setTodoStatus(input: {id: %q, status: DONE})`, m.ids["todo"]), "todo { id }")
	for _, assignees := range [][]string{{m.ids["owner"], m.ids["editor"]}, {m.ids["owner"]}} { // for the history
		m.do(t, m.callers["owner"], fmt.Sprintf(`assignTodo(input: {id: %q, assigneeIds: ["%s"]})`, m.ids["todo"], strings.Join(assignees, `", "`)), "todo { id }")
	}
	// For the connections and statistics that leave out what is done.
	todo(`title: "Wash the cat"`)
	m.do(t, m.callers["owner"], fmt.Sprintf(`setTodoStatus(input: {id: %q, status: IN_PROGRESS})`, todo(`title: "Dry the cat"`)), "todo { id }")
	m.do(t, m.callers["owner"], fmt.Sprintf(`setTodoStatus(input: {id: %q, status: ARCHIVED})`, todo(`title: "Buy a cat"`)), "todo { id }")
	return m
}

// throttled is the address of an account that somebody has guessed the password of
// until no guess was accepted any more.
func (m *matrix) throttled(t *testing.T) string {
	t.Helper()
	email, guesser := m.register(t, "Somebody").email, m.nobody()
	for range 100 {
		if m.refused(t, guesser, fmt.Sprintf(`login(input: {email: %q, password: "a wrong one"})`, email)) == "RATE_LIMITED" {
			return email
		}
	}
	t.Fatal("a hundred guesses of a password are accepted")
	return ""
}

// session is the id of the session that a person is logged in with.
func (m *matrix) session(t *testing.T, p *person) string {
	t.Helper()
	for _, edge := range at(t, m.read(t, p, `{ me { sessions { edges { node { id current } } } } }`), "me", "sessions", "edges").([]any) {
		if node := at(t, edge, "node"); at(t, node, "current") == true {
			return at(t, node, "id").(string)
		}
	}
	t.Fatalf("%s has no session", p.email)
	return ""
}

// list makes a list of the owner's, of which editor and viewer are members.
func (m *matrix) list(t *testing.T, name string) string {
	t.Helper()
	id := at(t, m.do(t, m.callers["owner"], fmt.Sprintf(`createTodoList(input: {name: %q})`, name), "list { id }"), "list", "id").(string)
	m.join(t, id, m.callers["editor"].id, "EDITOR")
	m.join(t, id, m.callers["viewer"].id, "VIEWER")
	return id
}

func (m *matrix) join(t *testing.T, list, user, role string) {
	t.Helper()
	m.do(t, m.callers["owner"], fmt.Sprintf(`setListMember(input: {listId: %q, userId: %q, role: %s})`, list, user, role), "list { id }")
}

func (m *matrix) tag(t *testing.T, name string) string {
	t.Helper()
	payload := m.do(t, m.callers["owner"], fmt.Sprintf(`createTag(input: {listId: %q, name: %q})`, m.ids["list"], name), "tag { id }")
	return at(t, payload, "tag", "id").(string)
}

// notification is one of a person, new, as the worker writes it. It is the newest that
// they have, whatever else they are told of meanwhile.
func (m *matrix) notification(t *testing.T, p *person) string {
	t.Helper()
	m.made++
	m.notify(t, users.NewNotification{
		Key: fmt.Sprint("matrix/", m.made), UserID: p.id, Kind: users.NotifyAssigned, At: time.Now().Add(time.Hour + time.Duration(m.made)*time.Second),
		TodoID: m.ids["todo"], ListID: m.ids["list"], ActorID: m.ids["editor"],
	})
	seen := m.read(t, p, `{ me { notifications(first: 1) { edges { node { id } } } } }`)
	return at(t, seen, "me", "notifications", "edges", 0, "node", "id").(string)
}

// newcomer is somebody new in a role, logged in.
func (m *matrix) newcomer(t *testing.T, role string) *person {
	t.Helper()
	if role == "anonymous" {
		return m.nobody()
	}
	p := m.register(t, role)
	switch role {
	case "viewer":
		m.join(t, m.ids["list"], p.id, "VIEWER")
	case "editor":
		m.join(t, m.ids["list"], p.id, "EDITOR")
	case "owner":
		m.join(t, m.ids["list"], p.id, "OWNER")
	case "administrator":
		m.do(t, m.callers["administrator"], fmt.Sprintf(`setUserRoles(userId: %q, roles: [ADMIN])`, p.id), "user { id }")
		m.logIn(t, p)
	}
	return p
}

// thing is what a placeholder stands for: something that stays in the world, or
// something new.
func (m *matrix) thing(t *testing.T, caller *person, match string) string {
	t.Helper()
	parts := placeholder.FindStringSubmatch(match)
	if parts[1] != "" {
		return m.fresh(t, caller, parts[2])
	}
	if parts[2] == "me" {
		return caller.id
	}
	id, known := m.ids[parts[2]]
	if !known {
		t.Fatalf("the matrix' world has no %s", match)
	}
	return id
}

// fresh makes something that is used once.
func (m *matrix) fresh(t *testing.T, caller *person, kind string) (made string) {
	t.Helper()
	m.made++
	name := fmt.Sprint(kind, " ", m.made)
	owner := m.callers["owner"]
	todo := func() string {
		payload := m.do(t, owner, fmt.Sprintf(`createTodo(input: {listId: %q, title: %q})`, m.ids["list"], name), "todo { id }")
		return at(t, payload, "todo", "id").(string)
	}
	switch kind {
	case "name":
		made = name
	case "email":
		made = fmt.Sprintf("xenia%d@example.test", m.made)
	case "account":
		made = m.register(t, "Somebody").email
	case "user":
		made = m.register(t, "Somebody").id
	case "refresh":
		made = m.register(t, "Somebody").refresh
	case "session":
		made = m.session(t, m.register(t, "Somebody"))
	case "mine":
		if caller.id == "" {
			return m.session(t, m.register(t, "Somebody"))
		}
		again := *caller
		m.logIn(t, &again)
		made = m.session(t, &again)
	case "verification":
		made = m.token(t, m.register(t, "Somebody").email, "Verify")
	case "reset":
		made = m.register(t, "Somebody").email
		m.do(t, caller, fmt.Sprintf(`requestPasswordReset(email: %q)`, made), "ok")
		made = m.token(t, made, "new password")
	case "list":
		made = m.list(t, name)
	case "tag":
		made = m.tag(t, name)
	case "todo":
		made = todo()
	case "deleted":
		made = todo()
		m.do(t, owner, fmt.Sprintf(`deleteTodo(input: {id: %q})`, made), "deletedId")
	case "notification":
		if made = m.notification(t, owner); caller.id != "" {
			made = m.notification(t, caller)
		}
	case "member":
		made = m.ids["extra"]
		m.join(t, m.ids["list"], made, "VIEWER")
	default:
		t.Fatalf("the matrix does not know how to make {+%s}", kind)
	}
	return made
}
