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

// The functions of this file are for the worker, which acts for the service itself:
// they ask nobody's leave. What a job is about is read when the job runs, and may
// have changed since; errors that wrap todos.ErrObsolete say how.

// Assignment returns what the assignee of the job is told. It is obsolete unless the
// todo is still to be done, and still theirs.
func Assignment(ctx context.Context, pool postgres.Pool, job todos.AssignmentArgs) (todos.TodoNotice, error) {
	var notice todos.TodoNotice
	todo, errTodo := id.Parse(id.Todo, job.TodoID)
	user, errUser := id.Parse(id.User, job.UserID)
	if errTodo != nil || errUser != nil {
		return notice, obsolete("assignment", "there is no such todo or person")
	}
	var assigned bool
	held, err := readTold(pool.QueryRow(ctx, toldColumns+`, exists (
			select from todo_assignees a join list_members m on m.list_id = t.list_id and m.user_id = a.user_id
			where a.todo_id = t.id and a.user_id = $2)`+toldTables, todo, user), &assigned)
	switch {
	case err != nil:
		return notice, fmt.Errorf("assignment: %w", err)
	case held.over() != "":
		return notice, obsolete("assignment", held.over())
	case !assigned:
		return notice, obsolete("assignment", "the todo is not assigned to them any more")
	}
	return held.TodoNotice, nil
}

// Share returns what the new member of the job is told. It is obsolete unless they
// are a member still.
func Share(ctx context.Context, pool postgres.Pool, job todos.ShareArgs) (todos.ListNotice, error) {
	var notice todos.ListNotice
	list, errList := id.Parse(id.TodoList, job.ListID)
	user, errUser := id.Parse(id.User, job.UserID)
	if errList != nil || errUser != nil {
		return notice, obsolete("share", "there is no such list or person")
	}
	err := pool.QueryRow(ctx, `select l.name, m.role from todo_lists l join list_members m on m.list_id = l.id and m.user_id = $2
		where l.id = $1 and l.deleted_at is null`, list, user).Scan(&notice.Name, &notice.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return notice, obsolete("share", "the list is deleted, or they are no member any more")
	}
	if err != nil {
		return notice, fmt.Errorf("share: %w", err)
	}
	return notice, nil
}

// Reminder returns what the job reminds of, and whom. It is obsolete unless the todo
// is still to be done and has the job's time, and somebody is left to be reminded.
func Reminder(ctx context.Context, pool postgres.Pool, job todos.ReminderArgs) (todos.Reminder, error) {
	todo, err := id.Parse(id.Todo, job.TodoID)
	if err != nil {
		return todos.Reminder{}, obsolete("reminder", "there is no such todo")
	}
	var at *time.Time
	var now time.Time
	var people []id.UUID
	held, err := readTold(pool.QueryRow(ctx, toldColumns+`, t.remind_at, now(), array(
			select p.user_id from (
				select user_id, position from todo_assignees where todo_id = t.id
				union all
				select t.creator_id, 0 where not exists (select from todo_assignees where todo_id = t.id)
			) p join list_members m on m.list_id = t.list_id and m.user_id = p.user_id
			order by p.position, p.user_id)`+toldTables, todo), &at, &now, &people)
	switch {
	case err != nil:
		return todos.Reminder{}, fmt.Errorf("reminder: %w", err)
	case held.over() != "":
		return todos.Reminder{}, obsolete("reminder", held.over())
	case at == nil || !at.Equal(job.RemindAt):
		return todos.Reminder{}, obsolete("reminder", "the todo has another time for it")
	case len(people) == 0:
		return todos.Reminder{}, obsolete("reminder", "nobody is left in the list who could do the todo")
	}
	notice := todos.Reminder{TodoNotice: held.TodoNotice, Early: at.Sub(now)}
	for _, user := range people {
		notice.UserIDs = append(notice.UserIDs, id.Format(id.User, user))
	}
	return notice, nil
}

// told is a todo that people are told of.
type told struct {
	todos.TodoNotice
	status  todos.TodoStatus
	deleted bool
}

// The statement that reads the todo $1 for told: its columns, more of which may
// follow, and where they come from.
const (
	toldColumns = `select t.list_id, t.title, l.name, t.due_at, t.status, t.deleted_at is not null or l.deleted_at is not null`
	toldTables  = ` from todos t join todo_lists l on l.id = t.list_id where t.id = $1`
)

// readTold reads the columns of a row, and those that follow them. A todo that is
// not there is a deleted one.
func readTold(row pgx.Row, more ...any) (told, error) {
	var t told
	var list id.UUID
	err := row.Scan(append([]any{&list, &t.Title, &t.ListName, &t.DueAt, &t.status, &t.deleted}, more...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return told{deleted: true}, nil
	}
	t.ListID = id.Format(id.TodoList, list)
	return t, err
}

// over says why nobody has to do the todo any more, "" if somebody has.
func (t told) over() string {
	switch {
	case t.deleted:
		return "the todo or its list is deleted"
	case !t.status.Active():
		return "the todo is done or archived"
	}
	return ""
}

// obsolete is the error of a job that has nothing to tell any more.
func obsolete(job, why string) error { return fmt.Errorf("%s: %w: %s", job, todos.ErrObsolete, why) }
