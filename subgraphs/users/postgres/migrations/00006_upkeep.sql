-- +goose Up
-- What is left of an account that was erased: a row without anything of a person in
-- it, so that what refers to the account still finds somebody.
alter table users
  alter column email drop not null,
  alter column email_key drop not null,
  alter column password_hash drop not null,
  add constraint users_whole check (deleted_at is not null or (email is not null and email_key is not null and password_hash is not null));

-- How far the deletion of an account has come (users.DeletionStep), for the worker
-- that does it and for operators. Before ERASING it can be undone.
create table account_deletions (
  user_id       uuid primary key references users,
  step          text not null check (step in ('ASKED', 'SESSIONS_ENDED', 'ERASING', 'TODOS_ERASED', 'FAREWELL_SENT', 'DONE', 'UNDONE')),
  -- What the account was, and is again if the deletion is undone.
  status_before text not null check (status_before in ('PENDING', 'ACTIVE')),
  asked_at      timestamptz not null,
  updated_at    timestamptz not null,
  -- How often the step after this one has failed, and when last.
  failures      integer not null default 0,
  failed_at     timestamptz
);

create index account_deletions_running on account_deletions (asked_at) where step not in ('DONE', 'UNDONE');
-- What can be removed.
create index account_deletions_ended on account_deletions (updated_at) where step in ('DONE', 'UNDONE');

-- +goose Down
drop table account_deletions;
delete from users where email is null;
alter table users
  drop constraint users_whole,
  alter column email set not null,
  alter column email_key set not null,
  alter column password_hash set not null;
