// The usual way of building users and todos in Node, as tutorials have it: Express,
// a pool of connections, and Redis in front of it if REDIS_URL is set. It answers
// what the subgraphs answer to bench-services' queries, from their tables.
//
//   node server.cjs HOST:PORT
'use strict';
const express = require('express');
const { Pool } = require('pg');
const Redis = require('ioredis');

const users = new Pool({ connectionString: process.env.USERS_DATABASE_URL, max: 20 });
const todos = new Pool({ connectionString: process.env.TODOS_DATABASE_URL, max: 20 });
const redis = process.env.REDIS_URL ? new Redis(process.env.REDIS_URL) : null;

async function cached(key, seconds, load) {
  if (!redis) {
    return load();
  }
  const hit = await redis.get(key);
  if (hit) {
    return JSON.parse(hit);
  }
  const value = await load();
  await redis.set(key, JSON.stringify(value), 'EX', seconds);
  return value;
}

const app = express();
app.use(express.json());

app.get('/users/:id', async (req, res) => {
  const user = await cached(`user:${req.params.id}`, 300, async () => {
    const { rows } = await users.query(
      `SELECT id, display_name AS "displayName", time_zone AS "timeZone",
              created_at AS "createdAt", updated_at AS "updatedAt", version
         FROM users WHERE id = $1 AND deleted_at IS NULL`,
      [req.params.id],
    );
    return rows[0];
  });
  if (!user) {
    return res.status(404).json({ error: 'User not found' });
  }
  res.json(user);
});

app.get('/todos', async (req, res) => {
  const rows = await cached(`todos:${req.query.assignee}`, 60, async () => {
    const result = await todos.query(
      `SELECT t.id, t.title, t.description, t.status, t.priority, t.due_at AS "dueAt",
              t.created_at AS "createdAt", t.updated_at AS "updatedAt", t.version
         FROM todos t JOIN todo_assignees a ON a.todo_id = t.id
        WHERE a.user_id = $1 AND t.deleted_at IS NULL
        ORDER BY t.created_at DESC, t.id DESC LIMIT 20`,
      [req.query.assignee],
    );
    return result.rows;
  });
  res.json(rows);
});

const [host, port] = process.argv[2].split(':');
app.listen(Number(port), host);
