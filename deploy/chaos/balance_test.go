package chaos

import (
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// subjects are how a mail is recognised, by kind: what its subject begins with, or
// what stands in it.
var subjects = []struct{ kind, text string }{
	{"welcome", "Welcome to Weft"},
	{"verification", "Verify your e-mail address"},
	{"password reset", "Choose a new password"},
	{"security alert", "New login to your account"},
	{"assignment", "Assign"},
	{"digest", "Your day"},
	{"farewell", "Your account was deleted"},
	{"reminder", "Nudge"},
	{"share", "Share"},
}

// kindOf tells what a mail is, "" if it is nothing that is known here.
func kindOf(m taken) string {
	for _, s := range subjects {
		if strings.Contains(m.Subject, s.text) {
			return s.kind
		}
	}
	return ""
}

// balance makes the ledger from what the databases say and what the post office took.
func (w *town) balance(t *testing.T, p *producers, disturbances []disturbance) ledger {
	t.Helper()
	l := ledger{disturbances: disturbances, faults: w.office.faults, unsent: w.fragile.unsent.Load(), unanswered: w.fragile.unanswered.Load()}
	b := &books{town: w, producers: p, mails: map[string][]taken{}, emails: map[string]string{}}
	for _, m := range w.office.all() {
		kind := kindOf(m)
		if kind == "" {
			t.Errorf("a mail of no known kind: %q to %s", m.Subject, m.To)
		}
		b.mails[kind] = append(b.mails[kind], m)
	}
	for _, r := range p.residents {
		b.emails[r.id] = r.email
	}
	l.pages = []*page{
		b.perAccount(t, "welcome"), b.perAccount(t, "verification"),
		b.perJob(t, "password reset", "users.password_reset"), b.perJob(t, "security alert", "users.security_alert"),
		b.assignments(t), b.shares(t), b.reminders(t), b.farewells(t), b.digests(t),
	}
	l.refused = w.count(t, "users", `select count(*) from email_deliveries where state = 'REFUSED'`)
	return l
}

// books are what a ledger is made from.
type books struct {
	town      *town
	producers *producers
	mails     map[string][]taken // by kind
	emails    map[string]string  // by user id
}

// farewells: each account that was deleted, which has to have come to its end.
func (b *books) farewells(t *testing.T) *page {
	t.Helper()
	due := map[string]bool{}
	b.town.rows(t, "users", `select user_id, step from account_deletions`, func(row pgx.CollectableRow) error {
		var key [16]byte
		var step string
		err := row.Scan(&key, &step)
		if step != "DONE" {
			t.Errorf("the deletion of %s is %s", userID(key), step)
		}
		due["farewell."+userID(key)] = true
		return err
	})
	p := b.page(t, "farewell", "deletion", nil)
	p.rolledBack, p.due = p.tried-len(due), due
	for _, m := range b.mails["farewell"] {
		p.came[m.name()] = append(p.came[m.name()], m)
	}
	for _, email := range b.producers.tried["deletion"] {
		if n := b.town.count(t, "users", `select count(*) from users u join account_deletions d on d.user_id = u.id where u.email = $1`, email); n > 0 {
			t.Errorf("%s was deleted, and is still there", email)
		}
	}
	return p
}

// email is the address of the user with a key of the database.
func (b *books) email(key [16]byte) string { return b.emails[userID(key)] }

// userID is how clients see a key of the database.
func userID(key [16]byte) string {
	return "usr_" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(key[:])
}

// name is what the mail is, in words that its Message-ID is made of.
func (m taken) name() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(m.ID, "<"), "@")
	return name
}

// page begins a page: what was tried, and what of it is there, if that is known by
// name. What was answered has to be.
func (b *books) page(t *testing.T, kind, what string, there map[string]bool) *page {
	t.Helper()
	p := newPage(kind)
	for _, name := range b.producers.tried[what] {
		p.tried++
		if !there[name] {
			p.rolledBack++
		}
		if b.producers.answered[name] {
			p.answered++
			if !there[name] && there != nil {
				t.Errorf("%s %s was answered, and is gone", what, name)
			}
		}
	}
	return p
}

// perAccount is for the mails that each new account gets.
func (b *books) perAccount(t *testing.T, kind string) *page {
	t.Helper()
	there := map[string]bool{}
	b.town.rows(t, "users", `select email from users where email is not null`, func(row pgx.CollectableRow) error {
		var email string
		err := row.Scan(&email)
		there[email] = true
		return err
	})
	p := b.page(t, kind, "account", there)
	for email := range there {
		p.due[email] = !strings.HasPrefix(email, refusedPrefix)
		if !p.due[email] {
			delete(p.due, email)
		}
	}
	for _, email := range b.producers.tried["deletion"] {
		p.allowed[email] = !p.due[email] // it was not there for long
	}
	for _, m := range b.mails[kind] {
		p.came[m.To] = append(p.came[m.To], m)
	}
	return p
}

