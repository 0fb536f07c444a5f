package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// tagColumns are those that scanTag reads, of the tag g.
const tagColumns = `g.id, g.list_id, g.name, g.created_at, g.updated_at, g.version`

// scanTag reads the columns of a row; before is what stands in front of them.
func scanTag(row pgx.CollectableRow, before ...any) (todos.Tag, error) {
	var g todos.Tag
	var key, list id.UUID
	err := row.Scan(append(before, &key, &list, &g.Name, &g.CreatedAt, &g.UpdatedAt, &g.Version)...)
	g.ID, g.ListID = id.Format(id.Tag, key), id.Format(id.TodoList, list)
	return g, err
}

// CreateTag implements todos.Service.
func (s *Service) CreateTag(ctx context.Context, viewer todos.Viewer, in todos.CreateTagInput) (tag *todos.Tag, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "create tag", viewer, func(c change) error {
		list, err := c.listFor(ctx, todos.WriteTodos, in.ListID, "listId", lockList)
		if err != nil {
			return err
		}
		key := id.New()
		count, err := c.tagNameFree(ctx, list.key, key, in.Name)
		if err != nil {
			return err
		}
		if count >= todos.MaxTagsOfList {
			return todos.TooManyTags()
		}
		tag, err = c.saveTag(ctx, `insert into tags as g (id, list_id, name, created_at, updated_at) values ($1, $2, $3, $4, $4)
			returning `+tagColumns, key, list.key, in.Name, c.at)
		if err != nil {
			return err
		}
		changes := todos.Changes{"tagId": tag.ID, "name": todos.FieldChange{To: tag.Name}}
		_, err = c.saveList(ctx, list, nil, todos.TagCreated, changes)
		return err
	})
	return tag, err
}

// RenameTag implements todos.Service.
func (s *Service) RenameTag(ctx context.Context, viewer todos.Viewer, in todos.RenameTagInput) (tag *todos.Tag, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "rename tag", viewer, func(c change) error {
		held, err := c.tag(ctx, in.ID, in.ExpectedVersion)
		if err != nil {
			return err
		}
		if held.Name == in.Name {
			tag = &held.Tag
			return nil
		}
		if _, err := c.tagNameFree(ctx, held.listKey, held.key, in.Name); err != nil {
			return err
		}
		tag, err = c.saveTag(ctx, `update tags g set name = $2, version = version + 1, updated_at = $3 where id = $1
			returning `+tagColumns, held.key, in.Name, c.at)
		if err != nil {
			return err
		}
		return c.tagEvent(ctx, held, todos.TagRenamed, todos.FieldChange{From: held.Name, To: tag.Name})
	})
	return tag, err
}

// DeleteTag implements todos.Service.
func (s *Service) DeleteTag(ctx context.Context, viewer todos.Viewer, in todos.DeleteTagInput) error {
	return s.change(ctx, "delete tag", viewer, func(c change) error {
		held, err := c.tag(ctx, in.ID, in.ExpectedVersion)
		if err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, `delete from tags where id = $1`, held.key); err != nil {
			return err
		}
		return c.tagEvent(ctx, held, todos.TagDeleted, todos.FieldChange{From: held.Name})
	})
}

// saveTag runs a statement that writes one tag and returns it.
func (c change) saveTag(ctx context.Context, statement string, arguments ...any) (*todos.Tag, error) {
	rows, err := c.tx.Query(ctx, statement, arguments...)
	if err != nil {
		return nil, err
	}
	tag, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (todos.Tag, error) { return scanTag(row) })
	return &tag, err
}

// tagEvent writes that a tag's list was changed by what happened to the tag.
func (c change) tagEvent(ctx context.Context, held heldTag, event todos.EventType, name todos.FieldChange) error {
	list, err := c.list(ctx, held.ListID, "id", "")
	if err != nil {
		return err
	}
	_, err = c.saveList(ctx, list, nil, event, todos.Changes{"tagId": held.ID, "name": name})
	return err
}

// tagNameFree refuses a name that another tag of a locked list has, and counts the
// tags. What is the same name is for the database to say, which has the index.
func (c change) tagNameFree(ctx context.Context, list, tag id.UUID, name string) (count int, err error) {
	var taken bool
	err = c.tx.QueryRow(ctx, `select count(*), coalesce(bool_or(lower(name) = lower($3) and id <> $2), false) from tags where list_id = $1`,
		list, tag, name).Scan(&count, &taken)
	if err == nil && taken {
		return count, todos.TagNameTaken()
	}
	return count, err
}

