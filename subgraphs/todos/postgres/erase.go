package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// eraseMost bounds the rows of a sort that one transaction removes or changes when
// something goes for good.
const eraseMost = 500

// Erase removes a person whose account is being erased. It is for the worker, which
// acts for the person, and is safe to run again, also after it was interrupted: it
// is many transactions, none of which holds more than eraseMost rows of a sort.
//
//   - Lists with other members stay, as does everything that the person wrote in
//     them. If the person is their only owner, whichever editor has been a member
//     longest becomes one, or else viewer (todos.Members.Heir). Then the person's
//     assignments and membership go. Each of it is a change like those of the
//     service, with its event, and done by the person.
//   - Lists without other members go for good, with their todos, tags, history and
//     jobs. No event tells of that: nobody is left who could see them.
//   - So do the person's idempotency keys, and jobs that are addressed to the person.
//
// What remains are ids, as creator and actor, of an account that is no more; whoever
// asks users for it gets a nameless one. The person has to be locked out before: a
// list that is made while Erase runs may stay.
func Erase(ctx context.Context, pool postgres.Pool, userID string, now time.Time) error {
	person, err := id.Parse(id.User, userID)
	if err != nil {
		return fmt.Errorf("todos: erase %s: %w", userID, err)
	}
	begins := change{me: person, at: now.UTC().Truncate(time.Microsecond)}
	for left := false; !left; {
		if left, err = leaveNext(ctx, pool, begins); err != nil {
			return fmt.Errorf("todos: erase %s: %w", userID, err)
		}
	}
	keys := `delete from idempotency_keys where user_id = $1 and key in (select key from idempotency_keys where user_id = $1 limit $2)`
	if _, err := inBatches(ctx, pool, keys, person, eraseMost); err != nil {
		return fmt.Errorf("todos: erase %s: %w", userID, err)
	}
	err = begins.in(ctx, pool, func(c change) error { return c.removeJobs(ctx, "userId", id.User, []id.UUID{person}) })
	if err != nil {
		return fmt.Errorf("todos: erase %s: %w", userID, err)
	}
	return nil
}

// leaveNext takes a step towards leaving one of the person's lists. It returns true
// if there is none.
func leaveNext(ctx context.Context, pool postgres.Pool, begins change) (bool, error) {
	var list id.UUID
	err := pool.QueryRow(ctx, `select list_id from list_members where user_id = $1 order by since, list_id limit 1`, begins.me).Scan(&list)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, begins.in(ctx, pool, func(c change) error { return c.leave(ctx, list) })
}

// in runs work in a transaction.
func (c change) in(ctx context.Context, pool postgres.Pool, work func(change) error) error {
	return postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		c.tx = tx
		return work(c)
	})
}

// inBatches runs a statement that removes at most as many rows as its last argument
// says, until it removes fewer, and returns how many that were.
func inBatches(ctx context.Context, pool postgres.Pool, statement string, argument any, most int64) (rows int64, err error) {
	for {
		removed, err := pool.Exec(ctx, statement, argument, most)
		rows += removed.RowsAffected()
		if err != nil || removed.RowsAffected() < most {
			return rows, err
		}
	}
}

// leave takes a step towards leaving a list, the last of which ends the membership.
func (c change) leave(ctx context.Context, key id.UUID) error {
	list := heldList{TodoList: &todos.TodoList{}, key: key}
	var deletedAt *time.Time
	err := c.tx.QueryRow(ctx, `select name, deleted_at from todo_lists where id = $1 for update`, key).Scan(&list.Name, &deletedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // it has gone meanwhile
	}
	if err != nil {
		return err
	}
	members, err := c.members(ctx, key)
	me := id.Format(id.User, c.me)
	was := members.RoleOf(me)
	switch {
	case err != nil || was == "":
		return err
	case len(members) == 1:
		return c.leaveAlone(ctx, key, deletedAt)
	}
	most := eraseMost
	if unassigned, err := c.unassign(ctx, key, c.me, &most); err != nil || unassigned == eraseMost {
		return err // there may be more
	}
	if heir := members.Heir(me); heir != "" {
		if err := c.inherit(ctx, list, deletedAt, heir, members.RoleOf(heir)); err != nil {
			return err
		}
	}
	if err := c.deleteMember(ctx, key, c.me); err != nil {
		return err
	}
	_, err = c.saveList(ctx, list, deletedAt, todos.MemberRemoved, roleChange(me, was, ""))
	return err
}

// inherit makes a member of a locked list an owner.
func (c change) inherit(ctx context.Context, list heldList, deletedAt *time.Time, heir string, was todos.ListRole) error {
	person, err := id.Parse(id.User, heir)
	if err != nil {
		return err
	}
	if _, err := c.tx.Exec(ctx, `update list_members set role = 'OWNER' where list_id = $1 and user_id = $2`, list.key, person); err != nil {
		return err
	}
	_, err = c.saveList(ctx, list, deletedAt, todos.MemberSet, roleChange(heir, was, todos.RoleOwner))
	return err
}

// leaveAlone takes a step towards removing a locked list that has no other member.
// The first is that it is deleted, so that nothing comes to it any more.
func (c change) leaveAlone(ctx context.Context, list id.UUID, deletedAt *time.Time) error {
	if deletedAt == nil {
		_, err := c.tx.Exec(ctx, `update todo_lists set deleted_at = $2 where id = $1`, list, c.at)
		return err
	}
	_, err := c.removeList(ctx, list)
	return err
}
