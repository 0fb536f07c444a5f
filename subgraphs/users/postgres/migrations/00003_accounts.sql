-- +goose Up
create extension if not exists pg_trgm;

alter table users add column avatar_url text check (octet_length(avatar_url) <= 2048);

-- The language in which the platform writes to the user (BCP 47).
alter table users add column locale text not null default 'en' check (locale in ('en', 'he'));

-- What an administrator searches for: in names and addresses, whoever has the
-- role or the status, in the order of names.
create index users_search on users using gin ((lower(display_name) || ' ' || email_key) gin_trgm_ops) where deleted_at is null;
create index users_name on users (lower(display_name), id) where deleted_at is null;
create index users_status on users (status, created_at desc, id desc) where deleted_at is null;
create index users_admins on users (created_at desc, id desc) where deleted_at is null and roles @> '{ADMIN}';

-- From which devices a user has logged in lately; also when the user is erased.
create index sessions_devices on sessions (user_id, created_at desc);

-- Tokens that were sent by mail. Only their SHA-256 is kept; using one removes it.
create table one_time_tokens (
  hash       bytea primary key check (octet_length(hash) = 32),
  kind       text not null check (kind in ('VERIFY', 'RESET')),
  user_id    uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index one_time_tokens_user on one_time_tokens (user_id, kind);
create index one_time_tokens_expires on one_time_tokens (expires_at);

-- Whoever has no row has not changed anything.
create table notification_settings (
  user_id           uuid primary key references users (id) on delete cascade,
  email_assignments boolean not null,
  email_reminders   boolean not null,
  email_shares      boolean not null,
  email_digest      text not null check (email_digest in ('NEVER', 'DAILY', 'WEEKLY')),
  digest_hour       smallint not null check (digest_hour between 0 and 23),
  -- Mails wait between these hours, if they can. The second is the first hour that
  -- is not quiet any more.
  quiet_from        smallint check (quiet_from between 0 and 23),
  quiet_to          smallint check (quiet_to between 0 and 23),
  check ((quiet_from is null) = (quiet_to is null) and quiet_from <> quiet_to)
);

-- What was done to accounts, by whom and from where. Rows are added by
-- audit_append alone and never change: the triggers below refuse it, and each row
-- holds a hash over itself and the row before it, so that "users audit verify"
-- finds what somebody changed past the triggers.
create table audit_log (
  seq        bigint not null, -- 1, 2, 3, … without gaps
  id         uuid not null,
  at         timestamptz not null,
  actor_id   uuid,
  action     text not null,
  target_id  text,
  detail     text not null,
  address    text not null,
  user_agent text not null,
  request_id text not null,
  outcome    text not null check (outcome in ('SUCCESS', 'DENIED')),
  previous   bytea not null check (octet_length(previous) = 32),
  hash       bytea not null check (octet_length(hash) = 32),
  primary key (at, id)
) partition by range (at);

create index audit_log_seq on audit_log (seq);
create index audit_log_id on audit_log (id);
create index audit_log_actor on audit_log (actor_id, at desc, id desc);
create index audit_log_action on audit_log (action, at desc, id desc);
create index audit_log_target on audit_log (target_id, at desc, id desc);

-- The end of the chain. Whoever appends locks it until the transaction ends, so
-- that rows are chained in the order in which they are committed.
create table audit_head (
  one  boolean primary key default true check (one),
  seq  bigint not null,
  hash bytea not null check (octet_length(hash) = 32)
);

insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- +goose StatementBegin
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only: % is refused', tg_op using errcode = 'restrict_violation';
end
$$;
-- +goose StatementEnd

-- Row triggers are those of every partition too; the one for truncate is given to
-- each partition when it is made.
create trigger audit_log_append_only before update or delete on audit_log for each row execute function audit_refuse();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function audit_refuse();

-- audit_field writes a value so that no two lists of values look the same.
-- +goose StatementBegin
create function audit_field(value text) returns text language sql immutable as $$
  select case when value is null then '-' else octet_length(value) || ':' || value end
$$;
-- +goose StatementEnd

-- audit_partition makes the partition of a month, if it is missing. A table that
-- is attached lets everybody go on reading and writing the others.
-- +goose StatementBegin
create function audit_partition(moment timestamptz) returns void language plpgsql as $$
declare
  month timestamp := date_trunc('month', moment at time zone 'UTC');
  name  text := 'audit_log_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then
    return;
  end if;
  execute format('create table %I (like audit_log including all)', name);
  execute format('create trigger audit_log_no_truncate before truncate on %I for each statement execute function audit_refuse()', name);
  execute format('alter table audit_log attach partition %I for values from (%L) to (%L)', name,
    month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
end
$$;
-- +goose StatementEnd

-- audit_append adds a row at the end of the chain. Its lock lasts until the
-- transaction ends: it has to be the last that a transaction takes.
-- +goose StatementBegin
create function audit_append(p_id uuid, p_at timestamptz, p_actor uuid, p_action text, p_target text, p_detail text,
  p_address text, p_user_agent text, p_request text, p_outcome text) returns void language plpgsql as $$
declare
  head audit_head;
  this bytea;
begin
  select * into strict head from audit_head for update;
  perform audit_partition(p_at);
  head.seq := head.seq + 1;
  this := sha256(head.hash || convert_to(
    audit_field(head.seq::text) || audit_field(p_id::text) || audit_field((extract(epoch from p_at) * 1000000)::bigint::text) ||
    audit_field(p_actor::text) || audit_field(p_action) || audit_field(p_target) || audit_field(p_detail) ||
    audit_field(p_address) || audit_field(p_user_agent) || audit_field(p_request) || audit_field(p_outcome), 'UTF8'));
  insert into audit_log (seq, id, at, actor_id, action, target_id, detail, address, user_agent, request_id, outcome, previous, hash)
    values (head.seq, p_id, p_at, p_actor, p_action, p_target, p_detail, p_address, p_user_agent, p_request, p_outcome, head.hash, this);
  update audit_head set seq = head.seq, hash = this;
end
$$;
-- +goose StatementEnd

-- +goose Down
drop function audit_append;
drop function audit_partition;
drop table audit_log;
drop function audit_field;
drop function audit_refuse;
drop table audit_head;
drop table notification_settings;
drop table one_time_tokens;
drop index sessions_devices;
drop index users_admins, users_status, users_name, users_search;
alter table users drop column locale, drop column avatar_url;
