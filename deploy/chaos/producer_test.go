package chaos

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// resident is somebody who was there before the chaos, verified or not.
type resident struct{ id, email, list string }

// claims are those with which the router would name the resident.
func (r resident) claims() identity.Claims {
	return identity.Claims{Subject: r.id, Session: "ses_chaos", Address: "127.0.0.1", UserAgent: "Chaos/1"}
}

const password = "correct horse battery"

// payload is what every mutation answers with.
type payload struct {
	It struct {
		User, Todo, List struct{ ID string }
		Errors           []struct{ Message string }
	}
}

// errors are the expected ones; here nothing is expected.
func (p payload) err() error {
	if len(p.It.Errors) > 0 {
		return fmt.Errorf("refused: %s", p.It.Errors[0].Message)
	}
	return nil
}

// producers change things through the services, and write down under which name
// they tried it. What became of it the databases know.
type producers struct {
	town      *town
	residents []resident
	inserter  *river.Client[pgx.Tx] // of jobs that no mutation inserts
	number    atomic.Int64

	mu sync.Mutex
	// tried are the names of everything that was begun, by what it was; answered
	// are those whose success the client was told of.
	tried    map[string][]string
	answered map[string]bool
	// open are todos whose reminders can still be moved.
	open []string
}

const registerMutation = `mutation ($in: RegisterInput!) { it: register(input: $in) { user { id } errors { message } } }`

// settle makes residents with a list each, of which the neighbour is a member.
func (w *town) settle(t *testing.T, n int) *producers {
	t.Helper()
	inserter, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p := &producers{town: w, inserter: inserter, tried: map[string][]string{}, answered: map[string]bool{}}
	for i := range n {
		r := resident{email: fmt.Sprintf("resident%03d@chaos.test", i)}
		var answer payload
		w.must(t, "users", identity.Claims{}, registerMutation, map[string]any{"in": account(r.email)}, &answer)
		r.id = answer.It.User.ID
		w.must(t, "todos", r.claims(), `mutation ($name: String!) { it: createTodoList(input: {name: $name}) { list { id } errors { message } } }`,
			map[string]any{"name": shareName(p.number.Add(1))}, &answer)
		r.list = answer.It.List.ID
		w.must(t, "users", r.claims(), `mutation { it: updateNotificationSettings(input: {emailDigest: DAILY}) { user { id } errors { message } } }`, nil, &answer)
		w.must(t, "todos", r.claims(), createMutation, map[string]any{"in": map[string]any{
			"listId": r.list, "title": "What digests are about", "dueAt": time.Now().UTC().Format(time.RFC3339),
		}}, &answer)
		p.residents = append(p.residents, r)
		p.begin("account", r.email)
		p.done(r.email)
	}
	for i, r := range p.residents {
		w.must(t, "todos", r.claims(), memberMutation, map[string]any{"list": r.list, "user": p.neighbour(i).id}, &payload{})
	}
	return p
}

func account(email string) map[string]any {
	return map[string]any{"email": email, "password": password, "displayName": "Chaos", "timeZone": "Europe/Zurich"}
}

