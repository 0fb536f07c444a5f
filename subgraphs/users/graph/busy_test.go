package graph_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/weftql/weft/subgraphs/users/password"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// slowHash is one of bcrypt with the highest cost that is verified: about a second.
const slowHash = "$2b$14$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"

// busyHasher is one with as many callers as may wait, until the test ends.
func busyHasher(t *testing.T) *password.Hasher {
	t.Helper()
	h, err := password.New(password.Config{Concurrency: 1, MaxWaiting: 4})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	t.Cleanup(func() { stop(); callers.Wait() })
	for range 5 {
		callers.Go(func() {
			for ctx.Err() == nil {
				_, _ = h.Verify(ctx, "correct horse", slowHash)
			}
		})
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	for err = nil; !errors.Is(err, password.ErrBusy); { // everybody waits
		_, err = h.Verify(gone, "correct horse", slowHash)
	}
	return h
}

func TestTooManyPasswordsAreAnExpectedFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, func(deps *userspostgres.Deps) { deps.Limits.PerEmail = 2 })
	ada := b.register(t, "ada@example.com")
	token := b.resetToken(t, "ada@example.com")
	calm := b.deps.Passwords
	hurried := b.again(t, func(deps *userspostgres.Deps) { deps.Passwords = busyHasher(t) })
	refused := func(path string) string {
		return `[{"code":"RATE_LIMITED","path":` + path + `,"message":"cannot be checked now, because too many others are: try again in a second"}]`
	}
	const newPassword = `newPassword: "another horse battery"`
	for _, c := range []struct{ field, args, fields, want string }{
		{"register", `input: {email: "bob@example.com", password: "correct horse battery", displayName: "Bob"}`, "retryAfter", `"retryAfter":1,"errors":` + refused(`["input","password"]`)},
		{"login", `input: {email: "ada@example.com", password: "correct horse battery"}`, "retryAfter", `"retryAfter":1,"errors":` + refused(`["input","password"]`)},
		{"login", `input: {email: "nobody@example.com", password: "correct horse battery"}`, "retryAfter", `"retryAfter":1,"errors":` + refused(`["input","password"]`)},
		{"changePassword", `currentPassword: "correct horse battery", ` + newPassword, "ok", `"ok":false,"errors":` + refused(`["currentPassword"]`)},
		{"resetPassword", fmt.Sprintf(`token: %q, %s`, token, newPassword), "ok", `"ok":false,"errors":` + refused(`["newPassword"]`)},
		{"deleteAccount", `password: "correct horse battery"`, "ok", `"ok":false,"errors":` + refused(`["password"]`)},
	} {
		for range 3 { // more often than there may be attempts
			response := hurried.Do(t, ada, fmt.Sprintf(`mutation { it: %s(%s) { %s errors { code path message } } }`, c.field, c.args, c.fields), nil)
			response.WantData(t, `{"it":{`+c.want+`}}`)
		}
	}
	if log := b.log.String(); !strings.Contains(log, "level=WARN") || strings.Contains(log, "level=ERROR") {
		t.Errorf("warnings alone are wanted in the log:\n%s", log)
	}
	if !b.again(t, func(deps *userspostgres.Deps) { deps.Passwords = calm }).canLogIn(t, "ada@example.com", "correct horse battery") {
		t.Error("a second later the password is refused")
	}
	var accounts int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from users`).Scan(&accounts); err != nil || accounts != 1 {
		t.Errorf("%d accounts, %v; want 1", accounts, err)
	}
}
