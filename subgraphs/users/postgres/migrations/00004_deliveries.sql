-- +goose Up
-- One row for each mail that was begun: what keeps a job that runs twice from
-- sending twice. It holds no address and nothing of what was written.
create table email_deliveries (
  -- What the mail is, the same each time that its job runs, such as welcome/usr_….
  key         text primary key check (octet_length(key) between 1 and 300),
  template    text not null check (template <> ''),
  user_id     uuid not null,
  -- The job that sends it. Kinds begin with the database that the job is in.
  job_id      bigint not null,
  job_kind    text not null check (job_kind <> ''),
  state       text not null check (state in ('WAITING', 'SENDING', 'SENT', 'REFUSED', 'UNKNOWN')),
  -- How often sending it was begun.
  attempts    integer not null check (attempts >= 0),
  -- Until when the worker that is sending it has it to itself, by this clock.
  lease_until timestamptz,
  -- What the mail server answered last, if it did not take it.
  smtp_code   integer check (smtp_code between 200 and 599),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  sent_at     timestamptz,
  check ((state = 'SENDING') = (lease_until is not null)),
  check ((state = 'SENT') = (sent_at is not null))
);

-- What an operator looks for.
create index email_deliveries_state on email_deliveries (state, updated_at desc);

-- What can be removed.
create index email_deliveries_updated on email_deliveries (updated_at);

-- +goose Down
drop table email_deliveries;
