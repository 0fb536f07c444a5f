-- +goose Up
-- What goes for good: the todos of a list, whether or not they are deleted, also for
-- the foreign key; and what was deleted, in the order in which it was.
create index todos_of_list on todos (list_id);
create index todos_deleted on todos (deleted_at) where deleted_at is not null;
create index todo_lists_deleted on todo_lists (deleted_at) where deleted_at is not null;

-- +goose Down
drop index todo_lists_deleted, todos_deleted, todos_of_list;
