package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/postgres"
)

// Seed fills the tables of a migrated database that has no lists yet with so many
// todos and what belongs to them, for the people that the users service makes for
// the same size. The same size gives the same rows. One list, the first, has the
// fiftieth part of all todos, the next nine the two-hundredth each, the others some
// forty. The pool's StatementTimeout has to allow for building an index.
func Seed(ctx context.Context, pool *pgxpool.Pool, size int) error {
	var taken bool
	if err := pool.QueryRow(ctx, `select exists (select from todo_lists)`).Scan(&taken); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if taken {
		return errors.New("seed: there are lists in the database already")
	}
	rows := seeded{size: size, people: seed.Size(size).People(), lists: max(12, size/50)}
	tables := []string{"todo_lists", "list_members", "tags", "todos", "todo_assignees", "todo_tags", "domain_events"}
	err := postgres.Bulk(ctx, pool, tables, func(ctx context.Context) error {
		loading, ctx := errgroup.WithContext(ctx)
		loading.SetLimit(2)
		loading.Go(func() error { return postgres.CopyRows(ctx, pool, "todos", todoSeedColumns, rows.todos()) })
		loading.Go(func() error { return postgres.CopyRows(ctx, pool, "domain_events", eventSeedColumns, rows.events()) })
		loading.Go(func() error {
			return postgres.CopyRows(ctx, pool, "todo_assignees", []string{"todo_id", "user_id", "position", "todo_created_at"}, rows.assignees())
		})
		loading.Go(func() error {
			return postgres.CopyRows(ctx, pool, "todo_tags", []string{"todo_id", "tag_id"}, rows.tagged())
		})
		loading.Go(func() error {
			return postgres.CopyRows(ctx, pool, "tags", []string{"id", "list_id", "name", "created_at", "updated_at"}, rows.tags())
		})
		loading.Go(func() error {
			return postgres.CopyRows(ctx, pool, "list_members", []string{"list_id", "user_id", "role", "since"}, rows.members())
		})
		loading.Go(func() error {
			return postgres.CopyRows(ctx, pool, "todo_lists", []string{"id", "name", "owner_id", "created_at", "updated_at"}, rows.todoLists())
		})
		return loading.Wait()
	})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}

// seeded is the rows of a seeded database. Each follows from its number alone.
type seeded struct{ size, people, lists int }

// The bounds of what a seeded list has.
const (
	largeLists     = 10
	membersOfFirst = 50
	membersOfLarge = 10
	tagsOfList     = 5
	maxOfAssigned  = 3
)

// list is the id of the n-th list.
func (s seeded) list(n int) id.UUID { return seed.ID(seed.Lists, n, seed.At(n, s.lists)) }

// tag is the id of a tag of the n-th list.
func (s seeded) tag(list, n int) id.UUID {
	return seed.ID(seed.Tags, list*tagsOfList+n, seed.At(list, s.lists))
}

// membersOf are the people of the n-th list, its owner first. The first person is
// in all of the large lists.
func (s seeded) membersOf(list int) []int {
	dice := seed.Dice(seed.Lists, list)
	count, first := 1+dice.IntN(5), list%s.people
	switch {
	case list == 0:
		count, first = membersOfFirst, 0
	case list < largeLists:
		count, first = membersOfLarge, 0
	}
	members := make([]int, 0, count)
	step := 1 + dice.IntN(max(1, s.people/membersOfFirst))
	for i := range min(count, s.people/step) {
		members = append(members, (first+i*step)%s.people)
	}
	return members
}

// seededTodo is what the dice say of a todo.
type seededTodo struct {
	id, list           id.UUID
	listNumber         int
	at                 time.Time
	status, priority   string
	due                *time.Time
	completed, deleted *time.Time
	updated            time.Time
	title              string
	description        *string
	creator            id.UUID
	assignees          []id.UUID
	tags               []id.UUID
}

// todo is the n-th todo.
func (s seeded) todo(n int) seededTodo {
	dice := seed.Dice(seed.Todos, n)
	t := seededTodo{at: seed.At(n, s.size), status: "OPEN", priority: "NORMAL"}
	t.id = seed.ID(seed.Todos, n, t.at)
	switch share := dice.IntN(1_000); {
	case share < 20:
		t.listNumber = 0
	case share < 65:
		t.listNumber = 1 + share%(largeLists-1)
	default:
		t.listNumber = largeLists + dice.IntN(s.lists-largeLists)
	}
	t.list = s.list(t.listNumber)
	t.title = seed.Words(dice, 2+dice.IntN(5))
	if dice.IntN(3) == 0 {
		text := seed.Words(dice, 5+dice.IntN(40))
		t.description = &text
	}
	t.priority = []string{"LOW", "NORMAL", "NORMAL", "NORMAL", "HIGH", "URGENT"}[dice.IntN(6)]
	t.updated = t.at.Add(time.Duration(dice.Int64N(int64(30 * 24 * time.Hour)))).Truncate(time.Microsecond)
	switch share := dice.IntN(100); {
	case share < 30:
		t.status, t.completed = "DONE", &t.updated
	case share < 40:
		t.status, t.completed = "ARCHIVED", &t.updated
	case share < 55:
		t.status = "IN_PROGRESS"
	}
	if dice.IntN(100) < 60 {
		due := t.at.Add(time.Duration(dice.Int64N(int64(2 * 365 * 24 * time.Hour)))).Truncate(time.Minute)
		t.due = &due
	}
	if dice.IntN(100) == 0 {
		t.deleted = &t.updated
	}
	members := s.membersOf(t.listNumber)
	t.creator = seed.Person(members[dice.IntN(len(members))])
	from := dice.IntN(len(members))
	for i := range min(dice.IntN(maxOfAssigned+1), len(members)) {
		t.assignees = append(t.assignees, seed.Person(members[(from+i)%len(members)]))
	}
	from = dice.IntN(tagsOfList)
	for i := range max(0, dice.IntN(5)-1) {
		t.tags = append(t.tags, s.tag(t.listNumber, (from+i)%tagsOfList))
	}
	return t
}

// version is the todo's: whatever is not open any more was changed once.
func (t seededTodo) version() int {
	version := 1
	if t.status != "OPEN" {
		version++
	}
	if t.deleted != nil {
		version++
	}
	return version
}