// perJob is for mails that nothing but the job asks for: each has one of its own.
func (b *books) perJob(t *testing.T, kind, job string) *page {
	t.Helper()
	p := b.page(t, kind, kind, nil)
	jobs := b.town.count(t, "users", `select count(*) from river.river_job where kind = $1`, job)
	p.rolledBack = max(0, p.tried-jobs)
	for n := range jobs {
		p.due[fmt.Sprintf("%s %d", kind, n+1)] = true
	}
	ids := map[string]string{}
	for _, m := range b.mails[kind] {
		if ids[m.ID] == "" {
			ids[m.ID] = fmt.Sprintf("%s %d", kind, len(ids)+1)
		}
		p.came[ids[m.ID]] = append(p.came[ids[m.ID]], m)
	}
	return p
}

// word returns the word of a text that begins so, which is the name of something.
func word(text, beginning string) string {
	i := strings.Index(text, beginning)
	if i < 0 || len(text) < i+len(beginning)+6 {
		return ""
	}
	return text[i : i+len(beginning)+6]
}

// named sorts mails by the name in their subject, and by receiver.
func (b *books) named(p *page, kind, beginning string) {
	for _, m := range b.mails[kind] {
		name := word(m.Subject, beginning) + " for " + m.To
		p.came[name] = append(p.came[name], m)
	}
}

// assignments: each assignee of a todo, but for its creator.
func (b *books) assignments(t *testing.T) *page {
	t.Helper()
	there, due := map[string]bool{}, map[string]bool{}
	b.town.rows(t, "todos", `select title, user_id from todos join todo_assignees on todo_id = id where user_id <> creator_id`, func(row pgx.CollectableRow) error {
		var title string
		var user [16]byte
		err := row.Scan(&title, &user)
		there[title], due[title+" for "+b.email(user)] = true, true
		return err
	})
	p := b.page(t, "assignment", "assignment", there)
	p.due = due
	b.named(p, "assignment", "Assign")
	return p
}

// shares: each member of a list, but for its owner.
func (b *books) shares(t *testing.T) *page {
	t.Helper()
	there, due := map[string]bool{}, map[string]bool{}
	b.town.rows(t, "todos", `select name, user_id from todo_lists join list_members on list_id = id where user_id <> owner_id and name like 'Share%'`, func(row pgx.CollectableRow) error {
		var name string
		var user [16]byte
		err := row.Scan(&name, &user)
		there[name], due[name+" for "+b.email(user)] = true, true
		return err
	})
	p := b.page(t, "share", "share", there)
	p.due = due
	b.named(p, "share", "Share")
	return p
}

// late is how long before a reminder is due it may be moved or become needless and
// still be sent: the change may have taken so long.
const late = 3 * time.Second

// reminders: one for each todo, when it was wanted last; one that was moved in time
// does not come when it was wanted first.
func (b *books) reminders(t *testing.T) *page {
	t.Helper()
	there := map[string]bool{}
	type wish struct {
		first, last, changed time.Time
		done                 bool
	}
	wishes := map[string]wish{}
	b.town.rows(t, "todos", `select title, (data->'remindAt'->>'to')::timestamptz, remind_at, updated_at, status = 'DONE'
		from todos join domain_events on todo_id = todos.id and type = 'TODO_CREATED' where title like 'Nudge%'`, func(row pgx.CollectableRow) error {
		var title string
		var it wish
		err := row.Scan(&title, &it.first, &it.last, &it.changed, &it.done)
		there[title], wishes[title] = true, it
		return err
	})
	p := b.page(t, "reminder", "reminder", there)
	byTitle := map[string][]taken{}
	for _, m := range b.mails["reminder"] {
		title := word(m.Subject, "Nudge")
		byTitle[title] = append(byTitle[title], m)
	}
	for title, it := range wishes {
		inTime := it.changed.Before(it.first.Add(-late))
		if !it.done {
			p.due[title] = true
		} else if !inTime {
			p.allowed[title] = true
		}
		if !it.first.Equal(it.last) && !inTime {
			p.allowed[title+", as it was wanted first"] = true
		}
	}
	for title, mails := range byTitle {
		it := wishes[title]
		// Different mails have different ids; the last is that for the last wish.
		slices.SortStableFunc(mails, func(a, b taken) int { return a.At.Compare(b.At) })
		last := mails[len(mails)-1].ID
		for _, m := range mails {
			name := title
			if m.ID != last || m.At.Before(it.last.Add(-time.Second)) {
				name += ", as it was wanted first"
			}
			p.came[name] = append(p.came[name], m)
		}
	}
	return p
}

// digests: each of which there is a job, unless nobody knows what became of it.
func (b *books) digests(t *testing.T) *page {
	t.Helper()
	there := map[string]bool{}
	b.town.rows(t, "users", `select 'digest.' || (args->>'userId') || '.' || (args->>'period') from river.river_job where kind = 'users.digest'`,
		func(row pgx.CollectableRow) error {
			var name string
			err := row.Scan(&name)
			there[name] = true
			return err
		})
	p := b.page(t, "digest", "digest", there)
	p.due, p.atMostOnce = there, true
	b.town.rows(t, "users", `select replace(key, '/', '.') from email_deliveries where state = 'UNKNOWN'`, func(row pgx.CollectableRow) error {
		var name string
		err := row.Scan(&name)
		p.unknown[name] = true
		return err
	})
	for _, m := range b.mails["digest"] {
		p.came[m.name()] = append(p.came[m.name()], m)
	}
	return p
}
