-- +goose Up
-- How far those have come who follow domain_events and tell others: one row each. The
-- row is written when what is before it has been told; whoever dies before that tells
-- it again.
create table event_cursors (
  name       text primary key,
  -- The last event that was told (domain_events.txid and id).
  txid       xid8 not null,
  id         bigint not null,
  updated_at timestamptz not null default now()
);

-- The relay to Redis begins with what happens from now on: nobody has listened before.
insert into event_cursors (name, txid, id) select 'redis', pg_snapshot_xmin(pg_current_snapshot()), 0;

-- +goose Down
drop table event_cursors;
