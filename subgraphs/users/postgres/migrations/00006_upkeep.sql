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

-- What attests up to where the audit log was sound, and when (package seal): what
-- somebody without the keys cannot write anew. It only grows, as the log does.
create table audit_seals (
  n         bigint primary key, -- 1, 2, 3, … without gaps
  at        timestamptz not null,
  -- The last entry that it is about, and its hash.
  seq       bigint not null,
  hash      bytea not null check (octet_length(hash) = 32),
  -- The entries up to there were removed, because they were old.
  cut       boolean not null,
  -- The hash of the seal before.
  previous  bytea not null check (octet_length(previous) = 32),
  -- Which key has signed it; '' is none.
  key_id    text not null,
  signature bytea not null
);

create index audit_seals_cut on audit_seals (n) where cut;

create trigger audit_seals_append_only before update or delete on audit_seals for each row execute function audit_refuse();
create trigger audit_seals_no_truncate before truncate on audit_seals for each statement execute function audit_refuse();

-- +goose Down
drop table audit_seals;
drop table account_deletions;
delete from users where email is null;
alter table users
  drop constraint users_whole,
  alter column email set not null,
  alter column email_key set not null,
  alter column password_hash set not null;
