-- +goose Up
-- What todos have beside a title, and what happened to them.
--
-- Deletion is soft for lists and todos (deleted_at, since the first migration):
-- what carries it, or lies in a list that does, exists for nobody, except for
-- restoreTodo within 30 days. Memberships, tags and their places on todos are
-- deleted for good.

alter table todos
  -- When somebody is to be reminded.
  add column remind_at timestamptz,
  -- When it became DONE; kept when a done todo is archived, and when it comes back.
  add column completed_at timestamptz;

update todos set completed_at = updated_at where status = 'DONE';

alter table todos
  add constraint todos_done_is_completed check (status <> 'DONE' or completed_at is not null),
  add constraint todos_active_is_not_completed check (completed_at is null or status in ('DONE', 'ARCHIVED'));

-- The tags of a list. Whatever happens to one is a change of the list as well, but
-- no change of the todos that have it.
create table tags (
  id         uuid primary key,
  list_id    uuid not null references todo_lists,
  name       text not null check (char_length(name) between 1 and 50),
  version    integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A name is there once, however it is written; the order of a list's tags.
create unique index tags_name on tags (list_id, lower(name));

-- The tags of a todo, which are tags of its list.
create table todo_tags (
  todo_id uuid not null references todos,
  tag_id  uuid not null references tags on delete cascade,
  primary key (todo_id, tag_id)
);

-- The todos with a tag.
create index todo_tags_tag on todo_tags (tag_id, todo_id);

-- What was created under a key that the client chose, so that a repeated request
-- gets the same todo. Rows past expires_at count for nothing and may be deleted.
create table idempotency_keys (
  user_id      uuid not null,
  key          text not null check (char_length(key) between 1 and 100),
  -- SHA-256 of the normalized input: another input under the same key is refused.
  request_hash bytea not null check (octet_length(request_hash) = 32),
  todo_id      uuid not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  primary key (user_id, key)
);

create index idempotency_keys_expired on idempotency_keys (expires_at);

-- Every change of a list or todo, written in its transaction: the history of
-- todos, and what subscriptions and caches follow. Rows are never changed.
--
-- A reader that follows the events must not go by id alone: a transaction that
-- took a smaller id may commit later. It goes by (txid, id) and stops at the
-- horizon, below which every transaction has ended:
--
--   where (txid, id) > ($1, $2) and txid < pg_snapshot_xmin(pg_current_snapshot())
--   order by txid, id
--
-- Transaction ids are those of this cluster: after a restore into another one,
-- readers begin anew.
create table domain_events (
  id         bigint generated always as identity primary key,
  txid       xid8 not null default pg_current_xact_id(),
  list_id    uuid not null,
  -- Null for what happened to the list itself, its members and tags.
  todo_id    uuid,
  type       text not null check (type in (
    'LIST_CREATED', 'LIST_RENAMED', 'LIST_DELETED', 'MEMBER_SET', 'MEMBER_REMOVED', 'TAG_CREATED', 'TAG_RENAMED', 'TAG_DELETED',
    'TODO_CREATED', 'TODO_UPDATED', 'TODO_STATUS_CHANGED', 'TODO_ASSIGNED', 'TODO_TAGGED', 'TODO_DELETED', 'TODO_RESTORED')),
  check ((todo_id is null) = (type not like 'TODO\_%')),
  -- The version of the todo or list that the change led to. Every change adds
  -- one to it, so that these are the numbers from 1 without a gap.
  version    integer not null,
  -- The user who did it.
  actor_id   uuid not null,
  at         timestamptz not null,
  -- What changed, by the field's name in the GraphQL schema, with ids as clients see
  -- them: {"title": {"from": "a", "to": "b"}} for title, description, status, priority,
  -- dueAt and remindAt of a todo and name of a list or tag; {"assigneeIds": {"added":
  -- ["usr_…"], "removed": []}} for assigneeIds and tags (their names) of a todo; what it
  -- is about beside that: "userId" of a member, with its role (from, to; null is none);
  -- "tagId" of a tag. A new todo's event has what it began with, from nothing.
  data       jsonb not null default '{}',
  -- The request in which it happened.
  request_id text not null default ''
);

create index domain_events_txid on domain_events (txid, id);
-- The history of a todo, and that of a list itself.
create unique index domain_events_todo on domain_events (todo_id, version) where todo_id is not null;
create unique index domain_events_list on domain_events (list_id, version) where todo_id is null;

-- +goose Down
drop table domain_events, idempotency_keys, todo_tags, tags;
alter table todos
  drop constraint todos_done_is_completed,
  drop constraint todos_active_is_not_completed,
  drop column remind_at,
  drop column completed_at;
