-- +goose Up
-- The job that will remind people of a todo, a row of river.river_job: written,
-- moved and cancelled with the todo. Null if nobody is to be reminded; it may name
-- a job that has run and is long gone.
alter table todos add column remind_job_id bigint;

-- The jobs of a list's todos, for the day on which the list is deleted.
create index todos_list_reminders on todos (list_id) include (remind_job_id) where remind_job_id is not null;

-- +goose Down
drop index todos_list_reminders;
alter table todos drop column remind_job_id;
