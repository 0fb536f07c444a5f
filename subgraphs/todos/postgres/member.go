package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// SetListMember implements todos.Service.
func (s *Service) SetListMember(ctx context.Context, viewer todos.Viewer, in todos.SetListMemberInput) (list *todos.TodoList, err error) {
	err = s.change(ctx, "set member", viewer, func(c change) error {
		held, err := c.listFor(ctx, todos.ManageList, in.ListID, "listId", lockList)
		if err != nil {
			return err
		}
		if err := todos.CheckVersion(held.Version, in.ExpectedVersion); err != nil {
			return err
		}
		person, err := id.Parse(id.User, in.UserID)
		if err != nil {
			return todos.NotFound("userId", "user")
		}
		members, err := c.members(ctx, held.key)
		if err != nil {
			return err
		}
		if err := members.With(in.UserID, in.Role); err != nil {
			return err
		}
		was := members.RoleOf(in.UserID)
		if was == in.Role {
			list = held.TodoList
			return nil
		}
		if was == "" && in.UserID != viewer.ID {
			share := todos.ShareArgs{ListID: held.ID, UserID: in.UserID, ActorID: viewer.ID, Version: held.Version + 1}
			if _, err := c.insertJobs(ctx, []river.InsertManyParams{notify(share)}); err != nil {
				return err
			}
		}
		list, err = c.saveMember(ctx, held, person, was, in.Role)
		return err
	})
	return list, err
}

// saveMember gives a person a role in a locked list.
func (c change) saveMember(ctx context.Context, list heldList, person id.UUID, was, role todos.ListRole) (*todos.TodoList, error) {
	if _, err := c.tx.Exec(ctx, `insert into list_members (list_id, user_id, role, since) values ($1, $2, $3, $4)
		on conflict (list_id, user_id) do update set role = excluded.role`, list.key, person, role, c.at); err != nil {
		return nil, err
	}
	return c.saveList(ctx, list, nil, todos.MemberSet, roleChange(id.Format(id.User, person), was, role))
}

// RemoveListMember implements todos.Service.
func (s *Service) RemoveListMember(ctx context.Context, viewer todos.Viewer, in todos.RemoveListMemberInput) (list *todos.TodoList, err error) {
	err = s.change(ctx, "remove member", viewer, func(c change) error {
		held, err := c.list(ctx, in.ListID, "listId", lockList)
		if err != nil {
			return err
		}
		if in.UserID != viewer.ID && !held.MyRole.May(todos.ManageList) {
			return todos.Forbidden(todos.ManageList, "userId")
		}
		if err := todos.CheckVersion(held.Version, in.ExpectedVersion); err != nil {
			return err
		}
		members, err := c.members(ctx, held.key)
		if err != nil {
			return err
		}
		if err := members.Without(in.UserID); err != nil {
			return err
		}
		person, err := id.Parse(id.User, in.UserID)
		if err != nil {
			return err
		}
		if err := c.deleteMember(ctx, held.key, person); err != nil {
			return err
		}
		list, err = c.saveList(ctx, held, nil, todos.MemberRemoved, roleChange(in.UserID, members.RoleOf(in.UserID), ""))
		return err
	})
	return list, err
}

// roleChange is what the events of members tell; "" is no role.
func roleChange(userID string, from, to todos.ListRole) todos.Changes {
	var roles todos.FieldChange
	if from != "" {
		roles.From = from
	}
	if to != "" {
		roles.To = to
	}
	return todos.Changes{"userId": userID, "role": roles}
}

// members reads all members of a list that is locked.
func (c change) members(ctx context.Context, list id.UUID) (todos.Members, error) {
	rows, err := c.tx.Query(ctx, `select user_id, role, since from list_members where list_id = $1 for update`, list)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (member todos.ListMember, err error) {
		var user id.UUID
		err = row.Scan(&user, &member.Role, &member.Since)
		member.User.ID = id.Format(id.User, user)
		return member, err
	})
}

