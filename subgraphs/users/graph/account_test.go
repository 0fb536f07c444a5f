package graph_test

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

const rightPassword = "correct horse battery"

// session writes a session of the caller and returns the caller in it.
func (b *bundle) session(t *testing.T, caller identity.Claims) identity.Claims {
	t.Helper()
	user, err := id.Parse(id.User, caller.Subject)
	if err != nil {
		t.Fatal(err)
	}
	key := id.New()
	if _, err := b.pool.Exec(t.Context(), `insert into sessions (id, user_id, created_at, last_used_at, expires_at) values ($1, $2, $3, $3, $3)`,
		key, user, b.clock.now()); err != nil {
		t.Fatal(err)
	}
	caller.Session = id.Format(id.Session, key)
	return caller
}

// ended returns why the caller's session ended, "" if it has not.
func (b *bundle) ended(t *testing.T, caller identity.Claims) string {
	t.Helper()
	key, err := id.Parse(id.Session, caller.Session)
	if err != nil {
		t.Fatal(err)
	}
	var reason string
	if err := b.pool.QueryRow(t.Context(), `select coalesce(end_reason, '') from sessions where id = $1`, key).Scan(&reason); err != nil {
		t.Fatal(err)
	}
	return reason
}

// makeAdmin registers an administrator.
func (b *bundle) makeAdmin(t testing.TB, email string) identity.Claims {
	t.Helper()
	caller := b.register(t, email)
	if _, err := b.pool.Exec(t.Context(), `update users set roles = '{USER,ADMIN}' where email = $1`, email); err != nil {
		t.Fatal(err)
	}
	caller.Scopes = []string{"admin"}
	return caller
}

// jobs returns the arguments of the jobs of a kind, oldest first.
func (b *bundle) jobs(t *testing.T, kind string) (args []string) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), `select coalesce(array_agg(args::text order by id), '{}') from river.river_job where kind = $1`, kind).Scan(&args); err != nil {
		t.Fatal(err)
	}
	return args
}

