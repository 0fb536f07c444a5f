-- +goose Up
-- One row for each login. The tokens of a session come one out of the other: the
-- session is their family, and ends as a whole.
create table sessions (
  id           uuid primary key,
  user_id      uuid not null references users (id) on delete cascade,
  -- Where it was used last, as the router saw it.
  address      inet,
  user_agent   text not null default '' check (char_length(user_agent) <= 512),
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  -- End of the newest refresh token.
  expires_at   timestamptz not null,
  ended_at     timestamptz,
  end_reason   text check (end_reason in ('LOGOUT', 'REVOKED', 'REUSED', 'PASSWORD', 'LOCKED', 'DELETED', 'DISPLACED')),
  -- When routers were told of the end. Null until then.
  published_at timestamptz,
  check ((ended_at is null) = (end_reason is null)),
  check (published_at is null or ended_at is not null)
);

-- Pages of a user's sessions, newest first, and the end of all of them.
create index sessions_user on sessions (user_id, created_at desc, id desc) where ended_at is null;

-- What routers have not been told, and what they have to be told again when they
-- forgot.
create index sessions_unpublished on sessions (ended_at) where ended_at is not null and published_at is null;
create index sessions_ended on sessions (ended_at) where ended_at is not null;

-- What can be removed.
create index sessions_expires on sessions (expires_at);

-- No row holds anything that can be presented: a token is 32 random bytes of
-- which only the SHA-256 is kept, and its successor is an HMAC, under a key that
-- is not in the database, of the presented token and the salt. The salt is erased
-- when the successor need not be given again.
create table refresh_tokens (
  hash           bytea primary key check (octet_length(hash) = 32),
  session_id     uuid not null references sessions (id) on delete cascade,
  issued_at      timestamptz not null,
  used_at        timestamptz,
  successor_hash bytea check (octet_length(successor_hash) = 32),
  successor_salt bytea check (octet_length(successor_salt) = 16),
  check ((used_at is null) = (successor_hash is null)),
  check (successor_salt is null or used_at is not null)
);

create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_used on refresh_tokens (used_at) where used_at is not null;
create index refresh_tokens_salted on refresh_tokens (used_at) where successor_salt is not null;

-- How often somebody has tried to log in or to register, while Redis is away.
-- The key is a MAC of what was tried, the moment that at which all of it will be
-- forgotten.
create table login_attempts (
  key          bytea primary key check (octet_length(key) = 32),
  forgotten_at timestamptz not null
);

create index login_attempts_forgotten on login_attempts (forgotten_at);

-- +goose Down
drop table login_attempts;
drop table refresh_tokens;
drop table sessions;
