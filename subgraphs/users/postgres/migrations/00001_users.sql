-- +goose Up
create table users (
  id                uuid primary key,
  -- As the person wrote it, and in the form in which addresses are compared.
  email             text not null check (octet_length(email) <= 254),
  email_key         text not null,
  email_verified_at timestamptz,
  password_hash     text not null,
  display_name      text not null check (char_length(display_name) between 1 and 100),
  time_zone         text not null,
  roles             text[] not null default '{USER}' check (roles <@ '{USER,ADMIN}'),
  status            text not null default 'PENDING' check (status in ('PENDING', 'ACTIVE', 'SUSPENDED', 'DELETED')),
  version           integer not null default 1,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  deleted_at        timestamptz
);

-- An address is free again when its account is deleted.
create unique index users_email on users (email_key) where deleted_at is null;

-- Pages of all accounts, newest first.
create index users_created on users (created_at desc, id desc) where deleted_at is null;

-- +goose Down
drop table users;
