package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// notify tells somebody of something, as the worker does.
func (b *bundle) notify(t testing.TB, about users.NewNotification) {
	t.Helper()
	b.clock.advance(time.Minute)
	about.At = b.clock.now()
	if about.Kind == "" {
		about.Kind = users.NotifyReminder
	}
	if added, err := userspostgres.AddNotification(t.Context(), b.pool, about); err != nil || !added {
		t.Fatal(added, err)
	}
}

// shown is a user's notifications as they see them.
type shown struct {
	TotalCount, UnreadCount int
	PageInfo                struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       string
	}
	Edges []struct {
		Cursor string
		Node   struct {
			ID, Kind, CreatedAt string
			ReadAt              *string
			Todo, List          *struct{ ID string }
			Actor               *struct{ DisplayName string }
		}
	}
}

func (s shown) ids() []string {
	ids := []string{}
	for _, edge := range s.Edges {
		ids = append(ids, edge.Node.ID)
	}
	return ids
}

// notifications are those that somebody sees, with the arguments.
func (b *bundle) notifications(t testing.TB, who identity.Claims, args string) shown {
	t.Helper()
	response := b.Do(t, who, `{ me { notifications`+args+` { totalCount unreadCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
		edges { cursor node { id kind createdAt readAt todo { id } list { id } actor { displayName } } } } } }`, nil)
	response.WantCodes(t)
	var data struct{ Me struct{ Notifications shown } }
	response.Decode(t, &data)
	return data.Me.Notifications
}

func TestNotificationsSayWhatHappened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	todo, list := id.Format(id.Todo, id.New()), id.Format(id.TodoList, id.New())
	b.notify(t, users.NewNotification{Key: "1", UserID: ada.Subject, Kind: users.NotifyAssigned, TodoID: todo, ListID: list, ActorID: bob.Subject})
	b.notify(t, users.NewNotification{Key: "2", UserID: ada.Subject, Kind: users.NotifySecurity})
	b.notify(t, users.NewNotification{Key: "3", UserID: ada.Subject, Kind: users.NotifyShared, ListID: list, ActorID: id.Format(id.User, id.New())})
	got := b.notifications(t, ada, ``)
	if got.TotalCount != 3 || got.UnreadCount != 3 || len(got.Edges) != 3 {
		t.Fatalf("%+v", got)
	}
	shared, security, assigned := got.Edges[0].Node, got.Edges[1].Node, got.Edges[2].Node
	if shared.Kind != "SHARED" || shared.List.ID != list || shared.Todo != nil || shared.Actor != nil {
		t.Errorf("shared by somebody who is gone: %+v", shared)
	}
	if security.Kind != "SECURITY" || security.List != nil || security.Todo != nil || security.Actor != nil || security.ReadAt != nil {
		t.Errorf("about the account: %+v", security)
	}
	if assigned.Kind != "ASSIGNED" || assigned.Todo.ID != todo || assigned.List.ID != list || assigned.Actor.DisplayName != "N. N." {
		t.Errorf("assigned: %+v", assigned)
	}
	if !strings.HasPrefix(assigned.ID, "ntf_") || !strings.HasSuffix(assigned.CreatedAt, "Z") {
		t.Errorf("assigned: %+v", assigned)
	}
}

