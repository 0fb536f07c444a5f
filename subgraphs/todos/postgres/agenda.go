package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// Agenda returns what a person has to do, nothing for somebody who is in no list. It
// is for the worker, which acts for the service itself.
func Agenda(ctx context.Context, pool postgres.Pool, query todos.AgendaQuery) (todos.Agenda, error) {
	var agenda todos.Agenda
	user, err := id.Parse(id.User, query.UserID)
	if err != nil {
		return agenda, nil
	}
	// "offset 0" has PostgreSQL look into the person's own lists: it would rather
	// begin with whatever is due anywhere.
	rows, err := pool.Query(ctx, `
		select title, name, due_at, overdue, total from (
			select t.id, t.title, l.name, t.due_at, t.due_at < $2 as overdue,
				row_number() over (partition by t.due_at < $2 order by greatest(t.due_at - $2, $2 - t.due_at), t.id) as place,
				count(*) over (partition by t.due_at < $2) as total
			from list_members m join todo_lists l on l.id = m.list_id and l.deleted_at is null
			cross join lateral (select * from todos where list_id = m.list_id and deleted_at is null
				and status in ('OPEN', 'IN_PROGRESS') and due_at < $3 offset 0) t
			where m.user_id = $1 and case when exists (select from todo_assignees a where a.todo_id = t.id)
				then exists (select from todo_assignees a where a.todo_id = t.id and a.user_id = $1)
				else t.creator_id = $1 end
		) t where place <= $4 order by due_at, id`, user, query.From, query.Before, query.Most)
	if err != nil {
		return agenda, fmt.Errorf("todos: agenda: %w", err)
	}
	var todo todos.AgendaTodo
	var overdue bool
	var total int
	_, err = pgx.ForEachRow(rows, []any{&todo.Title, &todo.ListName, &todo.DueAt, &overdue, &total}, func() error {
		if overdue {
			agenda.Overdue, agenda.MoreOverdue = append(agenda.Overdue, todo), total-len(agenda.Overdue)-1
		} else {
			agenda.Due, agenda.MoreDue = append(agenda.Due, todo), total-len(agenda.Due)-1
		}
		return nil
	})
	if err != nil {
		return agenda, fmt.Errorf("todos: agenda: %w", err)
	}
	return agenda, nil
}

// Titles returns the titles of todos and the names of lists, by their ids: of those
// that the person may see. It is for the worker.
func Titles(ctx context.Context, pool postgres.Pool, userID string, todoIDs, listIDs []string) (map[string]string, error) {
	titles := map[string]string{}
	user, err := id.Parse(id.User, userID)
	if err != nil {
		return titles, nil
	}
	rows, err := pool.Query(ctx, `
		select true, t.id, t.title from todos t join todo_lists l on l.id = t.list_id and l.deleted_at is null
			join list_members m on m.list_id = t.list_id and m.user_id = $1 where t.id = any($2) and t.deleted_at is null
		union all
		select false, l.id, l.name from todo_lists l
			join list_members m on m.list_id = l.id and m.user_id = $1 where l.id = any($3) and l.deleted_at is null`,
		user, id.ParseAll(id.Todo, todoIDs), id.ParseAll(id.TodoList, listIDs))
	if err != nil {
		return nil, fmt.Errorf("todos: titles: %w", err)
	}
	var isTodo bool
	var key id.UUID
	var title string
	_, err = pgx.ForEachRow(rows, []any{&isTodo, &key, &title}, func() error {
		kind := id.TodoList
		if isTodo {
			kind = id.Todo
		}
		titles[id.Format(kind, key)] = title
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("todos: titles: %w", err)
	}
	return titles, nil
}
