package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/subgraphs/users/seal"
	"github.com/weftql/weft/workers"
	"github.com/weftql/weft/workers/internal/admin"
)

// config is what the environment says.
type config struct {
	usersDatabase, todosDatabase string // connection URLs
	maxConns                     int    // to each
	redisURL                     string // of the relay, "" for none
	addr                         string // of the admin listener
	adminPassword                string // of River UI, "" for none
	preview                      bool   // of letters
	jobs                         workers.Config
	river                        riverConfig
	sealKeys                     seal.Keys
	auditMonths                  int
}

// riverConfig is how River is used, alike in both databases.
type riverConfig struct {
	fetchCooldown, pollInterval       time.Duration
	pollOnly                          bool
	softStop, hardStop                time.Duration
	completedRetention, deadRetention time.Duration
	maxWorkers                        map[string]int // by queue; others have their own
}

const (
	// longest is more than any setting needs.
	longest = 365 * 24 * time.Hour
	// hardStop is how long jobs have to return once they are cancelled.
	hardStop = 5 * time.Second
)

func readConfig(r *env.Reader) config {
	host := r.Text("WORKER_HOST", "127.0.0.1", "address of the admin listener")
	port := r.Int("WORKER_PORT", 4003, 0, 65535, "port of the admin listener; 0 picks a free one")
	c := config{
		usersDatabase: r.Secret("USERS_DATABASE_URL", "connection URL of the users database"),
		todosDatabase: r.Secret("TODOS_DATABASE_URL", "connection URL of the todos database"),
		maxConns:      r.Int("WORKER_DATABASE_MAX_CONNS", 20, 4, 1000, "most connections to each of the databases"),
		addr:          net.JoinHostPort(host, strconv.Itoa(port)),
		jobs: workers.Config{
			SMTPURL:   r.Secret("SMTP_URL", "mail server, smtp://host:port or smtps://host:port"),
			MailFrom:  r.Text("MAIL_FROM", "Weft <no-reply@localhost.localdomain>", "sender of every mail"),
			PublicURL: r.Text("PUBLIC_URL", "", "where the public pages of the users service are, https://…; without it mails hold tokens alone"),
		},
	}
	keys, err := link.ParseKeys(r.Secret("LINK_KEYS", "keys of the links that end mails, id:base64,…, those of the users service; without them mails have no such links"))
	if err != nil {
		r.Refuse("LINK_KEYS", err)
	}
	c.jobs.LinkKeys = keys
	if c.sealKeys, err = seal.ParseKeys(r.Secret("AUDIT_SEAL_KEYS", "keys that sign seals of the audit log, id:base64,…; without them seals are not signed")); err != nil {
		r.Refuse("AUDIT_SEAL_KEYS", err)
	}
	c.auditMonths = r.Int("WORKER_AUDIT_MONTHS", 0, 0, 1200, "for how many whole months before this one the audit log is kept, with the addresses in it; 0 keeps all of it")
	c.redisURL = r.Secret("REDIS_URL", "Redis to which changes of todos are relayed, redis://user:password@host:port/database; without it they are not")
	readAdmin(r, &c)
	readJobs(r, &c.jobs)
	c.river = readRiver(r)
	for name, url := range map[string]string{"USERS_DATABASE_URL": c.usersDatabase, "TODOS_DATABASE_URL": c.todosDatabase} {
		if url == "" {
			continue
		}
		through, err := postgres.ThroughPooler(url)
		switch {
		case err != nil:
			r.Refuse(name, err)
		case through && !c.river.pollOnly:
			r.Refuse(name, errors.New("it leads through a pool of connections, which does not pass on what is announced: "+
				"set WORKER_POLL_ONLY=1, or give the worker the database's own address"))
		}
	}
	return c
}

// readAdmin reads what the admin listener shows.
func readAdmin(r *env.Reader, c *config) {
	c.adminPassword = r.Secret("WORKER_ADMIN_PASSWORD", fmt.Sprintf("password of River UI, %d characters at least; without one it is not served", admin.MinPassword))
	if n := len(c.adminPassword); n > 0 && n < admin.MinPassword {
		r.Refuse("WORKER_ADMIN_PASSWORD", fmt.Errorf("it has %d characters, but has to have %d at least", n, admin.MinPassword))
	}
	c.preview = r.Int("WORKER_PREVIEW", 0, 0, 1, "1 shows every letter with made-up values at /letters/, for those who write them") == 1
}

