package main

import (
	"context"
	"encoding/base32"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// What there is: users, and lists of as many todos each, which are assigned to the
// list's owner. They are numbered from 1 on, as their ids are.
const (
	seededUsers = 1000
	seededLists = 50
	todosEach   = 200
)

// seed fills the databases.
func (b *bench) seed(ctx context.Context) error {
	const id = `lpad(to_hex(%s), 32, '0')::uuid`
	number := func(what string) string { return fmt.Sprintf(id, what) }
	for service, statements := range map[string][]string{
		"users": {
			fmt.Sprintf(`insert into users (id, email, email_key, password_hash, display_name, time_zone)
				select %s, 'user' || n || '@example.com', 'user' || n || '@example.com', '', 'User ' || n, 'Europe/Berlin'
				from generate_series(1, %d) n`, number("n"), seededUsers),
		},
		"todos": {
			fmt.Sprintf(`insert into todo_lists (id, name, owner_id) select %s, 'List ' || n, %[1]s from generate_series(1, %d) n`, number("n"), seededLists),
			`insert into list_members (list_id, user_id, role) select id, owner_id, 'OWNER' from todo_lists`,
			fmt.Sprintf(`insert into todos (id, list_id, title, description, status, priority, due_at, creator_id, created_at)
				select %s, l.id, 'Todo ' || n, case when n %% 2 = 0 then 'What there is to say about todo ' || n end,
					(array['OPEN', 'IN_PROGRESS'])[1 + n %% 2], (array['LOW', 'NORMAL', 'HIGH', 'URGENT'])[1 + n %% 4],
					case when n %% 3 = 0 then now() + n * interval '1 hour' end, l.owner_id, now() - n * interval '1 minute'
				from (select *, row_number() over (order by id) as i from todo_lists) l, generate_series(1, %d) n`,
				number(fmt.Sprintf("(l.i * %d + n)::int", todosEach)), todosEach),
			`insert into todo_assignees (todo_id, user_id, position, todo_created_at) select id, creator_id, 1, created_at from todos`,
		},
	} {
		conn, err := pgx.Connect(ctx, b.urls[service])
		if err != nil {
			return err
		}
		for _, statement := range append(statements, "vacuum analyze") {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w: %.60s", service, err, statement)
			}
		}
		if err := conn.Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// encoding is that of ids: Crockford's alphabet in lower case.
var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// global is the graph's id of the object of a kind with a number, as "usr_…".
func global(kind string, number byte) string {
	return kind + "_" + encoding.EncodeToString([]byte{15: number})
}

// uuid is how the database and Express write the same id.
func uuid(number byte) string { return fmt.Sprintf("00000000-0000-0000-0000-%012x", number) }
