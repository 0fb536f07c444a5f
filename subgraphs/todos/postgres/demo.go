package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
)

// demoTodo is a todo of the demonstration data. Due is the time from the writing
// of the data until it is due, 0 for never.
type demoTodo struct {
	title, status, priority string
	due                     time.Duration
	mine                    bool // assigned to the demo user
}

// demoLists are the lists of the demonstration data, oldest first.
func demoLists() []struct {
	name   string
	shared bool // with the demo administrator
	todos  []demoTodo
} {
	return []struct {
		name   string
		shared bool
		todos  []demoTodo
	}{
		{"Home", false, []demoTodo{
			{"Water the plants", "OPEN", "NORMAL", 10 * time.Minute, true},
			{"Repair the bicycle", "IN_PROGRESS", "LOW", 0, true},
			{"Pay the rent", "DONE", "HIGH", 0, true},
		}},
		{"Launch", true, []demoTodo{
			{"Write the announcement", "OPEN", "HIGH", 20 * time.Minute, true},
			{"Load-test the router", "IN_PROGRESS", "URGENT", 48 * time.Hour, true},
			{"Book the venue", "OPEN", "NORMAL", 240 * time.Hour, false},
		}},
	}
}

// EnsureDemo writes the lists of the demo user, the second of which the demo
// administrator may edit, unless they are there already.
func EnsureDemo(ctx context.Context, pool *pgxpool.Pool, userID, adminID string) error {
	user, err := id.Parse(id.User, userID)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	admin, err := id.Parse(id.User, adminID)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	err = postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		now := time.Now().UTC().Truncate(time.Microsecond)
		for i, list := range demoLists() {
			// The ids are fixed, so that the second time nothing is written.
			key := user
			key[14] = byte(i + 1)
			written, err := tx.Exec(ctx, `insert into todo_lists (id, name, owner_id) values ($1, $2, $3) on conflict do nothing`, key, list.name, user)
			if err != nil {
				return err
			}
			if written.RowsAffected() == 0 {
				continue
			}
			if err := insertDemoMembers(ctx, tx, key, user, admin, list.shared); err != nil {
				return err
			}
			for j, todo := range list.todos {
				if err := insertDemoTodo(ctx, tx, key, user, todo, now.Add(time.Duration(j)*time.Millisecond)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

func insertDemoMembers(ctx context.Context, tx pgx.Tx, list, user, admin id.UUID, shared bool) error {
	_, err := tx.Exec(ctx, `insert into list_members (list_id, user_id, role) select $1::uuid, $2::uuid, 'OWNER' union all select $1, $3::uuid, 'EDITOR' where $4`,
		list, user, admin, shared)
	return err
}

func insertDemoTodo(ctx context.Context, tx pgx.Tx, list, user id.UUID, todo demoTodo, at time.Time) error {
	var due *time.Time
	if todo.due != 0 {
		moment := at.Add(todo.due)
		due = &moment
	}
	_, err := tx.Exec(ctx, `with t as (
			insert into todos (id, list_id, title, status, priority, due_at, creator_id, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning id, created_at
		)
		insert into todo_assignees (todo_id, user_id, position, todo_created_at) select id, $7, 1, created_at from t where $9`,
		id.New(), list, todo.title, todo.status, todo.priority, due, user, at, todo.mine)
	return err
}