// readJobs reads how jobs are tried.
func readJobs(r *env.Reader, jobs *workers.Config) {
	preset := workers.Config{}.WithDefaults()
	jobs.RescueAfter = r.Duration("WORKER_RESCUE_AFTER", preset.RescueAfter, time.Second, longest,
		"when the job of a worker that died is given to another; has to exceed the timeout of every kind of job")
	jobs.JobTimeout = r.Duration("WORKER_JOB_TIMEOUT", preset.JobTimeout, 100*time.Millisecond, longest,
		"bounds one attempt of the kinds of jobs that do not bound it themselves")
	jobs.RetryBase = r.Duration("WORKER_RETRY_BASE", preset.RetryBase, time.Millisecond, time.Hour,
		"wait after a job's first failure; four times as long after each further one, at most 3h")
	jobs.DeletionDelay = r.Duration("WORKER_DELETION_DELAY", preset.DeletionDelay, time.Millisecond, longest,
		"how long after its owner deleted an account erasing begins; has to exceed the life of access tokens, as nobody may write any more what would stay")
	jobs.Lease = r.Duration("WORKER_MAIL_LEASE", preset.Lease, 100*time.Millisecond, longest,
		"how long nobody else sends a mail that a worker is sending; it also bounds an attempt of its job, and has to be shorter than WORKER_RESCUE_AFTER")
	jobs.SMTPTimeout = r.Duration("SMTP_TIMEOUT", preset.SMTPTimeout, time.Millisecond, time.Hour,
		"bounds one delivery to the mail server")
	jobs.SMTPConnections = r.Int("SMTP_CONNECTIONS", preset.SMTPConnections, 1, 1000, "most sessions with the mail server at the same time")
	jobs.Breaker.Failures = r.Int("WORKER_BREAKER_FAILURES", 5, 1, 1_000_000,
		"how often in a row the mail server does not answer until it is left alone; mails then wait without using up their attempts")
	jobs.Breaker.Open = r.Duration("WORKER_BREAKER_OPEN", 30*time.Second, time.Millisecond, time.Hour,
		"how long the mail server is left alone then, before one mail tries whether it is back")
}

// readRiver reads how River is used.
func readRiver(r *env.Reader) riverConfig {
	c := riverConfig{
		fetchCooldown: r.Duration("WORKER_FETCH_COOLDOWN", 50*time.Millisecond, time.Millisecond, time.Minute,
			"shortest time between two looks for jobs in one queue"),
		pollInterval: r.Duration("WORKER_POLL_INTERVAL", 500*time.Millisecond, time.Millisecond, time.Hour,
			"longest time between two looks, when nothing is announced"),
		pollOnly: r.Int("WORKER_POLL_ONLY", 0, 0, 1, "1 looks for jobs without having them announced (LISTEN), which pools of connections in transaction mode do not pass on") == 1,
		softStop: r.Duration("WORKER_SOFT_STOP", 25*time.Second, time.Millisecond, time.Hour,
			"how long running jobs have to finish when the worker stops; then they are cancelled and go back to their queues"),
		hardStop:           hardStop,
		completedRetention: r.Duration("WORKER_COMPLETED_RETENTION", 24*time.Hour, time.Minute, longest, "how long completed jobs are kept"),
		deadRetention: r.Duration("WORKER_DEAD_RETENTION", 30*24*time.Hour, time.Minute, longest,
			"how long dead letters are kept: jobs that were discarded or cancelled"),
		maxWorkers: map[string]int{},
	}
	if c.pollInterval < c.fetchCooldown {
		r.Refuse("WORKER_POLL_INTERVAL", fmt.Errorf("%s is shorter than WORKER_FETCH_COOLDOWN, %s", c.pollInterval, c.fetchCooldown))
	}
	known := map[string]river.QueueConfig{}
	maps.Copy(known, workers.UsersQueues())
	maps.Copy(known, workers.TodosQueues())
	text := r.Text("WORKER_MAX_WORKERS", "", "how many jobs of a queue one worker does at the same time, QUEUE=NUMBER,…, instead of the number that the queue has")
	for pair := range strings.SplitSeq(text, ",") {
		if pair == "" {
			continue
		}
		queue, number, _ := strings.Cut(pair, "=")
		n, err := strconv.Atoi(number)
		if _, is := known[queue]; !is || err != nil || n < 1 || n > river.QueueNumWorkersMax {
			r.Refuse("WORKER_MAX_WORKERS", fmt.Errorf("%q is not QUEUE=NUMBER with one of the queues %s and a number from 1 to %d",
				pair, strings.Join(slices.Sorted(maps.Keys(known)), ", "), river.QueueNumWorkersMax))
			continue
		}
		c.maxWorkers[queue] = n
	}
	return c
}
