package postgres_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/redis"
	"github.com/weftql/weft/subgraphs/internal/seed"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// seededVariable names a database that make seed made. Without it the tests make
// one of smallSize todos.
const seededVariable = "WEFT_SEEDED_USERS_DATABASE_URL"

// smallSize gives 50,000 accounts.
const smallSize = 250_000

// servicePackage is the package whose statements are explained.
const servicePackage = "github.com/weftql/weft/subgraphs/users/postgres"

// unexplained are the functions whose statements serve no request and no job: what
// fills an empty database, and users audit verify, which reads the whole log; and the
// upkeep of the audit log, which reads what was added to it once an hour.
var unexplained = []string{
	"Seed", "seedAuditLog", "VerifyAudit", "readLinks", "onlyThese", "auditHead", "newestSeal", "cutSeal", "insertSeal", "sealedEntry", "VerifySeals",
	"MakeAuditPartitions", "DropAuditPartitions", "oldEntries",
}

// planned is the service on a seeded database, with what was asked of it.
type planned struct {
	*bundle
	asked *postgrestest.Recorder
	conn  *pgx.Conn // to explain with
	all   []postgrestest.Query

	client *redis.Client
	admin  users.Viewer
	emails int
	suffix string // of the addresses that this test registers
}

// planCase is something that the service does and the indexes that its statements
// are to use. An index is named as path.Match takes it: each partition has its own.
type planCase struct {
	name string
	do   func() error
	want []string
	// inOrder says that the index has the order of the page: no more rows are read
	// than it has.
	inOrder bool
	// whole are indexes that may be read from their beginning: for the first page
	// of everybody, or to count everybody.
	whole []string
}

func setupPlanned(t *testing.T) *planned {
	t.Helper()
	url := os.Getenv(seededVariable)
	if url == "" {
		url = databases.Database(t)
		pool, err := servicepostgres.Open(t.Context(), servicepostgres.Config{URL: url, Name: "seed", StatementTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := postgres.Seed(t.Context(), pool, smallSize); err != nil {
			t.Fatal(err)
		}
		pool.Close()
	}
	p := &planned{
		asked: &postgrestest.Recorder{Package: servicePackage}, suffix: strings.ToLower(rand.Text()) + "@example.com",
		admin: users.Viewer{ID: id.Format(id.User, seed.Person(999)), Admin: true}, client: openRedis(t, redistest.Start(t).URL()),
	}
	p.bundle = setupOn(t, servicepostgres.Config{URL: url, Name: "test", Tracer: p.asked, StatementTimeout: time.Minute}, unchanged)
	conn, err := pgx.ConnectConfig(t.Context(), p.pool.Config().ConnConfig.Copy())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	p.conn = conn
	p.fillDeliveries(t)
	return p
}

// TestPlans explains every statement of the service and of its jobs.
func TestPlans(t *testing.T) {
	t.Parallel()
	p := setupPlanned(t)
	for _, cases := range [][]planCase{
		p.readPlans(t), p.searchPlans(t), p.auditPlans(t), p.sessionPlans(t), p.accountPlans(t), p.jobPlans(t),
		p.deliveryPlans(t),
		p.notificationPlans(t),
		p.digestPlans(t),
		p.deletionPlans(t),
	} {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { p.check(t, c) })
		}
	}
	for _, site := range postgrestest.Sites(t, ".") {
		if !slices.Contains(unexplained, site.Function) && !site.Sent(p.all) {
			t.Errorf("no case sends the statement of %s", site)
		}
	}
}

// check runs a case and looks at the plans of its statements.
func (p *planned) check(t *testing.T, c planCase) {
	t.Helper()
	p.asked.Take()
	if err := c.do(); err != nil {
		t.Fatal(err)
	}
	statements := slices.DeleteFunc(p.asked.Take(), func(q postgrestest.Query) bool {
		return q.File == "" || slices.Contains([]string{"begin", "commit", "rollback"}, q.SQL) || strings.Contains(q.SQL, "river_job")
	})
	if len(statements) == 0 {
		t.Fatal("no statement is sent")
	}
	p.all = append(p.all, statements...)
	used := map[string][]string{}
	for _, statement := range statements {
		for kind, plan := range postgrestest.Explain(t, p.conn, statement) {
			used[kind] = append(used[kind], plan.Indexes()...)
			for _, fault := range plan.Faults() {
				if !c.allows(fault) {
					t.Errorf("%s, the plan of %s:%d %s\n%s", kind, statement.File, statement.Line, fault, statement.SQL)
				}
			}
			if c.inOrder && plan.SortsPage() {
				t.Errorf("%s, the plan sorts\n%s", kind, statement.SQL)
			}
		}
	}
	for kind, indexes := range used {
		for _, want := range c.want {
			if !slices.ContainsFunc(indexes, func(index string) bool { return matches(want, index) }) {
				t.Errorf("%s, %s is not used, but %q\n%s", kind, want, indexes, statements[len(statements)-1].SQL)
			}
		}
	}
}