// must sends an operation that has to succeed.
func (w *town) must(t *testing.T, service string, caller identity.Claims, query string, variables map[string]any, answer *payload) {
	t.Helper()
	*answer = payload{}
	err := w.ask(t.Context(), service, caller, query, variables, answer)
	if err == nil {
		err = answer.err()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run makes about so many changes in a second until ctx ends.
func (p *producers) run(ctx context.Context, perSecond int) {
	var clients sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	slots := make(chan struct{}, 32)
	for {
		select {
		case <-ctx.Done():
			clients.Wait()
			return
		case <-tick.C:
		}
		select {
		case slots <- struct{}{}:
			clients.Go(func() {
				p.one()
				<-slots
			})
		default: // everybody waits for an answer
		}
	}
}

// one makes one change. It is not ended with the others: a client waits.
func (p *producers) one() {
	ctx := context.Background()
	switch dice := rand.IntN(100); {
	case dice < 8:
		p.register(ctx, "account", fmt.Sprintf("new%06d@chaos.test", p.number.Add(1)))
	case dice < 9:
		p.register(ctx, "refused account", fmt.Sprintf(refusedPrefix+"%06d@chaos.test", p.number.Add(1)))
	case dice < 12:
		p.leave(ctx)
	case dice < 40:
		p.assign(ctx)
	case dice < 60:
		p.remind(ctx)
	case dice < 68:
		p.moveReminder(ctx)
	case dice < 72:
		p.cancelReminder(ctx)
	case dice < 85:
		p.share(ctx)
	case dice < 90:
		p.reset(ctx)
	case dice < 95:
		p.digest(ctx)
	default:
		p.login(ctx)
	}
}

// begin writes down that something is tried, done that it was answered.
func (p *producers) begin(what, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried[what] = append(p.tried[what], name)
}

func (p *producers) done(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered[name] = true
}

// try sends a mutation and tells whether it was answered with success.
func (p *producers) try(ctx context.Context, service string, caller identity.Claims, mutation string, variables map[string]any) (payload, bool) {
	var answer payload
	err := p.town.ask(ctx, service, caller, mutation, variables, &answer)
	return answer, err == nil && answer.err() == nil
}

func (p *producers) register(ctx context.Context, what, email string) {
	p.begin(what, email)
	if _, ok := p.try(ctx, "users", identity.Claims{}, registerMutation, map[string]any{"in": account(email)}); ok {
		p.done(email)
	}
}

// neighbour is the resident who is a member of the i-th one's list.
func (p *producers) neighbour(i int) resident { return p.residents[(i+1)%len(p.residents)] }

// shareName names a list.
func shareName(number int64) string { return fmt.Sprintf("Share%06d", number) }

// leave makes an account that is deleted at once.
func (p *producers) leave(ctx context.Context) {
	email := fmt.Sprintf("leaving%06d@chaos.test", p.number.Add(1))
	p.begin("deletion", email)
	answer, ok := p.try(ctx, "users", identity.Claims{}, registerMutation, map[string]any{"in": account(email)})
	if !ok {
		return
	}
	_, ok = p.try(ctx, "users", resident{id: answer.It.User.ID}.claims(), `mutation ($password: String!) { it: deleteAccount(password: $password) { errors { message } } }`,
		map[string]any{"password": password})
	if ok {
		p.done(email)
	}
}

// two returns two residents.
func (p *producers) two() (one, other resident) {
	i := rand.IntN(len(p.residents))
	j := (i + 1 + rand.IntN(len(p.residents)-1)) % len(p.residents)
	return p.residents[i], p.residents[j]
}

const createMutation = `mutation ($in: CreateTodoInput!) { it: createTodo(input: $in) { todo { id } errors { message } } }`

// assign makes a todo for a member of the list.
func (p *producers) assign(ctx context.Context) {
	i := rand.IntN(len(p.residents))
	one, other := p.residents[i], p.neighbour(i)
	title := fmt.Sprintf("Assign%06d", p.number.Add(1))
	p.begin("assignment", title)
	_, ok := p.try(ctx, "todos", one.claims(), createMutation, map[string]any{"in": map[string]any{"listId": one.list, "title": title, "assigneeIds": []string{other.id}}})
	if ok {
		p.done(title)
	}
}

// remind makes a todo of which its creator wants to be reminded soon.
func (p *producers) remind(ctx context.Context) {
	one, _ := p.two()
	title := fmt.Sprintf("Nudge%06d", p.number.Add(1))
	p.begin("reminder", title)
	answer, ok := p.try(ctx, "todos", one.claims(), createMutation, map[string]any{"in": map[string]any{"listId": one.list, "title": title, "remindAt": soon()}})
	if ok {
		p.done(title)
		p.mu.Lock()
		p.open = append(p.open, one.id+" "+answer.It.Todo.ID)
		p.mu.Unlock()
	}
}

// soon is when somebody wants to be reminded.
func soon() string {
	return time.Now().Add(time.Duration(3+rand.IntN(12)) * time.Second).UTC().Format(time.RFC3339)
}

// takeOpen returns a todo whose reminder nobody else moves, and its creator.
func (p *producers) takeOpen() (caller identity.Claims, todo string, found bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) == 0 {
		return caller, "", false
	}
	i := rand.IntN(len(p.open))
	var owner string
	_, _ = fmt.Sscan(p.open[i], &owner, &todo) // written by remind
	p.open[i] = p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	return resident{id: owner}.claims(), todo, true
}

func (p *producers) moveReminder(ctx context.Context) {
	caller, todo, found := p.takeOpen()
	if found {
		p.try(ctx, "todos", caller, `mutation ($in: UpdateTodoInput!) { it: updateTodo(input: $in) { todo { id } errors { message } } }`,
			map[string]any{"in": map[string]any{"id": todo, "remindAt": soon()}})
	}
}

func (p *producers) cancelReminder(ctx context.Context) {
	caller, todo, found := p.takeOpen()
	if found {
		p.try(ctx, "todos", caller, `mutation ($in: SetTodoStatusInput!) { it: setTodoStatus(input: $in) { todo { id } errors { message } } }`,
			map[string]any{"in": map[string]any{"id": todo, "status": "DONE"}})
	}
}

const memberMutation = `mutation ($list: ID!, $user: ID!) { it: setListMember(input: {listId: $list, userId: $user, role: EDITOR}) { list { id } errors { message } } }`

// share makes a list and another resident a member of it.
func (p *producers) share(ctx context.Context) {
	one, other := p.two()
	name := shareName(p.number.Add(1))
	p.begin("share", name)
	answer, ok := p.try(ctx, "todos", one.claims(), `mutation ($name: String!) { it: createTodoList(input: {name: $name}) { list { id } errors { message } } }`,
		map[string]any{"name": name})
	if !ok {
		return
	}
	if _, ok := p.try(ctx, "todos", one.claims(), memberMutation, map[string]any{"list": answer.It.List.ID, "user": other.id}); ok {
		p.done(name)
	}
}

// reset asks for a new password.
func (p *producers) reset(ctx context.Context) {
	one, _ := p.two()
	name := fmt.Sprintf("reset %d", p.number.Add(1))
	p.begin("password reset", name)
	if _, ok := p.try(ctx, "users", identity.Claims{Address: address()}, `mutation ($email: EmailAddress!) { it: requestPasswordReset(email: $email) { errors { message } } }`,
		map[string]any{"email": one.email}); ok {
		p.done(name)
	}
}

// login logs in from a device that the resident has not used before.
func (p *producers) login(ctx context.Context) {
	one, _ := p.two()
	name := fmt.Sprintf("login %d", p.number.Add(1))
	p.begin("security alert", name)
	_, ok := p.try(ctx, "users", identity.Claims{Address: address(), UserAgent: fmt.Sprintf("Device%d/1", p.number.Add(1))},
		`mutation ($in: LoginInput!) { it: login(input: $in) { user { id } errors { message } } }`,
		map[string]any{"in": map[string]any{"email": one.email, "password": password}})
	if ok {
		p.done(name)
	}
}

// digest inserts the job of a digest, as the worker does with those that are due, and
// may take it back. Each is of another day, none of which is over.
func (p *producers) digest(ctx context.Context) {
	one, _ := p.two()
	day := time.Now().AddDate(1, 0, int(p.number.Add(1))).Format(time.DateOnly)
	name := "digest." + one.id + "." + day
	p.begin("digest", name)
	conn, err := pgx.Connect(ctx, p.town.fragile.through(p.town.databases["users"]))
	if err != nil {
		return // the database is being restarted
	}
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback(ctx) }() // unless it was committed
	_, err = p.inserter.InsertTx(ctx, tx, users.DigestArgs{UserID: one.id, Period: day}, &river.InsertOpts{Queue: users.BulkQueue})
	if err == nil && tx.Commit(ctx) == nil {
		p.done(name)
	}
}

// address is somebody's IP address.
func address() string {
	return fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256))
}
