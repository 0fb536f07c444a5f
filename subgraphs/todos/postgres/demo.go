package postgres

import (
	"context"
	"fmt"
	"log/slog"
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
	title    string
	status   todos.TodoStatus
	priority todos.Priority
	due      int  // days from today, or never
	mine     bool // assigned to the demo user
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
	jobs, err := newJobs(slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	err = postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		c := change{tx: tx, jobs: jobs, me: user, at: time.Now().UTC().Truncate(time.Microsecond)}
		for i, list := range demoLists() {
			// The ids are fixed, so that the second time nothing is written.
			key := user
			key[14] = byte(i + 1)
			if err := c.ensureDemoList(ctx, key, admin, list, due); err != nil {
				return err
			}
			if err := c.postponeDemo(ctx, key, today, due); err != nil {
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
func (c change) ensureDemoList(ctx context.Context, key, admin id.UUID, list demoList, due time.Time) error {
	var there bool
	if err := c.tx.QueryRow(ctx, `select exists (select from todo_lists where id = $1)`, key).Scan(&there); err != nil || there {
		return err
	}
	made, err := c.insertList(ctx, key, list.name)
	if err != nil {
		return err
	}
	if list.shared {
		if _, err := c.saveMember(ctx, heldList{TodoList: made, key: key}, admin, "", todos.RoleEditor); err != nil {
			return err
		}
	}
	for _, todo := range list.todos {
		c.at = c.at.Add(time.Millisecond)
		if err := c.insertDemoTodo(ctx, key, todo, due); err != nil {
			return err
		}
	}
	return nil
}

func (c change) insertDemoTodo(ctx context.Context, list id.UUID, demo demoTodo, today time.Time) error {
	begins := todos.Todo{Title: demo.title, Status: todos.StatusOpen, Priority: demo.priority}
	if demo.due != never {
		moment := today.AddDate(0, 0, demo.due)
		begins.DueAt = &moment
	}
	changes := begins.Changes(nil)
	if demo.mine {
		changes.SetItems("assigneeIds", nil, []string{id.Format(id.User, c.me)})
	}
	key := id.New()
	made, err := c.insertTodo(ctx, key, list, begins, nil, changes)
	if err != nil {
		return err
	}
	if demo.mine {
		if err := c.replaceAssignees(ctx, key, []id.UUID{c.me}); err != nil {
			return err
		}
	}
	if demo.status == made.Status {
		return nil
	}
	is := made.WithStatus(demo.status, c.at)
	_, err = c.saveTodo(ctx, heldTodo{Todo: is, key: key}, todos.TodoStatusChanged, is.Changes(made))
	return err
}

// postponeDemo makes due what was due before today and is still open, unless the
// demo user has given the list away.
func (c change) postponeDemo(ctx context.Context, list id.UUID, today, due time.Time) error {
	rows, err := c.tx.Query(ctx, `select t.id from todos t`+visible+`
		where t.list_id = $2 and t.status = 'OPEN' and t.due_at < $3 and t.deleted_at is null and m.role = any($4)`,
		c.me, list, today, todos.RolesThatMay(todos.WriteTodos))
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil {
		return err
	}
	for _, key := range keys {
		held, err := c.todo(ctx, id.Format(id.Todo, key), nil, existing)
		if err != nil {
			return err
		}
		before := held.Todo
		held.DueAt = &due
		if _, err := c.saveTodo(ctx, held, todos.TodoUpdated, held.Changes(&before)); err != nil {
			return err
		}
	}
	return nil
}
