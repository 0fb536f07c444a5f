package postgres

import (
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/todos"
)

// mayBeSeen is visible as a condition that is looked up for each row at hand, for
// pages that need few rows. Joined, it would have PostgreSQL begin with everything
// that the viewer may see.
var mayBeSeen = `(select true from (values (1)) as one` + visible + `)`

// viewersLists are the lists l of which the viewer is a member.
const viewersLists = `list_members m join todo_lists l on l.id = m.list_id and l.deleted_at is null where m.user_id = $1`

// inViewersLists is mayBeSeen for statements that look at all of a person's todos:
// the viewer's lists are read once. "is true" keeps it from being joined.
const inViewersLists = `(t.list_id in (select m.list_id from ` + viewersLists + `)) is true`

// todosPage is the statement for a page of each set of a batch: rows of the key's
// ordinal number, the sort key as text and todoColumns, in the order of the
// window.
func todosPage(me id.UUID, b *batch, query todos.TodoQuery, window page.Window) (*statement, error) {
	var keys any = b.uuids
	if b.kind == matching {
		keys = b.words
	}
	s := newStatement(me, keys)
	order := orderOf(b.kind, query.Order)
	limit := s.arg(window.Limit + 1) // one more tells whether there are more
	inner := order
	s.add(`select k.n, `, order.text, `, `, todoColumns)
	switch b.kind {
	case ofList:
		s.add(` from unnest($2::uuid[]) with ordinality as k (list_id, n)`, memberOf(`k.list_id`), `
			cross join lateral (select * from todos t where t.list_id = k.list_id and t.deleted_at is null`)
		s.filter(query)
	case assigned:
		inner = order.assigned()
		s.add(` from unnest($2::uuid[]) with ordinality as k (user_id, n)
			cross join lateral (select t.* from todo_assignees a `, assignedTodo, ` where a.user_id = k.user_id and `, inner.seen)
		s.filter(query)
	case dueToday:
		s.add(` from `, s.days(b), `
			cross join lateral (select t.* from todo_assignees a `, dueThatDay, ` where a.user_id = k.user_id and `, mayBeSeen)
	case matching:
		s.add(` from (values (1)) as k (n)
			cross join lateral (select * from (select t.*, ts_rank(t.search, todo_search($2), 1) as rank `)
		s.found(b)
		s.add(`) t where true`)
	}
	if err := inner.within(s, window); err != nil {
		return nil, err
	}
	s.add(` order by `, inner.by(window.Backward), ` limit `, limit, `) t order by k.n, `, order.by(window.Backward))
	return s, nil
}

// todosCount is the statement that counts each set of a batch: rows of the key's
// ordinal number and the count.
func todosCount(me id.UUID, b *batch, query todos.TodoQuery) *statement {
	var keys any = b.uuids
	if b.kind == matching {
		keys = b.words
	}
	s := newStatement(me, keys)
	switch b.kind {
	case ofList:
		s.add(`select k.n, t.count from unnest($2::uuid[]) with ordinality as k (list_id, n)`, memberOf(`k.list_id`), `
			cross join lateral (select count(*) from todos t where t.list_id = k.list_id and t.deleted_at is null`)
		s.filter(query)
		s.add(`) t`)
	case assigned:
		s.add(`select k.n, t.count from unnest($2::uuid[]) with ordinality as k (user_id, n)
			cross join lateral (select count(*) from todo_assignees a `, assignedTodo, ` where a.user_id = k.user_id and `, inViewersLists)
		s.filter(query)
		s.add(`) t`)
	case dueToday:
		s.add(`select k.n, t.count from `, s.days(b), `
			cross join lateral (select count(*) from todo_assignees a `, dueThatDay, ` where a.user_id = k.user_id and `, mayBeSeen, `) t`)
	case matching:
		s.add(`select 1, count(*) `)
		s.found(b)
	}
	return s
}

// days are the keys of users with the bounds of the day that is today for each.
func (s *statement) days(b *batch) string {
	return `unnest($2::uuid[], ` + s.arg(b.from) + `::timestamptz[], ` + s.arg(b.before) + `::timestamptz[])
		with ordinality as k (user_id, day_begins, day_ends, n)`
}

// assignedTodo joins the todo t of the assignment a. "offset 0" has PostgreSQL look
// up the person's own todos. When it thinks that they are many, it would rather
// begin with everybody's.
const assignedTodo = `cross join lateral (select * from todos where id = a.todo_id and deleted_at is null offset 0) t`

// dueThatDay is assignedTodo, if it is due that day. Here PostgreSQL would begin
// with all that are due, of which it knows nothing.
const dueThatDay = `cross join lateral (select * from todos where id = a.todo_id and deleted_at is null
	and status in ('OPEN', 'IN_PROGRESS') and due_at >= k.day_begins and due_at < k.day_ends offset 0) t`

// found adds where a search looks: in the viewer's lists, or in one of them.
func (s *statement) found(b *batch) {
	s.add(`from (select m.list_id from `, viewersLists)
	if !b.everywhere {
		s.add(` and m.list_id = any(`, s.arg(b.uuids), `)`)
	}
	s.add(`) m join todos t on t.list_id = m.list_id and t.deleted_at is null and t.search @@ todo_search($2)`)
}
