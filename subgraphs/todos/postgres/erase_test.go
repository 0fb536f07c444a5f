package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// household is lists of ada, who is erased, with bob, cem and dan.
type household struct {
	*todospostgres.Service
	pool *pgxpool.Pool

	mu    sync.Mutex
	clock time.Time
}

// The members of a household.
var (
	ada = todos.Viewer{ID: id.Format(id.User, id.UUID{15: 1})}
	bob = todos.Viewer{ID: id.Format(id.User, id.UUID{15: 2})}
	cem = todos.Viewer{ID: id.Format(id.User, id.UUID{15: 3})}
	dan = todos.Viewer{ID: id.Format(id.User, id.UUID{15: 4})}
)

func move(t *testing.T) *household {
	t.Helper()
	h := &household{pool: open(t), clock: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	h.Service, err = todospostgres.New(todospostgres.Deps{Pool: h.pool, Cursors: cursors, Now: h.tick, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// tick is a clock: nothing happens at the same time.
func (h *household) tick() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(time.Second)
	return h.clock
}

// list makes a list with a todo by each member, assigned to ada and to them.
func (h *household) list(t *testing.T, name string, owner todos.Viewer, members ...todos.ListMember) *todos.TodoList {
	t.Helper()
	list, err := h.CreateTodoList(t.Context(), owner, todos.CreateTodoListInput{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range members {
		in := todos.SetListMemberInput{ListID: list.ID, UserID: member.User.ID, Role: member.Role}
		if _, err := h.SetListMember(t.Context(), owner, in); err != nil {
			t.Fatal(err)
		}
	}
	tag, err := h.CreateTag(t.Context(), owner, todos.CreateTagInput{ListID: list.ID, Name: "at home"})
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range append(members, todos.ListMember{User: todos.User{ID: owner.ID}, Role: todos.RoleOwner}) {
		if member.Role == todos.RoleViewer {
			continue
		}
		key := "key of " + name
		_, err := h.CreateTodo(t.Context(), todos.Viewer{ID: member.User.ID}, todos.CreateTodoInput{
			ListID: list.ID, Title: "todo of " + name, Priority: todos.PriorityNormal, TagIDs: []string{tag.ID},
			AssigneeIDs: []string{member.User.ID, ada.ID}, IdempotencyKey: &key,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func member(viewer todos.Viewer, role todos.ListRole) todos.ListMember {
	return todos.ListMember{User: todos.User{ID: viewer.ID}, Role: role}
}

// furnish makes lists of all sorts.
func (h *household) furnish(t *testing.T) {
	t.Helper()
	h.list(t, "ada alone", ada)
	gone := h.list(t, "ada alone, deleted", ada)
	if err := h.DeleteTodoList(t.Context(), ada, todos.DeleteTodoListInput{ID: gone.ID}); err != nil {
		t.Fatal(err)
	}
	h.list(t, "ada owns, others edit", ada, member(dan, todos.RoleViewer), member(cem, todos.RoleEditor), member(bob, todos.RoleEditor))
	h.list(t, "ada owns, others view", ada, member(cem, todos.RoleViewer), member(bob, todos.RoleViewer))
	h.list(t, "ada and bob own", ada, member(bob, todos.RoleOwner), member(cem, todos.RoleEditor))
	h.list(t, "bob owns, ada edits", bob, member(ada, todos.RoleEditor))
	gone = h.list(t, "ada owns, cem edits, deleted", ada, member(cem, todos.RoleEditor))
	if err := h.DeleteTodoList(t.Context(), ada, todos.DeleteTodoListInput{ID: gone.ID}); err != nil {
		t.Fatal(err)
	}
	h.list(t, "bob alone", bob, member(ada, todos.RoleEditor))
	h.removeAda(t, "bob alone")
	h.jobs(t)
}

// removeAda ends ada's membership of a list.
func (h *household) removeAda(t *testing.T, name string) {
	t.Helper()
	var list id.UUID
	if err := h.pool.QueryRow(t.Context(), `select id from todo_lists where name = $1`, name).Scan(&list); err != nil {
		t.Fatal(err)
	}
	if _, err := h.RemoveListMember(t.Context(), bob, todos.RemoveListMemberInput{ListID: id.Format(id.TodoList, list), UserID: ada.ID}); err != nil {
		t.Fatal(err)
	}
}

// jobs has a job for each todo, each list and each person, whose tags say what they
// are about, in the place of those that came of making the lists.
func (h *household) jobs(t *testing.T) {
	t.Helper()
	if _, err := h.pool.Exec(t.Context(), `delete from river.river_job`); err != nil {
		t.Fatal(err)
	}
	rows, err := h.pool.Query(t.Context(), `select t.id, l.id, l.name from todos t join todo_lists l on l.id = t.list_id`)
	if err != nil {
		t.Fatal(err)
	}
	var todo, list id.UUID
	var name string
	batch := &pgx.Batch{}
	add := func(args map[string]string, about string) {
		batch.Queue(`insert into river.river_job (kind, max_attempts, args, tags) values ('todos.test', 1, $1, $2)`, args, []string{about})
	}
	if _, err := pgx.ForEachRow(rows, []any{&todo, &list, &name}, func() error {
		add(map[string]string{"todoId": id.Format(id.Todo, todo), "userId": bob.ID}, "todo of "+name)
		add(map[string]string{"listId": id.Format(id.TodoList, list), "userId": bob.ID}, "list "+name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	add(map[string]string{"userId": ada.ID, "actorId": bob.ID}, "to ada")
	add(map[string]string{"userId": bob.ID, "actorId": ada.ID}, "to bob")
	if err := h.pool.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
}

// texts returns the only column of a query.
func (h *household) texts(t *testing.T, query string) []string {
	t.Helper()
	rows, err := h.pool.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// whoIsLeft are the lists with their owner and members.
const whoIsLeft = `select l.name || ': ' || right(owner_id::text, 1) || ' of ' ||
	(select string_agg(right(user_id::text, 1) || ' ' || role, ', ' order by user_id) from list_members where list_id = l.id)
	from todo_lists l order by name collate "C"`

// remainders are what is left of the household when ada was erased.
var remainders = map[string][]string{
	whoIsLeft: {
		"ada and bob own: 2 of 2 OWNER, 3 EDITOR",
		"ada owns, cem edits, deleted: 3 of 3 OWNER",
		"ada owns, others edit: 3 of 2 EDITOR, 3 OWNER, 4 VIEWER",
		"ada owns, others view: 3 of 2 VIEWER, 3 OWNER",
		"bob alone: 2 of 2 OWNER",
		"bob owns, ada edits: 2 of 2 OWNER",
	},
	`select title || ' by ' || right(creator_id::text, 1) || ' for ' ||
		coalesce((select string_agg(right(user_id::text, 1), ' ' order by position) from todo_assignees where todo_id = t.id), 'nobody')
		from todos t order by title collate "C", creator_id`: {
		"todo of ada and bob own by 1 for nobody", "todo of ada and bob own by 2 for 2", "todo of ada and bob own by 3 for 3",
		"todo of ada owns, cem edits, deleted by 1 for nobody", "todo of ada owns, cem edits, deleted by 3 for 3",
		"todo of ada owns, others edit by 1 for nobody", "todo of ada owns, others edit by 2 for 2", "todo of ada owns, others edit by 3 for 3",
		"todo of ada owns, others view by 1 for nobody",
		"todo of bob alone by 1 for nobody", "todo of bob alone by 2 for 2",
		"todo of bob owns, ada edits by 1 for nobody", "todo of bob owns, ada edits by 2 for 2",
	},
	`select 'a tag on ' || count(*) from todo_tags`:                                                                      {"a tag on 13"},
	`select 'tags of ' || count(distinct list_id) from tags`:                                                             {"tags of 6"},
	`select right(user_id::text, 1) || ' has ' || count(*) || ' keys' from idempotency_keys group by user_id order by 1`: {"2 has 4 keys", "3 has 3 keys"},
	`select tags[1] from river.river_job group by 1 order by tags[1] collate "C"`: {
		"list ada and bob own", "list ada owns, cem edits, deleted", "list ada owns, others edit", "list ada owns, others view",
		"list bob alone", "list bob owns, ada edits", "to bob",
		"todo of ada and bob own", "todo of ada owns, cem edits, deleted", "todo of ada owns, others edit", "todo of ada owns, others view",
		"todo of bob alone", "todo of bob owns, ada edits",
	},
	// Each change has its event, and nothing that has gone.
	`select name from todo_lists l where version <> (select count(*) from domain_events where list_id = l.id and todo_id is null)`: {},
	`select title from todos t where version <> (select count(*) from domain_events where todo_id = t.id)`:                         {},
	`select type from domain_events e where not exists (select from todo_lists where id = e.list_id)`:                              {},
	`select e.type || ' ' || e.version || ' by ' || right(e.actor_id::text, 1) || ' ' || (e.data->'role')::text from domain_events e
		join todo_lists l on l.id = e.list_id and e.todo_id is null and e.version > l.version - 2
		where l.name = 'ada owns, others edit' order by e.version`: {
		`MEMBER_SET 6 by 1 {"to": "OWNER", "from": "EDITOR"}`, `MEMBER_REMOVED 7 by 1 {"to": null, "from": "OWNER"}`,
	},
}

// wantErased checks what is left.
func (h *household) wantErased(t *testing.T) {
	t.Helper()
	for query, want := range remainders {
		if diff := cmp.Diff(want, h.texts(t, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestEraseLeavesOthersTheirLists(t *testing.T) {
	t.Parallel()
	h := move(t)
	h.furnish(t)
	if err := todospostgres.Erase(t.Context(), h.pool, ada.ID, h.tick()); err != nil {
		t.Fatal(err)
	}
	h.wantErased(t)
	const everything = `select t::text || id::text from (select id, version, updated_at from todos union all select id, version, updated_at from todo_lists) t
		union all select e::text from domain_events e order by 1`
	before := h.texts(t, everything)
	if err := todospostgres.Erase(t.Context(), h.pool, ada.ID, h.tick()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, h.texts(t, everything)); diff != "" {
		t.Errorf("the second time (-before +after):\n%s", diff)
	}
}

// TestEraseOfNobody erases who has nothing, and who is no user.
func TestEraseOfNobody(t *testing.T) {
	t.Parallel()
	h := move(t)
	if err := todospostgres.Erase(t.Context(), h.pool, dan.ID, h.tick()); err != nil {
		t.Error(err)
	}
	if err := todospostgres.Erase(t.Context(), h.pool, "tdo_x", h.tick()); err == nil {
		t.Error("tdo_x was erased")
	}
}

// breaking is a pool in which only so many transactions can be committed.
type breaking struct {
	postgres.Pool
	left int
}

var errBroken = errors.New("the connection is gone")

func (b *breaking) Begin(ctx context.Context) (pgx.Tx, error) {
	if b.left--; b.left < 0 {
		return nil, errBroken
	}
	return b.Pool.Begin(ctx)
}

// TestEraseGoesOnWhereItBroke breaks Erase after each of its transactions.
func TestEraseGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := move(t)
	h.furnish(t)
	times := 0
	for err := errBroken; err != nil; times++ {
		if err = todospostgres.Erase(t.Context(), &breaking{h.pool, 1}, ada.ID, h.tick()); err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	if times < 8 {
		t.Errorf("it was done in %d transactions, want one for each list at least", times)
	}
	h.wantErased(t)
}

// TestEraseIsManySmallTransactions erases somebody with much, and looks at how much
// each transaction held.
func TestEraseIsManySmallTransactions(t *testing.T) {
	t.Parallel()
	h := move(t)
	for _, list := range []*todos.TodoList{h.list(t, "ada alone", ada), h.list(t, "shared", bob, member(ada, todos.RoleEditor))} {
		key, err := id.Parse(id.TodoList, list.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.fill(t, key, 1200)
	}
	limit := &largest{}
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: h.pool.Config().ConnString(), Name: "test", Tracer: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := todospostgres.Erase(t.Context(), pool, ada.ID, h.tick()); err != nil {
		t.Fatal(err)
	}
	if limit.rows < 500 || limit.rows > 5000 {
		t.Errorf("a statement changed %d rows, want up to 5000", limit.rows)
	}
	if got := h.texts(t, `select l.name || ' ' || count(distinct a.todo_id) || ' of ' || count(distinct t.id) from todo_lists l join todos t on t.list_id = l.id
		left join todo_assignees a on a.todo_id = t.id and a.user_id = '00000000-0000-0000-0000-000000000001' group by l.name`); len(got) != 1 || got[0] != "shared 0 of 1202" {
		t.Errorf("left are %q", got)
	}
}

// fill adds todos to a list, each with a history and assigned to ada.
func (h *household) fill(t *testing.T, list id.UUID, n int) {
	t.Helper()
	for _, statement := range []string{
		`with t as (insert into todos (id, list_id, title, creator_id, version) select gen_random_uuid(), $1, 'todo ' || n, $2, 5 from generate_series(1, $3) n returning *),
		e as (insert into domain_events (list_id, todo_id, type, version, actor_id, at) select $1, id, 'TODO_UPDATED', v, $2, now() from t, generate_series(1, 5) v)
		insert into todo_assignees (todo_id, user_id, position, todo_created_at) select id, $2, 1, created_at from t`,
	} {
		if _, err := h.pool.Exec(t.Context(), statement, list, id.UUID{15: 1}, n); err != nil {
			t.Fatal(err)
		}
	}
}

// largest is a tracer that notes the most rows that a statement has changed.
type largest struct {
	mu   sync.Mutex
	rows int64
}

var _ pgx.QueryTracer = (*largest)(nil)

func (l *largest) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (l *largest) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tag := data.CommandTag; !tag.Select() {
		l.rows = max(l.rows, tag.RowsAffected())
	}
}

func TestHeir(t *testing.T) {
	t.Parallel()
	at := func(viewer todos.Viewer, role todos.ListRole, day int) todos.ListMember {
		return todos.ListMember{User: todos.User{ID: viewer.ID}, Role: role, Since: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		name    string
		members todos.Members
		want    string
	}{
		{"another owner stays", todos.Members{at(ada, todos.RoleOwner, 1), at(bob, todos.RoleOwner, 2), at(cem, todos.RoleEditor, 1)}, ""},
		{"no owner goes", todos.Members{at(ada, todos.RoleEditor, 1), at(bob, todos.RoleOwner, 2)}, ""},
		{"nobody is left", todos.Members{at(ada, todos.RoleOwner, 1)}, ""},
		{"the first editor", todos.Members{at(dan, todos.RoleViewer, 1), at(ada, todos.RoleOwner, 1), at(cem, todos.RoleEditor, 4), at(bob, todos.RoleEditor, 3)}, bob.ID},
		{"the first viewer", todos.Members{at(ada, todos.RoleOwner, 1), at(cem, todos.RoleViewer, 2), at(bob, todos.RoleViewer, 3)}, cem.ID},
		{"at the same time", todos.Members{at(ada, todos.RoleOwner, 1), at(cem, todos.RoleViewer, 2), at(bob, todos.RoleViewer, 2)}, bob.ID},
	} {
		if got := c.members.Heir(ada.ID); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
