-- +goose Up
-- What users are told within the application. No row holds a name or a title: they
-- are read when it is shown. Rows older than 90 days are removed by Purge.
create table notifications (
  id         uuid primary key,
  user_id    uuid not null references users (id) on delete cascade,
  -- Names what happened, so that a job that runs twice tells it once.
  key        text not null check (octet_length(key) between 1 and 200),
  kind       text not null check (kind in ('ASSIGNED', 'SHARED', 'REMINDER', 'SECURITY')),
  -- What it is about, in the todos database, and who did it.
  todo_id    uuid,
  list_id    uuid,
  actor_id   uuid,
  created_at timestamptz not null,
  read_at    timestamptz
);

create unique index notifications_key on notifications (key);

-- Pages of a user's notifications, newest first, and of the unread ones.
create index notifications_user on notifications (user_id, created_at desc, id desc);
create index notifications_unread on notifications (user_id, created_at desc, id desc) where read_at is null;

-- What can be removed.
create index notifications_created on notifications (created_at);

-- +goose Down
drop table notifications;
