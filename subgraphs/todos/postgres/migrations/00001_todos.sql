-- +goose Up
create table todo_lists (
  id         uuid primary key,
  name       text not null check (char_length(name) between 1 and 100),
  owner_id   uuid not null,
  version    integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

create table list_members (
  list_id uuid not null references todo_lists,
  user_id uuid not null,
  role    text not null check (role in ('OWNER', 'EDITOR', 'VIEWER')),
  since   timestamptz not null default now(),
  primary key (list_id, user_id)
);

-- The lists of a person, most recently joined first.
create index list_members_user on list_members (user_id, since desc, list_id desc);
-- The members of a list, in order of joining.
create index list_members_since on list_members (list_id, since, user_id);

create table todos (
  id          uuid primary key,
  list_id     uuid not null references todo_lists,
  title       text not null check (char_length(title) between 1 and 255),
  description text check (char_length(description) <= 10000),
  status      text not null default 'OPEN' check (status in ('OPEN', 'IN_PROGRESS', 'DONE', 'ARCHIVED')),
  priority    text not null default 'NORMAL' check (priority in ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  due_at      timestamptz,
  creator_id  uuid not null,
  version     integer not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  deleted_at  timestamptz
);

-- The todos of a list, newest first.
create index todos_list on todos (list_id, created_at desc, id desc) where deleted_at is null;

create table todo_assignees (
  todo_id         uuid not null references todos,
  user_id         uuid not null,
  -- The order in which people were assigned.
  position        smallint not null,
  -- The todo's, which never changes: the order of a person's todos.
  todo_created_at timestamptz not null,
  primary key (todo_id, user_id)
);

-- The todos of a person, newest first.
create index todo_assignees_user on todo_assignees (user_id, todo_created_at desc, todo_id desc);

-- +goose Down
drop table todo_assignees, todos, list_members, todo_lists;
