package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// change is a transaction in which a viewer changes something, at one moment, with
// the jobs that follow from it.
type change struct {
	tx        pgx.Tx
	jobs      *river.Client[pgx.Tx]
	me        id.UUID
	at        time.Time
	requestID string
}

// change runs work in a transaction on behalf of a viewer who is logged in, perhaps
// more than once, as postgres.InTx does. UserErrors of work are returned as they are.
func (s *Service) change(ctx context.Context, name string, viewer todos.Viewer, work func(change) error) error {
	if err := viewer.RequireLogin(); err != nil {
		return err
	}
	err := postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		return work(change{tx: tx, jobs: s.jobs, me: viewerKey(viewer), at: s.now(), requestID: viewer.RequestID})
	})
	var refused todos.UserErrors
	if err == nil || errors.As(err, &refused) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// saveTodo writes all of a held todo that a change may have changed, with the job
// that reminds of it, and the event that tells of it. It returns the todo with its
// new version.
func (c change) saveTodo(ctx context.Context, t heldTodo, event todos.EventType, changes todos.Changes) (*todos.Todo, error) {
	data, err := json.Marshal(changes)
	if err != nil {
		return nil, err
	}
	t, obsolete, err := c.moveReminder(ctx, t)
	if err != nil {
		return nil, err
	}
	rows, err := c.tx.Query(ctx, `with t as (
			update todos set title = $2, description = $3, status = $4, priority = $5, due_at = $6, remind_at = $7,
				completed_at = $8, deleted_at = $9, version = version + 1, updated_at = $10, remind_job_id = $15
			where id = $1 returning *
		), cancelled as (
			`+cancelJobs+`select $16::bigint`+cancelJobsEnd+`
		), e as (
			insert into domain_events (list_id, todo_id, type, version, actor_id, at, data, request_id)
			select list_id, id, $11, version, $12, $10, $13, $14 from t
		)
		select `+todoColumns+` from t`,
		t.key, t.Title, t.Description, t.Status, t.Priority, t.DueAt, t.RemindAt, t.CompletedAt, t.deletedAt, c.at,
		event, c.me, data, c.requestID, t.jobID, obsolete)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.Todo, error) { return scanTodo(row) })
}

// saveList writes all of a held list that a change may have changed, and the event
// that tells of it. It returns the list as the viewer sees it then, nil if the
// viewer is no member any more. The owner is whoever of the owners has been a
// member longest.
func (c change) saveList(ctx context.Context, l heldList, deletedAt *time.Time, event todos.EventType, changes todos.Changes) (*todos.TodoList, error) {
	data, err := json.Marshal(changes)
	if err != nil {
		return nil, err
	}
	rows, err := c.tx.Query(ctx, `with l as (
			update todo_lists set name = $3, deleted_at = $4, version = version + 1, updated_at = $5,
				owner_id = coalesce((select user_id from list_members where list_id = $2 and role = 'OWNER' order by since, user_id limit 1), owner_id)
			where id = $2 returning *
		), e as (
			insert into domain_events (list_id, type, version, actor_id, at, data, request_id)
			select id, $6, version, $1, $5, $7, $8 from l
		)
		select `+listColumns+` from l join list_members m on m.list_id = l.id and m.user_id = $1`,
		c.me, l.key, l.Name, deletedAt, c.at, event, data, c.requestID)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.TodoList, error) { return scanList(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return list, err
}