// audited returns the audit log, oldest first, as "ACTION OUTCOME".
func (b *bundle) audited(t *testing.T) (entries []string) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), `select coalesce(array_agg(action || ' ' || outcome order by seq), '{}') from audit_log
		where action not in ('session.begin', 'account.register')`).Scan(&entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

func (b *bundle) canLogIn(t *testing.T, email, password string) bool {
	t.Helper()
	response := b.Do(t, identity.Claims{}, `mutation ($in: LoginInput!) { login(input: $in) { user { id } errors { code } } }`,
		map[string]any{"in": map[string]any{"email": email, "password": password}})
	response.WantCodes(t)
	return strings.Contains(string(response.Data), "usr_")
}

func (b *bundle) verificationToken(t *testing.T, caller identity.Claims) string {
	t.Helper()
	_, token, err := userspostgres.VerificationToken(t.Context(), b.pool, caller.Subject, b.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (b *bundle) resetToken(t *testing.T, email string) string {
	t.Helper()
	_, token, err := userspostgres.ResetToken(t.Context(), b.pool, b.userID(t, email), b.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// userID is that of the account with an address.
func (b *bundle) userID(t *testing.T, email string) string {
	t.Helper()
	var key id.UUID
	if err := b.pool.QueryRow(t.Context(), `select id from users where email_key = $1 and deleted_at is null`, users.EmailKey(email)).Scan(&key); err != nil {
		t.Fatal(err)
	}
	return id.Format(id.User, key)
}

const verifyMutation = `mutation ($token: String!) { verifyEmail(token: $token) { user { email emailVerified status version } errors { code path } } }`

const invalidToken = `{"code":"TOKEN_INVALID","path":["token"]}`

func TestVerifyEmail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	first, second, expired, reset := b.verificationToken(t, ada), b.verificationToken(t, ada), b.verificationToken(t, bob), b.resetToken(t, "ada@example.com")
	verify := func(token, want string) {
		t.Helper()
		response := b.Do(t, identity.Claims{}, verifyMutation, map[string]any{"token": token})
		response.WantCodes(t)
		response.WantData(t, `{"verifyEmail":`+want+`}`)
	}
	const refused = `{"user":null,"errors":[` + invalidToken + `]}`
	for _, token := range []string{"", "x", strings.Repeat("A", 26), strings.Repeat("x", 100_000), "AAAAAAAAAAAAAAAAAAAAAAAAA\x00", reset} {
		verify(token, refused)
	}
	verify(" "+strings.ToLower(second)+"\n", `{"user":{"email":"ada@example.com","emailVerified":true,"status":"ACTIVE","version":2},"errors":[]}`)
	verify(second, refused)
	verify(first, refused) // it went with the second
	if _, _, err := userspostgres.VerificationToken(t.Context(), b.pool, ada.Subject, b.clock.now()); err == nil {
		t.Error("an active account gets a token")
	}
	b.clock.advance(users.VerificationLife)
	verify(expired, refused)
	b.clock.advance(time.Second)
	if _, err := userspostgres.Purge(t.Context(), b.pool, b.clock.now()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from one_time_tokens`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d expired tokens are left, %v", left, err)
	}
	if diff := cmp.Diff([]string{"password.request-reset SUCCESS", "email.verify SUCCESS"}, b.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
	var stored int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from one_time_tokens where hash = any($1)`, [][]byte{[]byte(first), []byte(second)}).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("%d tokens are stored as they are, %v", stored, err)
	}
}

// TestTokenIsUsedOnce presents one token many times at once.
func TestTokenIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.verificationToken(t, b.register(t, "ada@example.com"))
	answers := make(chan string)
	for range 8 {
		go func() {
			response := b.Do(t, identity.Claims{}, `mutation ($token: String!) { verifyEmail(token: $token) { errors { code } } }`, map[string]any{"token": token})
			answers <- string(response.Data)
		}()
	}
	good := 0
	for range 8 {
		if answer := <-answers; answer == `{"verifyEmail":{"errors":[]}}` {
			good++
		} else if !strings.Contains(answer, "TOKEN_INVALID") {
			t.Errorf("answer %s", answer)
		}
	}
	if good != 1 {
		t.Errorf("the token was good %d times", good)
	}
}

func TestResendVerificationIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.register(t, "ada@example.com")
	resend := func(want int) {
		t.Helper()
		b.Do(t, ada, `mutation { resendVerification { ok errors { code } } }`, nil).WantData(t, `{"resendVerification":{"ok":true,"errors":[]}}`)
		if jobs := b.jobs(t, users.VerificationArgs{}.Kind()); len(jobs) != want {
			t.Errorf("%d mails, want %d: %v", len(jobs), want, jobs)
		}
	}
	resend(1) // that of the registration
	b.clock.advance(users.MailInterval)
	resend(2)
	resend(2)
	b.Do(t, identity.Claims{}, verifyMutation, map[string]any{"token": b.verificationToken(t, ada)}).WantCodes(t)
	b.clock.advance(users.MailInterval)
	resend(2)
}

// TestRequestPasswordResetTellsNothing asks for known and unknown addresses: what
// is answered and what is done must not differ.
func TestRequestPasswordResetTellsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register(t, "ada@example.com")
	b.register(t, "eve@example.com")
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED' where email = 'eve@example.com'`); err != nil {
		t.Fatal(err)
	}
	var first []string
	for _, email := range []string{"ada@example.com", " ADA@example.com", "nobody@example.com", "eve@example.com", "nobody@example.com"} {
		b.statements.Take()
		response := b.Do(t, identity.Claims{}, `mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { ok errors { code } } }`, map[string]any{"email": email})
		response.WantCodes(t)
		response.WantData(t, `{"requestPasswordReset":{"ok":true,"errors":[]}}`)
		// Whether workers are told at once depends on when they were told last, whoever asks.
		statements := slices.DeleteFunc(b.statements.Take(), func(sql string) bool { return strings.HasPrefix(sql, "-- name: PGNotifyMany") })
		if first == nil {
			first = statements
		}
		if diff := cmp.Diff(first, statements); diff != "" || len(statements) == 0 {
			t.Errorf("%s: statements differ (-first +this):\n%s", email, diff)
		}
	}
	jobs := strings.Join(b.jobs(t, users.PasswordResetArgs{}.Kind()), "\n")
	if strings.Count(jobs, "usr_") != 3 || !strings.Contains(jobs, b.userID(t, "ada@example.com")) || strings.Contains(jobs, "@") {
		t.Errorf("jobs %v, want one for each address, which is not in it", jobs)
	}
	b.Do(t, identity.Claims{}, `mutation { requestPasswordReset(email: "ada@") { ok errors { code path } } }`, nil).
		WantData(t, `{"requestPasswordReset":{"ok":false,"errors":[{"code":"BAD_INPUT","path":["email"]}]}}`)
	for _, user := range []string{id.Format(id.User, id.New()), b.userID(t, "eve@example.com"), "", "a\x00b"} {
		if _, token, err := userspostgres.ResetToken(t.Context(), b.pool, user, b.clock.now()); err == nil || token != "" {
			t.Errorf("%q gets a token", user)
		}
	}
}

func TestResetPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.session(t, b.register(t, "ada@example.com"))
	token, late := b.resetToken(t, "ada@example.com"), b.resetToken(t, "ada@example.com")
	reset := func(token, password, want string) {
		t.Helper()
		response := b.Do(t, identity.Claims{}, `mutation ($t: String!, $p: String!) { resetPassword(token: $t, newPassword: $p) { ok errors { code path } } }`,
			map[string]any{"t": token, "p": password})
		response.WantCodes(t)
		response.WantData(t, `{"resetPassword":`+want+`}`)
	}
	const refused = `{"ok":false,"errors":[` + invalidToken + `]}`
	reset(strings.Repeat("A", 26), "another horse battery", refused)
	reset(b.verificationToken(t, ada), "another horse battery", refused)
	reset(token, "short", `{"ok":false,"errors":[{"code":"BAD_INPUT","path":["newPassword"]}]}`)
	if b.ended(t, ada) != "" {
		t.Error("a reset that was refused ended a session")
	}
	reset(token, "another horse battery", `{"ok":true,"errors":[]}`)
	if got := b.ended(t, ada); got != "PASSWORD" {
		t.Errorf("the session ended because of %q", got)
	}
	if b.canLogIn(t, "ada@example.com", rightPassword) || !b.canLogIn(t, "ada@example.com", "another horse battery") {
		t.Error("it is not the new password with which one logs in")
	}
	b.Do(t, ada, `{ me { status emailVerified } }`, nil).WantData(t, `{"me":{"status":"ACTIVE","emailVerified":true}}`)
	reset(token, "third horse battery", refused)
	reset(late, "third horse battery", refused)
	again := b.resetToken(t, "ada@example.com")
	b.clock.advance(users.ResetLife)
	reset(again, "third horse battery", refused)
	if alerts := b.jobs(t, users.SecurityAlertArgs{}.Kind()); len(alerts) != 1 || !strings.Contains(alerts[0], "PASSWORD_RESET") || !strings.Contains(alerts[0], ada.Subject) {
		t.Errorf("alerts %v", alerts)
	}
}

func TestResetPasswordOfALockedAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register(t, "ada@example.com")
	token := b.resetToken(t, "ada@example.com")
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED'`); err != nil {
		t.Fatal(err)
	}
	b.Do(t, identity.Claims{}, `mutation ($t: String!) { resetPassword(token: $t, newPassword: "another horse battery") { errors { code path } } }`,
		map[string]any{"t": token}).WantData(t, `{"resetPassword":{"errors":[`+invalidToken+`]}}`)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	registered := b.register(t, "ada@example.com")
	here, there := b.session(t, registered), b.session(t, registered)
	stranger := b.session(t, b.register(t, "bob@example.com"))
	reset := b.resetToken(t, "ada@example.com")
	change := func(current, next, want string) {
		t.Helper()
		response := b.Do(t, here, `mutation ($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) { ok errors { code path } } }`,
			map[string]any{"c": current, "n": next})
		response.WantCodes(t)
		response.WantData(t, `{"changePassword":`+want+`}`)
	}
	change("wrong", "another horse battery", `{"ok":false,"errors":[{"code":"INVALID_CREDENTIALS","path":["currentPassword"]}]}`)
	change(strings.Repeat("x", 1_000_000), "another horse battery", `{"ok":false,"errors":[{"code":"INVALID_CREDENTIALS","path":["currentPassword"]}]}`)
	change(rightPassword, "short", `{"ok":false,"errors":[{"code":"BAD_INPUT","path":["newPassword"]}]}`)
	change(rightPassword, rightPassword, `{"ok":false,"errors":[{"code":"BAD_INPUT","path":["newPassword"]}]}`)
	if b.ended(t, there) != "" {
		t.Error("a change that was refused ended a session")
	}
	change(rightPassword, "another horse battery", `{"ok":true,"errors":[]}`)
	for name, c := range map[string]struct{ got, want string }{
		"the session of the change": {b.ended(t, here), ""},
		"another session":           {b.ended(t, there), "PASSWORD"},
		"a stranger's session":      {b.ended(t, stranger), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s ended because of %q, want %q", name, c.got, c.want)
		}
	}
	if b.canLogIn(t, "ada@example.com", rightPassword) || !b.canLogIn(t, "ada@example.com", "another horse battery") {
		t.Error("it is not the new password with which one logs in")
	}
	b.Do(t, identity.Claims{}, `mutation ($t: String!) { resetPassword(token: $t, newPassword: "a third horse battery") { errors { code path } } }`,
		map[string]any{"t": reset}).WantData(t, `{"resetPassword":{"errors":[`+invalidToken+`]}}`)
	want := []string{"password.request-reset SUCCESS", "password.change DENIED", "password.change DENIED", "password.change SUCCESS"}
	if diff := cmp.Diff(want, b.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// TestChangesAreAtomic fails each transaction at its end: the audit log refuses
// the entry.
func TestChangesAreAtomic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, other := b.makeAdmin(t, "root@example.com"), b.makeAdmin(t, "other@example.com")
	ada := b.session(t, b.register(t, "ada@example.com"))
	verify, reset := b.verificationToken(t, ada), b.resetToken(t, "ada@example.com")
	if _, err := b.pool.Exec(t.Context(), `do $$ begin execute 'alter table audit_log add check (seq <= ' || (select seq from audit_head) || ')'; end $$`); err != nil {
		t.Fatal(err)
	}
	state := func() (all string) {
		t.Helper()
		err := b.pool.QueryRow(t.Context(), `select (select string_agg(u::text, ',' order by id) from users u) ||
			(select string_agg(t::text, ',' order by hash) from one_time_tokens t) || (select string_agg(s::text, ',' order by id) from sessions s) ||
			(select count(*) from river.river_job)`).Scan(&all)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := state()
	for name, c := range map[string]struct {
		caller   identity.Claims
		mutation string
	}{
		"verifyEmail":    {identity.Claims{}, fmt.Sprintf(`mutation { verifyEmail(token: %q) { errors { code } } }`, verify)},
		"resetPassword":  {identity.Claims{}, fmt.Sprintf(`mutation { resetPassword(token: %q, newPassword: "another horse battery") { errors { code } } }`, reset)},
		"changePassword": {ada, fmt.Sprintf(`mutation { changePassword(currentPassword: %q, newPassword: "another horse battery") { errors { code } } }`, rightPassword)},
		"deleteAccount":  {ada, fmt.Sprintf(`mutation { deleteAccount(password: %q) { errors { code } } }`, rightPassword)},
		"setUserRoles":   {root, fmt.Sprintf(`mutation { setUserRoles(userId: %q, roles: []) { errors { code } } }`, other.Subject)},
		"setUserStatus":  {root, fmt.Sprintf(`mutation { setUserStatus(userId: %q, status: SUSPENDED) { errors { code } } }`, ada.Subject)},
	} {
		b.Do(t, c.caller, c.mutation, nil).WantCodes(t, "INTERNAL_SERVER_ERROR")
		if diff := cmp.Diff(before, state()); diff != "" {
			t.Errorf("%s left something (-before +after):\n%s", name, diff)
		}
	}
}

func TestDeleteAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.session(t, b.register(t, "ada@example.com")), b.register(t, "bob@example.com")
	b.resetToken(t, "ada@example.com")
	remove := func(password, want string) {
		t.Helper()
		response := b.Do(t, ada, `mutation ($p: String!) { deleteAccount(password: $p) { ok errors { code path } } }`, map[string]any{"p": password})
		response.WantCodes(t)
		response.WantData(t, `{"deleteAccount":`+want+`}`)
	}
	remove("wrong", `{"ok":false,"errors":[{"code":"INVALID_CREDENTIALS","path":["password"]}]}`)
	remove(rightPassword, `{"ok":true,"errors":[]}`)
	if got := b.ended(t, ada); got != "DELETED" {
		t.Errorf("the session ended because of %q", got)
	}
	if b.canLogIn(t, "ada@example.com", rightPassword) {
		t.Error("one can log in to a deleted account")
	}
	if jobs := b.jobs(t, users.DeletionArgs{}.Kind()); len(jobs) != 1 || !strings.Contains(jobs[0], ada.Subject) {
		t.Errorf("deletions %v", jobs)
	}
	var tokens int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from one_time_tokens`).Scan(&tokens); err != nil || tokens != 0 {
		t.Errorf("%d tokens are left, %v", tokens, err)
	}
	query := fmt.Sprintf(`{ user(id: %q) { displayName avatarUrl email status roles notificationSettings { digestHour } } }`, ada.Subject)
	const gone = `{"user":{"displayName":"Deleted user","avatarUrl":null,"email":null,"status":null,"roles":null,"notificationSettings":null}}`
	b.Do(t, bob, query, nil).WantData(t, gone)
	b.Do(t, admin, query, nil).WantData(t, `{"user":{"displayName":"N. N.","avatarUrl":null,"email":"ada@example.com","status":"DELETED","roles":["USER"],
		"notificationSettings":{"digestHour":8}}}`)

	// Whoever holds an access token still is nobody any more.
	for _, mutation := range []string{
		`deleteAccount(password: "correct horse battery") { errors { code } }`,
		`changePassword(currentPassword: "correct horse battery", newPassword: "another horse battery") { errors { code } }`,
		`updateProfile(input: {displayName: "x"}) { errors { code } }`,
		`updateNotificationSettings(input: {digestHour: 1}) { errors { code } }`,
		`markNotificationsRead(input: {ids: ["ntf_x"]}) { errors { code } }`,
		`markAllNotificationsRead { errors { code } }`,
		`resendVerification { errors { code } }`,
	} {
		b.Do(t, ada, `mutation { `+mutation+` }`, nil).WantCodes(t, "UNAUTHENTICATED")
	}
	// The address is taken until the account is erased.
	response := b.Do(t, identity.Claims{}, registerMutation, map[string]any{"in": map[string]any{"email": "ada@example.com", "password": rightPassword, "displayName": "Ada"}})
	if !strings.Contains(string(response.Data), "CONFLICT") {
		t.Errorf("the address can be registered: %s", response.Data)
	}
	b.erase(t, ada.Subject)
	b.Do(t, bob, query, nil).WantData(t, gone)
	b.Do(t, admin, query, nil).WantData(t, `{"user":{"displayName":"Deleted user","avatarUrl":null,"email":null,"status":"DELETED","roles":["USER"],"notificationSettings":null}}`)
	b.Do(t, bob, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id displayName timeZone } } }`,
		map[string]any{"r": []any{map[string]any{"__typename": "User", "id": ada.Subject}}}).
		WantData(t, fmt.Sprintf(`{"_entities":[{"id":%q,"displayName":"Deleted user","timeZone":"UTC"}]}`, ada.Subject))
	b.register(t, "ada@example.com")
}