// TestNotificationsAreTheirOwnersAlone asks for one of Ada's everywhere as others.
func TestNotificationsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	b.notify(t, users.NewNotification{Key: "1", UserID: ada.Subject, ActorID: bob.Subject})
	one := b.notifications(t, ada, ``).Edges[0].Node.ID
	type outcome struct{ data, code string }
	for _, c := range []struct {
		name, query     string
		own, other, any outcome
	}{
		{
			"user", fmt.Sprintf(`{ it: user(id: %q) { notifications { unreadCount } } }`, ada.Subject),
			outcome{`{"notifications":{"unreadCount":1}}`, ""},
			outcome{`{"notifications":null}`, ""},
			outcome{`null`, "UNAUTHENTICATED"},
		},
		{
			"node", fmt.Sprintf(`{ it: node(id: %q) { ... on Notification { kind } } }`, one),
			outcome{`{"kind":"REMINDER"}`, ""},
			outcome{`null`, ""},
			outcome{`null`, "UNAUTHENTICATED"},
		},
		{
			"nodes", fmt.Sprintf(`{ it: nodes(ids: ["ntf_x", %q]) { ... on Notification { kind } } }`, one),
			outcome{`[null,{"kind":"REMINDER"}]`, ""},
			outcome{`[null,null]`, ""},
			outcome{`null`, "UNAUTHENTICATED"},
		},
		{
			"entity", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "Notification", id: %q}]) { ... on Notification { kind } } }`, one),
			outcome{`[{"kind":"REMINDER"}]`, ""},
			outcome{`[null]`, ""},
			outcome{`[null]`, ""},
		},
		{
			"mark", fmt.Sprintf(`mutation { it: markNotificationsRead(input: {ids: [%q]}) { notifications { id } errors { code path } } }`, one),
			outcome{fmt.Sprintf(`{"notifications":[{"id":%q}],"errors":[]}`, one), ""},
			outcome{`{"notifications":[],"errors":[{"code":"NOT_FOUND","path":["input","ids","0"]}]}`, ""},
			outcome{`null`, "UNAUTHENTICATED"},
		},
		{
			"mark all", fmt.Sprintf(`mutation { it: markAllNotificationsRead(input: {before: %q}) { marked errors { code path } } }`, one),
			outcome{`{"marked":0,"errors":[]}`, ""},
			outcome{`{"marked":0,"errors":[{"code":"NOT_FOUND","path":["input","before"]}]}`, ""},
			outcome{`null`, "UNAUTHENTICATED"},
		},
	} {
		for _, who := range []struct {
			name   string
			claims identity.Claims
			want   outcome
		}{{"another", bob, c.other}, {"an administrator", admin, c.other}, {"nobody", identity.Claims{}, c.any}, {"the owner", ada, c.own}} {
			if c.name[:4] == "mark" && who.claims.Subject == admin.Subject {
				continue // the tests' administrator has no account
			}
			response := b.Do(t, who.claims, c.query, nil)
			if who.want.code != "" {
				response.WantCodes(t, who.want.code)
				continue
			}
			response.WantCodes(t)
			t.Log(c.name, who.name)
			response.WantData(t, `{"it":`+who.want.data+`}`)
		}
	}
}

func TestNotificationsPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.register(t, "ada@example.com")
	for n := range 7 {
		b.notify(t, users.NewNotification{Key: fmt.Sprint(n), UserID: ada.Subject})
	}
	all := b.notifications(t, ada, ``).ids()
	first := b.notifications(t, ada, `(first: 3)`)
	second := b.notifications(t, ada, fmt.Sprintf(`(first: 3, after: %q)`, first.PageInfo.EndCursor))
	third := b.notifications(t, ada, fmt.Sprintf(`(first: 3, after: %q)`, second.PageInfo.EndCursor))
	if diff := cmp.Diff(all, append(append(first.ids(), second.ids()...), third.ids()...)); diff != "" || len(all) != 7 {
		t.Errorf("forwards (-all +pages):\n%s", diff)
	}
	if !first.PageInfo.HasNextPage || !second.PageInfo.HasNextPage || third.PageInfo.HasNextPage || first.TotalCount != 7 || third.TotalCount != 7 {
		t.Errorf("pages %+v, %+v, %+v", first.PageInfo, second.PageInfo, third.PageInfo)
	}
	back := b.notifications(t, ada, fmt.Sprintf(`(last: 3, before: %q)`, third.PageInfo.StartCursor))
	if diff := cmp.Diff(second.ids(), back.ids()); diff != "" {
		t.Errorf("backwards (-want +got):\n%s", diff)
	}
	// Two are read: the unread ones are a connection of their own.
	b.Do(t, ada, fmt.Sprintf(`mutation { markNotificationsRead(input: {ids: [%q, %q]}) { errors { code } } }`, all[0], all[3]), nil).WantCodes(t)
	unread := b.notifications(t, ada, `(unreadOnly: true, first: 2)`)
	if diff := cmp.Diff([]string{all[1], all[2]}, unread.ids()); diff != "" || unread.TotalCount != 5 || unread.UnreadCount != 5 {
		t.Errorf("%d of %d unread (-want +got):\n%s", unread.UnreadCount, unread.TotalCount, diff)
	}
	if rest := b.notifications(t, ada, fmt.Sprintf(`(unreadOnly: true, after: %q)`, unread.PageInfo.EndCursor)); !cmp.Equal(rest.ids(), all[4:]) {
		t.Errorf("the rest is %v", rest.ids())
	}
	if both := b.notifications(t, ada, ``); both.TotalCount != 7 || both.UnreadCount != 5 {
		t.Errorf("%d of %d unread", both.UnreadCount, both.TotalCount)
	}
	bob := b.register(t, "bob@example.com")
	for name, c := range map[string]struct {
		who  identity.Claims
		args string
	}{
		"too many": {ada, `first: 101`}, "both ways": {ada, `first: 1, last: 1`}, "a made-up cursor": {ada, `after: "AAAA"`},
		"a cursor of all for the unread": {ada, fmt.Sprintf(`unreadOnly: true, after: %q`, first.PageInfo.EndCursor)},
		"another's cursor":               {bob, fmt.Sprintf(`after: %q`, first.PageInfo.EndCursor)},
	} {
		t.Log(name)
		b.Do(t, c.who, `{ me { notifications(`+c.args+`) { edges { cursor } } } }`, nil).WantCodes(t, "BAD_USER_INPUT")
	}
}

func TestMarkNotificationsRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.register(t, "ada@example.com")
	for n := range 4 {
		b.notify(t, users.NewNotification{Key: fmt.Sprint(n), UserID: ada.Subject})
	}
	all := b.notifications(t, ada, ``).ids()
	mark := func(ids ...string) string {
		return fmt.Sprintf(`mutation { it: markNotificationsRead(input: {ids: ["%s"]}) { notifications { id readAt } user { notifications { unreadCount } } errors { code path } } }`,
			strings.Join(ids, `", "`))
	}
	b.clock.advance(time.Minute)
	first := b.clock.now().Format(time.RFC3339Nano)
	read := func(id, at string) string { return fmt.Sprintf(`{"id":%q,"readAt":%q}`, id, at) }
	b.Do(t, ada, mark(all[2], "ntf_x", all[0]), nil).WantData(t, `{"it":{"notifications":[`+read(all[2], first)+`,`+read(all[0], first)+`],
		"user":{"notifications":{"unreadCount":2}},"errors":[{"code":"NOT_FOUND","path":["input","ids","1"]}]}}`)
	b.clock.advance(time.Minute)
	second := b.clock.now().Format(time.RFC3339Nano)
	b.Do(t, ada, mark(all[0], all[1]), nil).WantData(t, `{"it":{"notifications":[`+read(all[0], first)+`,`+read(all[1], second)+`],
		"user":{"notifications":{"unreadCount":1}},"errors":[]}}`)
	for _, ids := range [][]string{{}, make([]string, users.MaxMarked+1)} {
		list := `"` + strings.Join(ids, `", "`) + `"`
		if len(ids) == 0 {
			list = ``
		}
		b.Do(t, ada, `mutation { it: markNotificationsRead(input: {ids: [`+list+`]}) { notifications { id } user { id } errors { message path } } }`, nil).
			WantData(t, `{"it":{"notifications":[],"user":null,"errors":[{"message":"must have from 1 to 100 ids","path":["input","ids"]}]}}`)
	}
}

func TestMarkAllNotificationsRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	for n := range 5 {
		b.notify(t, users.NewNotification{Key: fmt.Sprint(n), UserID: ada.Subject})
	}
	b.notify(t, users.NewNotification{Key: "bob", UserID: bob.Subject})
	all := b.notifications(t, ada, ``).ids()
	mark := func(args, want string) {
		t.Helper()
		b.Do(t, ada, `mutation { it: markAllNotificationsRead`+args+` { marked user { notifications { unreadCount } } errors { code path } } }`, nil).WantData(t, `{"it":`+want+`}`)
	}
	mark(fmt.Sprintf(`(input: {before: %q})`, all[2]), `{"marked":3,"user":{"notifications":{"unreadCount":2}},"errors":[]}`)
	mark(fmt.Sprintf(`(input: {before: %q})`, all[2]), `{"marked":0,"user":{"notifications":{"unreadCount":2}},"errors":[]}`)
	mark(`(input: {before: "ntf_x"})`, `{"marked":0,"user":null,"errors":[{"code":"NOT_FOUND","path":["input","before"]}]}`)
	mark(``, `{"marked":2,"user":{"notifications":{"unreadCount":0}},"errors":[]}`)
	if got := b.notifications(t, bob, ``); got.UnreadCount != 1 {
		t.Errorf("of another %d are unread", got.UnreadCount)
	}
}
