-- +goose Up
-- Until when the user's digests have been seen to: what was due before is not sent any
-- more, and when this has come there is something to do. Whoever changes when
-- digests are due need not think of it, the triggers do: digests of the time before the
-- change are not sent later.
alter table notification_settings add column digest_from timestamptz not null default now();

-- Whose digest has to be seen to, the one that waits longest first.
create index notification_settings_digest on notification_settings (digest_from, user_id) where email_digest <> 'NEVER';

-- +goose StatementBegin
create function digest_settings_changed() returns trigger language plpgsql as $$
begin
  new.digest_from := now();
  return new;
end
$$;
-- +goose StatementEnd

create trigger notification_settings_digest before update of email_digest, digest_hour on notification_settings
  for each row when ((old.email_digest, old.digest_hour) is distinct from (new.email_digest, new.digest_hour))
  execute function digest_settings_changed();

-- +goose StatementBegin
create function digest_time_zone_changed() returns trigger language plpgsql as $$
begin
  update notification_settings set digest_from = now() where user_id = new.id;
  return null;
end
$$;
-- +goose StatementEnd

create trigger users_digest_time_zone after update of time_zone on users
  for each row when (old.time_zone is distinct from new.time_zone)
  execute function digest_time_zone_changed();

-- +goose Down
drop trigger users_digest_time_zone on users;
drop function digest_time_zone_changed;
drop trigger notification_settings_digest on notification_settings;
drop function digest_settings_changed;
drop index notification_settings_digest;
alter table notification_settings drop column digest_from;