// deleteMember ends a membership, and what the person was assigned to in the list.
func (c change) deleteMember(ctx context.Context, list, person id.UUID) error {
	if _, err := c.tx.Exec(ctx, `delete from list_members where list_id = $1 and user_id = $2`, list, person); err != nil {
		return err
	}
	_, err := c.unassign(ctx, list, person, nil)
	return err
}

// unassign takes todos of a locked list from a person, as many as most says or all
// of them, and returns how many. Each is changed, deleted ones included, because
// they can come back.
func (c change) unassign(ctx context.Context, list, person id.UUID, most *int) (int64, error) {
	changes := todos.Changes{}
	changes.SetItems("assigneeIds", []string{id.Format(id.User, person)}, nil)
	data, err := json.Marshal(changes)
	if err != nil {
		return 0, err
	}
	unassigned, err := c.tx.Exec(ctx, `with a as (
			delete from todo_assignees a where user_id = $2 and todo_id in (
				select p.todo_id from todo_assignees p join todos t on t.id = p.todo_id where p.user_id = $2 and t.list_id = $1 limit $8)
			returning a.todo_id
		), t as (
			update todos set version = version + 1, updated_at = $3 from a where id = a.todo_id returning id, list_id, version
		)
		insert into domain_events (list_id, todo_id, type, version, actor_id, at, data, request_id)
		select list_id, id, $4, version, $5, $3, $6, $7 from t`,
		list, person, c.at, todos.TodoAssigned, c.me, data, c.requestID, most)
	return unassigned.RowsAffected(), err
}

// mustBeMembers refuses people, named by a field of the input, who are no members
// of a list that is locked. It returns their keys.
func (c change) mustBeMembers(ctx context.Context, list id.UUID, people []string, field string) ([]id.UUID, error) {
	if len(people) == 0 {
		return nil, nil
	}
	rows, err := c.tx.Query(ctx, `select user_id from list_members where list_id = $1 and user_id = any($2) for share`,
		list, id.ParseAll(id.User, people))
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil {
		return nil, err
	}
	return chosen(id.User, people, found, func(item int) todos.UserErrors {
		return todos.FailItem(todos.CodeBadInput, field, item, "must be a member of the list")
	})
}

// chosen returns the keys of texts, in their order, if they were all found; else
// the errors about the others.
func chosen(kind id.Kind, texts []string, found []id.UUID, missing func(item int) todos.UserErrors) ([]id.UUID, error) {
	known := make(map[id.UUID]bool, len(found))
	for _, key := range found {
		known[key] = true
	}
	keys := make([]id.UUID, 0, len(texts))
	var refused todos.UserErrors
	for i, text := range texts {
		key, err := id.Parse(kind, text)
		if err != nil || !known[key] {
			refused = append(refused, missing(i)...)
		}
		keys = append(keys, key)
	}
	if refused != nil {
		return nil, refused
	}
	return keys, nil
}

// Members implements todos.Service.
func (s *Service) Members(ctx context.Context, viewer todos.Viewer, listIDs []string) ([][]todos.ListMember, error) {
	members := make([][]todos.ListMember, len(listIDs))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.TodoList, listIDs)
	if len(lookup.uuids) == 0 {
		return members, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select k.n, p.user_id, p.role, p.since
		from unnest($2::uuid[]) with ordinality as k (list_id, n)`+memberOf("k.list_id")+`
		cross join lateral (
			select user_id, role, since from list_members where list_id = k.list_id order by since, user_id limit $3
		) p
		order by k.n, p.since, p.user_id`, me, lookup.uuids, todos.MaxMembers)
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	var n int64
	var user id.UUID
	var member todos.ListMember
	_, err = pgx.ForEachRow(rows, []any{&n, &user, &member.Role, &member.Since}, func() error {
		member.User = todos.User{ID: id.Format(id.User, user)}
		members[lookup.place(n)] = append(members[lookup.place(n)], member)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("members: %w", err)
	}
	return members, nil
}
