-- +goose Up
-- What reading needs beside the tables: words to search, and one index for each
-- order in which the todos of a list are read.

-- A list and words are looked up in one index.
create extension if not exists btree_gin;

-- The words of a text, for every language alike: compatibility forms, case,
-- accents and vowel points do not matter, and Chinese and Japanese, which are
-- written without spaces, are cut into their characters. For most texts, which are
-- ASCII, there is nothing to do but the case. (Which of the other letters have one,
-- the database's LC_CTYPE says.)
create function todo_words(words text) returns text language sql immutable parallel safe
  return case when octet_length(words) = char_length(words) then lower(words)
  else regexp_replace(lower(normalize(regexp_replace(normalize(words, nfkd), '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u0652]', '', 'g'), nfc)),
    '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])', ' \1 ', 'g') end;

-- What somebody searches for, as for a web search. Characters of Chinese and
-- Japanese that stand together are wanted together. A minus with nothing to negate
-- behind it is left out: PostgreSQL fails at many of them.
create function todo_search(words text) returns tsquery language sql immutable parallel safe
  return websearch_to_tsquery('simple', regexp_replace(
    todo_words(case when strpos(words, '"') > 0 then words
      else regexp_replace(words, '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2,})', '"\1"', 'g') end),
    '-(?="*(?:[\s!-/:-@\[-`{-~]|$))', ' ', 'g'));

-- The title counts more than the description.
alter table todos add column search tsvector not null generated always as (
  setweight(to_tsvector('simple', todo_words(title)), 'A')
  || setweight(to_tsvector('simple', todo_words(coalesce(description, ''))), 'B')) stored;

create index todos_search on todos using gin (list_id, search) where deleted_at is null;

-- The orders of a list's todos, for both directions; archived ones are rarely
-- wanted. (With them, newest first, there is todos_list.)
create index todos_list_created on todos (list_id, created_at, id) where deleted_at is null and status <> 'ARCHIVED';
create index todos_list_updated on todos (list_id, updated_at, id) where deleted_at is null and status <> 'ARCHIVED';
create index todos_list_due on todos (list_id, coalesce(due_at, 'infinity'), id) where deleted_at is null and status <> 'ARCHIVED';
create index todos_list_priority on todos (list_id, array_position('{LOW,NORMAL,HIGH,URGENT}'::text[], priority), id)
  where deleted_at is null and status <> 'ARCHIVED';
create index todos_list_title on todos (list_id, (lower(title) collate "C"), id) where deleted_at is null and status <> 'ARCHIVED';

-- The numbers of a list's todos: read without the table.
create index todos_list_status on todos (list_id, status, due_at) where deleted_at is null;

-- +goose Down
drop index todos_list_status, todos_list_title, todos_list_priority, todos_list_due, todos_list_updated, todos_list_created, todos_search;
alter table todos drop column search;
drop function todo_search, todo_words;
