// Command dev runs the whole platform on one machine, for development: it is
// what make up, down, reset and smoke start.
//
//	make up ─▶ dev ─┬─▶ guard ─▶ postgres
//	                ├─▶ guard ─▶ redis-server   (or miniredis, in dev itself)
//	                ├── mail sink, in dev itself
//	                ├─▶ guard ─▶ users serve
//	                ├─▶ guard ─▶ todos serve
//	                ├─▶ guard ─▶ worker serve
//	                └─▶ guard ─▶ weft serve
//
// Everything listens on 127.0.0.1, keeps its data in .weft and ends with dev,
// even if dev is killed: a guard is dev itself, started again, and does what
// package process describes.
//
// The environment changes ports and choices; see package settings. These ports
// are free to choose: WEFT_PORT, USERS_PORT, TODOS_PORT, WORKER_PORT,
// USERS_PUBLIC_PORT, POSTGRES_PORT, REDIS_PORT, SMTP_PORT, MAIL_PORT. WEFT_POSTGRES and WEFT_REDIS
// say what to run, WEFT_DATABASE_URL and WEFT_REDIS_URL what to use instead, and
// WEFT_DEMO whether there is demo data.
package main