// fewPages is what reading a table of a few pages costs: no index is quicker.
const fewPages = 30

// allows tells whether what a plan does is meant. A month of the audit log may have
// few entries still.
func (c planCase) allows(f postgrestest.Fault) bool {
	return strings.HasPrefix(f.Relation, "audit_log_") && f.Cost < fewPages ||
		slices.ContainsFunc(c.whole, func(index string) bool { return matches(index, f.Index) })
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// arguments makes those of a page.
func arguments(first, last int32, after, before *string) page.Args {
	count := func(n int32) *int32 {
		if n == 0 {
			return nil
		}
		return &n
	}
	return page.NewArgs(count(first), after, count(last), before)
}

// readPlans are the reads of given accounts.
func (p *planned) readPlans(t *testing.T) []planCase {
	ids := []string{id.Format(id.User, seed.Person(1)), id.Format(id.User, seed.Person(2)), "usr_x"}
	ctx := t.Context()
	var cursor string
	busy := users.Viewer{ID: id.Format(id.User, seed.Person(0))}
	own, notifications := []string{busy.ID}, p.busyNotifications(t)
	return []planCase{
		{name: "NotificationsByID", want: []string{"notifications_pkey"}, do: func() error {
			_, err := p.NotificationsByID(ctx, busy, notifications)
			return err
		}},
		{name: "CountNotifications", want: []string{"notifications_user"}, do: func() error {
			_, err := p.CountNotifications(ctx, busy, own, false)
			return err
		}},
		{name: "CountNotifications, unread", want: []string{"notifications_unread"}, do: func() error {
			_, err := p.CountNotifications(ctx, busy, own, true)
			return err
		}},

		{name: "UsersByID", want: []string{"users_pkey"}, do: func() error {
			_, err := p.UsersByID(ctx, p.admin, ids)
			return err
		}},
		{name: "NotificationSettings", want: []string{"users_pkey", "notification_settings_pkey"}, do: func() error {
			_, err := p.NotificationSettings(ctx, p.admin, ids)
			return err
		}},
		{name: "CountSessions", want: []string{"sessions_user"}, do: func() error {
			_, err := p.CountSessions(ctx, p.admin, ids)
			return err
		}},
		{name: "Sessions", want: []string{"sessions_user"}, inOrder: true, do: func() error {
			pages, err := p.Sessions(ctx, p.admin, ids[:1], arguments(10, 0, nil, nil))
			if err == nil {
				cursor = pages[0].Edges[0].Cursor
			}
			return err
		}},
		{name: "Sessions, after a cursor", want: []string{"sessions_user"}, inOrder: true, do: func() error {
			_, err := p.Sessions(ctx, p.admin, ids[:1], arguments(10, 0, &cursor, nil))
			return err
		}},
	}
}

// busyNotifications are the ids of some notifications of somebody who has many.
func (p *planned) busyNotifications(t *testing.T) (ids []string) {
	t.Helper()
	person := id.Format(id.User, seed.Person(0))
	pages, err := p.Notifications(t.Context(), users.Viewer{ID: person}, []string{person}, users.NotificationArgs{})
	if err != nil || len(pages[0].Edges) < 10 {
		t.Fatal(pages[0], err)
	}
	for _, edge := range pages[0].Edges {
		ids = append(ids, edge.Node.ID)
	}
	return ids
}

// notificationPlans are all pages of the notifications of somebody who has many.
func (p *planned) notificationPlans(t *testing.T) []planCase {
	var cases []planCase
	person := id.Format(id.User, seed.Person(0))
	for index, unreadOnly := range map[string]bool{"notifications_user": false, "notifications_unread": true} {
		list := func(args page.Args) (*users.NotificationConnection, error) {
			pages, err := p.Notifications(t.Context(), users.Viewer{ID: person}, []string{person}, users.NotificationArgs{Page: args, UnreadOnly: unreadOnly})
			if err != nil {
				return nil, err
			}
			return pages[0], nil
		}
		middle, err := list(arguments(20, 0, nil, nil))
		if err != nil || len(middle.Edges) != 20 {
			t.Fatal(middle, err)
		}
		start, end := middle.PageInfo.StartCursor, middle.PageInfo.EndCursor
		for direction, args := range map[string]page.Args{
			"first": arguments(20, 0, nil, nil), "last": arguments(0, 20, nil, nil), "after": arguments(20, 0, end, nil),
			"before": arguments(0, 20, nil, start), "between": arguments(20, 0, start, end),
		} {
			one := planCase{name: "Notifications/" + index + "/" + direction, want: []string{index}, inOrder: true}
			if direction == "between" { // everybody's of a short time may be fewer
				one.want, one.inOrder = []string{"notifications_*"}, false
			}
			one.do = func() error {
				_, err := list(args)
				return err
			}
			cases = append(cases, one)
		}
	}
	return cases
}

// searchPlans are all pages of all accounts, and their numbers.
func (p *planned) searchPlans(t *testing.T) []planCase {
	var cases []planCase
	add := func(name string, filter users.UserFilter, order users.UserOrder, want, whole []string, inOrder bool) {
		list := func(args page.Args) (*users.UserConnection, error) {
			return p.Users(t.Context(), p.admin, filter, order, args)
		}
		middle, err := list(arguments(50, 0, nil, nil))
		if err != nil || len(middle.Edges) == 0 {
			t.Fatalf("%s: %v, %v", name, middle, err)
		}
		start, end := middle.PageInfo.StartCursor, middle.PageInfo.EndCursor
		for direction, args := range map[string]page.Args{
			"first": arguments(50, 0, nil, nil), "last": arguments(0, 50, nil, nil), "after": arguments(50, 0, end, nil),
			"before": arguments(0, 50, nil, start), "between": arguments(50, 0, start, end),
		} {
			one := planCase{name: fmt.Sprintf("Users/%s/%s %s/%s", name, order.Field, order.Direction, direction), inOrder: inOrder}
			if direction == "first" || direction == "last" {
				one.whole = whole
			}
			// Behind a cursor there can be less than what a search finds.
			if inOrder || direction == "first" || direction == "last" {
				one.want = want
			}
			one.do = func() error {
				_, err := list(args)
				return err
			}
			cases = append(cases, one)
		}
	}
	count := func(name string, filter users.UserFilter, want, whole []string) {
		cases = append(cases, planCase{name: "CountUsers/" + name, want: want, whole: whole, do: func() error {
			_, err := p.CountUsers(t.Context(), p.admin, filter)
			return err
		}})
	}
	rare, pending, admin := "person4999", users.StatusPending, users.RoleAdmin
	everything := users.UserFilter{Search: &rare, Status: new(users.StatusActive), Role: &admin}
	for _, direction := range []users.OrderDirection{users.Ascending, users.Descending} {
		byTime := users.UserOrder{Field: users.OrderByCreatedAt, Direction: direction}
		byName := users.UserOrder{Field: users.OrderByDisplayName, Direction: direction}
		add("everybody", users.UserFilter{}, byTime, []string{"users_created"}, []string{"users_created"}, true)
		add("everybody", users.UserFilter{}, byName, []string{"users_name"}, []string{"users_name"}, true)
		add("of a status", users.UserFilter{Status: &pending}, byTime, []string{"users_status"}, nil, true)
		add("administrators", users.UserFilter{Role: &admin}, byTime, []string{"users_admins"}, []string{"users_admins"}, true)
		add("found", users.UserFilter{Search: &rare}, byTime, []string{"users_search"}, nil, false)
		add("found", users.UserFilter{Search: &rare}, byName, []string{"users_search"}, nil, false)
		add("with everything", everything, byTime, nil, []string{"users_admins"}, false)
	}
	count("everybody", users.UserFilter{}, nil, []string{"users_*"})
	count("of a status", users.UserFilter{Status: &pending}, []string{"users_status"}, nil)
	count("administrators", users.UserFilter{Role: &admin}, []string{"users_admins"}, []string{"users_admins"})
	count("found", users.UserFilter{Search: &rare}, []string{"users_search"}, nil)
	count("with everything", everything, nil, []string{"users_admins"})
	return cases
}

// auditPlans are pages of the audit log.
func (p *planned) auditPlans(t *testing.T) []planCase {
	var cases []planCase
	person := id.Format(id.User, seed.Person(42))
	begun, rare := string(users.ActionBeginSession), "nothing.like-it"
	// Behind a cursor there can be so few entries that any index will do, and most of
	// an action that is frequent are found by their time.
	for _, c := range []struct {
		name   string
		filter users.AuditFilter
		want   string
	}{
		{"everything", users.AuditFilter{}, "audit_log_*_pkey"},
		{"of an actor", users.AuditFilter{ActorID: &person}, "audit_log_*_actor_id_at_id_idx"},
		{"about somebody", users.AuditFilter{TargetID: &person}, "audit_log_*_target_id_at_id_idx"},
		{"of an action", users.AuditFilter{Action: &begun}, "audit_log_*"},
		{"of a rare action", users.AuditFilter{Action: &rare}, "audit_log_*_action_at_id_idx"},
		{"of an action of an actor", users.AuditFilter{ActorID: &person, Action: &begun}, "audit_log_*_actor_id_at_id_idx"},
	} {
		list := func(args page.Args) (*users.AuditConnection, error) {
			return p.AuditLog(t.Context(), p.admin, c.filter, args)
		}
		first, err := list(arguments(50, 0, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		start, end := first.PageInfo.StartCursor, first.PageInfo.EndCursor
		for direction, args := range map[string]page.Args{
			"first": arguments(50, 0, nil, nil), "last": arguments(0, 50, nil, nil), "after": arguments(50, 0, end, nil), "before": arguments(0, 50, nil, start),
		} {
			want := []string{c.want}
			if direction == "after" || direction == "before" {
				want = nil
			}
			cases = append(cases, planCase{name: "AuditLog/" + c.name + "/" + direction, want: want, do: func() error {
				_, err := list(args)
				return err
			}})
		}
	}
	return cases
}
