package postgres

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/users"
)

// seedHash is seed.Password, hashed once: the same for everybody, and not with
// every seeding another.
const seedHash = "$argon2id$v=19$m=19456,t=2,p=1$vlTISF0xberph7UaX+U4LQ$/ou8RH44CcdM0El9pvSdrPcF1t9gkRWBdKY6ypSFH0c"

// seededEnd is when what is not over in a seeded database will be: whenever it is
// looked at, it is there.
var seededEnd = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// seeded is the rows of a seeded database. Each follows from its number alone: one
// account after the other is registered, and logs in twice.
type seeded struct{ people, accounts int }

// What happens to an account, in this order.
const (
	registered  = iota
	firstLogin  // of a session that has ended
	secondLogin // of one that has not
	happenings
)

// at is when something happens to the n-th account.
func (s seeded) at(n, what int) time.Time { return seed.At(n*happenings+what, s.accounts*happenings) }

// session is the id of a session of the n-th account.
func (s seeded) session(n, what int) id.UUID {
	return seed.ID(seed.Sessions, n*happenings+what, s.at(n, what))
}

// status of the n-th account. All of those who have todos can log in.
func (s seeded) status(n int) users.UserStatus {
	switch {
	case n < s.people:
		return users.StatusActive
	case n%20 == 7:
		return users.StatusPending
	case n%100 == 8:
		return users.StatusSuspended
	}
	return users.StatusActive
}

// each calls row for every account.
func (s seeded) each(row func(n int, yield func([]any) bool) bool) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.accounts {
			if !row(n, yield) {
				return
			}
		}
	}
}

var userSeedColumns = []string{
	"id", "email", "email_key", "email_verified_at", "password_hash", "display_name", "time_zone", "roles", "status", "created_at", "updated_at",
}

func (s seeded) users() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		dice, at, email, status := seed.Dice(seed.People, n), s.at(n, registered), seed.Email(n), s.status(n)
		roles, verified := []string{"USER"}, &at
		if n%1000 == 999 {
			roles = append(roles, "ADMIN")
		}
		if status == users.StatusPending {
			verified = nil
		}
		return yield([]any{
			seed.Person(n), email, users.EmailKey(email), verified, seedHash, seed.Name(dice), seed.Zone(dice), roles, string(status), at, at,
		})
	})
}

var sessionSeedColumns = []string{"id", "user_id", "user_agent", "created_at", "last_used_at", "expires_at", "ended_at", "end_reason", "published_at"}

func (s seeded) sessions() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		first, second := s.at(n, firstLogin), s.at(n, secondLogin)
		return yield([]any{s.session(n, firstLogin), seed.Person(n), "", first, first, first.Add(sessionLife), second, string(users.EndLogout), second}) &&
			yield([]any{s.session(n, secondLogin), seed.Person(n), "", second, second, seededEnd, nil, nil, nil})
	})
}

// refreshTokens are one that was used and its successor for each session. Nobody
// has them.
func (s seeded) refreshTokens() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		for _, what := range []int{firstLogin, secondLogin} {
			session, at := s.session(n, what), s.at(n, what)
			used, good := seededDigest("used", n*happenings+what), seededDigest("good", n*happenings+what)
			if !yield([]any{used, session, at, at, good}) || !yield([]any{good, session, at, nil, nil}) {
				return false
			}
		}
		return true
	})
}

// oneTimeTokens are those of accounts whose address is not verified.
func (s seeded) oneTimeTokens() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		return s.status(n) != users.StatusPending || yield([]any{seededDigest("mail", n), string(verifyToken), seed.Person(n), s.at(n, registered), seededEnd})
	})
}

// settings are those of every fourth account.
func (s seeded) settings() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		return n%4 != 0 || yield([]any{seed.Person(n), n%8 == 0, true, true, "DAILY", n % 24})
	})
}

var notificationSeedColumns = []string{"id", "user_id", "key", "kind", "todo_id", "list_id", "actor_id", "created_at", "read_at"}

// busy is how many notifications every thousandth account has; others have one.
const busy = 150

// notifications are those of everybody; of each three, one is not read. What they
// are about is in no database.
func (s seeded) notifications() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool {
		some := 1
		if n%1000 == 0 {
			some = busy
		}
		for k := range some {
			at := s.at(n, secondLogin).Add(time.Duration(k) * time.Minute)
			key := seed.ID(seed.Notifications, n*busy+k, at)
			var read *time.Time
			if (n+k)%3 != 0 {
				read = &at
			}
			about, actor := seed.ID(seed.Todos, n*busy+k, at), seed.Person((n+k+1)%s.accounts)
			if !yield([]any{key, seed.Person(n), "seed/" + id.Format(id.Notification, key), string(users.NotifyAssigned), about, nil, actor, at, read}) {
				return false
			}
		}
		return true
	})
}

// attempts are as many as there are accounts, with keys that nothing has.
func (s seeded) attempts() iter.Seq[[]any] {
	return s.each(func(n int, yield func([]any) bool) bool { return yield([]any{seededDigest("attempt", n), seededEnd}) })
}

var entrySeedColumns = []string{
	"seq", "previous", "hash", "id", "at", "actor_id", "action", "target_id", "detail", "address", "user_agent", "request_id", "outcome",
}

// auditEnd is the end of the audit log's chain.
type auditEnd struct {
	seq  int64
	hash users.AuditHash
}

// entries are those of the audit log, in a chain that ends where end says when the
// last one was read.
func (s seeded) entries(end *auditEnd) iter.Seq[[]any] {
	empty, success := "", string(users.OutcomeSuccess)
	actions := [happenings]string{string(users.ActionRegister), string(users.ActionBeginSession), string(users.ActionBeginSession)}
	return s.each(func(n int, yield func([]any) bool) bool {
		person := seed.Person(n)
		actor, target := uuidText(person), id.Format(id.User, person)
		for what := range happenings {
			at := s.at(n, what)
			key := seed.ID(seed.Entries, n*happenings+what, at)
			entry, moment := uuidText(key), strconv.FormatInt(at.UnixMicro(), 10)
			link := users.AuditLink{Seq: end.seq + 1, Previous: end.hash, Fields: []*string{
				&entry, &moment, &actor, &actions[what], &target, &empty, &empty, &empty, &empty, &success,
			}}
			link.Hash = link.Sum()
			*end = auditEnd{link.Seq, link.Hash}
			if !yield([]any{link.Seq, link.Previous[:], link.Hash[:], key, at, person, actions[what], target, "", "", "", "", success}) {
				return false
			}
		}
		return true
	})
}

// uuidText is a UUID as PostgreSQL writes it.
func uuidText(u id.UUID) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// seededDigest makes up the n-th hash of a kind.
func seededDigest(kind string, n int) []byte {
	sum := sha256.Sum256([]byte(kind + strconv.Itoa(n)))
	return sum[:]
}
