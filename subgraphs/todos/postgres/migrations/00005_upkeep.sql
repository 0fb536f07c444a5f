-- +goose Up
-- What goes for good: the todos of a list, whether or not they are deleted, also for
-- the foreign key.
create index todos_of_list on todos (list_id);

-- +goose Down
drop index todos_of_list;