// erase does what the worker does in the users database with an account that was
// deleted.
func (b *bundle) erase(t *testing.T, userID string) {
	t.Helper()
	deletions, err := userspostgres.NewDeletions(b.pool, b.clock.now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	err = deletions.EndSessions(t.Context(), userID)
	steps := []users.DeletionStep{users.DeletionSessionsEnded, users.DeletionErasing, users.DeletionTodosErased, users.DeletionFarewellSent}
	for i := range steps[1:] {
		err = errors.Join(err, deletions.Reach(t.Context(), userID, steps[i], steps[i+1]))
	}
	if err := errors.Join(err, deletions.Erase(t.Context(), userID)); err != nil {
		t.Fatal(err)
	}
}

func TestUpdateProfile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.register(t, "ada@example.com")
	update := func(input map[string]any, want string) {
		t.Helper()
		b.clock.advance(time.Second)
		response := b.Do(t, ada, `mutation ($in: UpdateProfileInput!) { updateProfile(input: $in) {
			user { displayName avatarUrl timeZone version } errors { code path } } }`, map[string]any{"in": input})
		response.WantCodes(t)
		response.WantData(t, `{"updateProfile":`+want+`}`)
	}
	user := func(name, avatar, zone string, version int) string {
		return fmt.Sprintf(`{"user":{"displayName":%q,"avatarUrl":%s,"timeZone":%q,"version":%d},"errors":[]}`, name, avatar, zone, version)
	}
	refused := func(code string, fields ...string) string {
		var errs []string
		for _, field := range fields {
			errs = append(errs, fmt.Sprintf(`{"code":%q,"path":["input",%q]}`, code, field))
		}
		return `{"user":null,"errors":[` + strings.Join(errs, ",") + `]}`
	}
	update(map[string]any{}, user("N. N.", "null", "UTC", 1))
	update(map[string]any{"displayName": " Ada ", "expectedVersion": 1}, user("Ada", "null", "UTC", 2))
	update(map[string]any{"displayName": "Eve", "expectedVersion": 1}, refused("STALE_VERSION", "expectedVersion"))
	update(map[string]any{"avatarUrl": "https://example.com/a.png?x=1#y"}, user("Ada", `"https://example.com/a.png?x=1#y"`, "UTC", 3))
	update(map[string]any{"timeZone": "Europe/London", "displayName": nil}, user("Ada", `"https://example.com/a.png?x=1#y"`, "Europe/London", 4))
	update(map[string]any{"avatarUrl": nil}, user("Ada", "null", "Europe/London", 5))
	update(map[string]any{"displayName": "", "timeZone": "Mars", "avatarUrl": "x"}, refused("BAD_INPUT", "displayName", "timeZone", "avatarUrl"))
	for _, address := range []string{
		"http://example.com/a.png", "https://", "https:///a.png", "javascript:alert(1)", "https:example.com", "//example.com/a.png", "https://u:p@example.com/a.png",
		"https://example.com/\x00", "https://example.com/a b", `https://example.com/"><script>`, "https://example.com/\n/a", "https://" + strings.Repeat("a", 2048), "data:image/png;base64,AA",
	} {
		update(map[string]any{"avatarUrl": address}, refused("BAD_INPUT", "avatarUrl"))
	}
}

// matches tells whether a pattern is found in text.
func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