// TagTodo implements todos.Service.
func (s *Service) TagTodo(ctx context.Context, viewer todos.Viewer, in todos.TagTodoInput) (todo *todos.Todo, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "tag todo", viewer, func(c change) error {
		held, err := c.todo(ctx, in.ID, in.ExpectedVersion, existing)
		if err != nil {
			return err
		}
		list, err := id.Parse(id.TodoList, held.ListID)
		if err != nil {
			return err
		}
		tags, names, err := c.mustBeTags(ctx, list, in.TagIDs)
		if err != nil {
			return err
		}
		before, err := c.tagNames(ctx, held.key)
		if err != nil {
			return err
		}
		changes := todos.Changes{}
		changes.SetItems("tags", before, names)
		if len(changes) == 0 {
			todo = &held.Todo
			return nil
		}
		if err := c.replaceTags(ctx, held.key, tags); err != nil {
			return err
		}
		todo, err = c.saveTodo(ctx, held, todos.TodoTagged, changes)
		return err
	})
	return todo, err
}

// mustBeTags refuses ids that are none of tags of a locked list. It returns the
// keys of the tags, in their order, and their names.
func (c change) mustBeTags(ctx context.Context, list id.UUID, texts []string) (keys []id.UUID, names []string, err error) {
	if len(texts) == 0 {
		return nil, nil, nil
	}
	rows, err := c.tx.Query(ctx, `select id, name from tags where list_id = $1 and id = any($2) order by lower(name)`,
		list, id.ParseAll(id.Tag, texts))
	if err != nil {
		return nil, nil, err
	}
	var key id.UUID
	var name string
	var found []id.UUID
	if _, err := pgx.ForEachRow(rows, []any{&key, &name}, func() error {
		found, names = append(found, key), append(names, name)
		return nil
	}); err != nil {
		return nil, nil, err
	}
	keys, err = chosen(id.Tag, texts, found, func(item int) todos.UserErrors {
		return todos.FailItem(todos.CodeNotFound, "tagIds", item, "the list has no such tag")
	})
	return keys, names, err
}

// tagNames reads the names of a todo's tags.
func (c change) tagNames(ctx context.Context, todo id.UUID) ([]string, error) {
	rows, err := c.tx.Query(ctx, `select g.name from todo_tags tt join tags g on g.id = tt.tag_id where tt.todo_id = $1 order by lower(g.name)`, todo)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// replaceTags gives a locked todo other tags.
func (c change) replaceTags(ctx context.Context, todo id.UUID, tags []id.UUID) error {
	_, err := c.tx.Exec(ctx, `with gone as (delete from todo_tags where todo_id = $1 and tag_id <> all($2::uuid[]))
		insert into todo_tags (todo_id, tag_id) select $1, k.tag_id from unnest($2::uuid[]) k (tag_id) on conflict do nothing`,
		todo, notNil(tags))
	return err
}

// notNil keeps an empty list from becoming NULL, of which nothing is an element
// and nothing is none.
func notNil(keys []id.UUID) []id.UUID {
	if keys == nil {
		return []id.UUID{}
	}
	return keys
}

// TagsOfLists implements todos.Service.
func (s *Service) TagsOfLists(ctx context.Context, viewer todos.Viewer, listIDs []string) ([][]todos.Tag, error) {
	me := viewerKey(viewer)
	return s.tags(ctx, readKeys(me, id.TodoList, listIDs), len(listIDs), `select k.n, `+tagColumns+`
		from unnest($2::uuid[]) with ordinality as k (list_id, n)`+memberOf("k.list_id")+`
		join tags g on g.list_id = l.id
		order by k.n, lower(g.name)`, me)
}

// TagsOfTodos implements todos.Service.
func (s *Service) TagsOfTodos(ctx context.Context, viewer todos.Viewer, todoIDs []string) ([][]todos.Tag, error) {
	me := viewerKey(viewer)
	return s.tags(ctx, readKeys(me, id.Todo, todoIDs), len(todoIDs), `select k.n, `+tagColumns+`
		from unnest($2::uuid[]) with ordinality as k (todo_id, n)
		join todos t on t.id = k.todo_id and t.deleted_at is null`+visible+`
		join todo_tags tt on tt.todo_id = t.id
		join tags g on g.id = tt.tag_id
		order by k.n, lower(g.name)`, me)
}

// tags runs a statement that reads tags by key, with $1 the viewer and $2 the keys.
func (s *Service) tags(ctx context.Context, lookup keys, size int, statement string, me id.UUID) ([][]todos.Tag, error) {
	all := make([][]todos.Tag, size)
	if len(lookup.uuids) == 0 {
		return all, nil
	}
	rows, err := s.deps.Pool.Query(ctx, statement, me, lookup.uuids)
	if err != nil {
		return nil, fmt.Errorf("tags: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		tag, err := scanTag(rows, &n)
		if err != nil {
			return nil, fmt.Errorf("tags: %w", err)
		}
		all[lookup.place(n)] = append(all[lookup.place(n)], tag)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("tags: %w", err)
	}
	return all, nil
}
