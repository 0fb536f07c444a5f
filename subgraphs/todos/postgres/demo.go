package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// demoZone is where the demo user lives.
const demoZone = "Europe/Berlin"

// never is the due day of todos that are not due.
const never = -1

// demoTodo is a todo of the demonstration data.
type demoTodo struct {
	title, status, priority string
	due                     int  // days from today, or never
	mine                    bool // assigned to the demo user
}

// demoList is a list of the demonstration data.
type demoList struct {
	name   string
	shared bool // with the demo administrator
	todos  []demoTodo
}

// demoLists are the lists of the demonstration data, oldest first.
func demoLists() []demoList {
	return []demoList{
		{"Home", false, []demoTodo{
			{"Water the plants", "OPEN", "NORMAL", 0, true},
			{"Repair the bicycle", "IN_PROGRESS", "LOW", never, true},
			{"Pay the rent", "DONE", "HIGH", never, true},
		}},
		{"Launch", true, []demoTodo{
			{"Write the announcement", "OPEN", "HIGH", 0, true},
			{"Load-test the router", "IN_PROGRESS", "URGENT", 2, true},
			{"Book the venue", "OPEN", "NORMAL", 10, false},
		}},
	}
}

// EnsureDemo writes the lists of the demo user, the second of which the demo
// administrator may edit, unless they are there already. What was due on an
// earlier day and is still open becomes due today, so that the demonstration has
// something to show.
func EnsureDemo(ctx context.Context, pool *pgxpool.Pool, userID, adminID string) error {
	user, err := id.Parse(id.User, userID)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	admin, err := id.Parse(id.User, adminID)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	today, tomorrow, err := todos.Day(time.Now(), demoZone)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	due := tomorrow.Add(-time.Hour)
	err = postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		for i, list := range demoLists() {
			// The ids are fixed, so that the second time nothing is written.
			key := user
			key[14] = byte(i + 1)
			if err := ensureDemoList(ctx, tx, key, user, admin, list, due); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update todos set due_at = $3, version = version + 1, updated_at = now()
				where list_id = $1 and status = 'OPEN' and due_at < $2`, key, today, due); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// ensureDemoList writes one list with everything in it, unless it is there.
func ensureDemoList(ctx context.Context, tx pgx.Tx, key, user, admin id.UUID, list demoList, due time.Time) error {
	written, err := tx.Exec(ctx, `insert into todo_lists (id, name, owner_id) values ($1, $2, $3) on conflict do nothing`, key, list.name, user)
	if err != nil || written.RowsAffected() == 0 {
		return err
	}
	if err := insertDemoMembers(ctx, tx, key, user, admin, list.shared); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	for i, todo := range list.todos {
		if err := insertDemoTodo(ctx, tx, key, user, todo, now.Add(time.Duration(i)*time.Millisecond), due); err != nil {
			return err
		}
	}
	return nil
}

func insertDemoMembers(ctx context.Context, tx pgx.Tx, list, user, admin id.UUID, shared bool) error {
	_, err := tx.Exec(ctx, `insert into list_members (list_id, user_id, role) select $1::uuid, $2::uuid, 'OWNER' union all select $1, $3::uuid, 'EDITOR' where $4`,
		list, user, admin, shared)
	return err
}

func insertDemoTodo(ctx context.Context, tx pgx.Tx, list, user id.UUID, todo demoTodo, at, today time.Time) error {
	var due *time.Time
	if todo.due != never {
		moment := today.AddDate(0, 0, todo.due)
		due = &moment
	}
	_, err := tx.Exec(ctx, `with t as (
			insert into todos (id, list_id, title, status, priority, due_at, creator_id, created_at, updated_at, completed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $8, case when $4 = 'DONE' then $8::timestamptz end) returning id, created_at
		)
		insert into todo_assignees (todo_id, user_id, position, todo_created_at) select id, $7, 1, created_at from t where $9`,
		id.New(), list, todo.title, todo.status, todo.priority, due, user, at, todo.mine)
	return err
}
