package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

func TestSetUserRoles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.session(t, b.makeAdmin(t, "root@example.com"))
	ada := b.session(t, b.register(t, "ada@example.com"))
	set := func(caller identity.Claims, userID, roles, want string) {
		t.Helper()
		response := b.Do(t, caller, fmt.Sprintf(`mutation { setUserRoles(userId: %q, roles: [%s]) { user { roles version } errors { code path } } }`, userID, roles), nil)
		response.WantCodes(t)
		response.WantData(t, `{"setUserRoles":`+want+`}`)
	}
	const notFound = `{"user":null,"errors":[{"code":"NOT_FOUND","path":["userId"]}]}`
	const last = `{"user":null,"errors":[{"code":"CONFLICT","path":["roles"]}]}`
	for _, userID := range []string{"", "x", "usr_x", "usr_00000000000000000000000000", "tdo_00000000000000000000000000"} {
		set(root, userID, "ADMIN", notFound)
	}
	set(root, root.Subject, "", last)
	set(root, root.Subject, "USER", last)
	if b.ended(t, root) != "" {
		t.Error("the last administrator's session ended")
	}
	set(root, ada.Subject, "ADMIN, ADMIN", `{"user":{"roles":["USER","ADMIN"],"version":2},"errors":[]}`)
	set(root, ada.Subject, "USER, ADMIN", `{"user":{"roles":["USER","ADMIN"],"version":2},"errors":[]}`) // nothing to change
	if b.ended(t, ada) != "" {
		t.Error("a session ended of somebody who only got a role")
	}
	set(root, root.Subject, "", `{"user":{"roles":["USER"],"version":2},"errors":[]}`)
	if got := b.ended(t, root); got != "REVOKED" {
		t.Errorf("the session of a former administrator ended because of %q", got)
	}
	// The access token says admin still, the account does not.
	b.Do(t, root, fmt.Sprintf(`mutation { setUserRoles(userId: %q, roles: [ADMIN]) { errors { code } } }`, root.Subject), nil).WantCodes(t, "FORBIDDEN")
	if diff := cmp.Diff([]string{"roles.set SUCCESS", "roles.set SUCCESS"}, b.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestSetUserStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.makeAdmin(t, "root@example.com")
	ada := b.session(t, b.register(t, "ada@example.com"))
	set := func(userID, status, want string) {
		t.Helper()
		response := b.Do(t, root, fmt.Sprintf(`mutation { setUserStatus(userId: %q, status: %s) { user { status version } errors { code path } } }`, userID, status), nil)
		response.WantCodes(t)
		response.WantData(t, `{"setUserStatus":`+want+`}`)
	}
	for _, status := range []string{"PENDING", "DELETED"} {
		set(ada.Subject, status, `{"user":null,"errors":[{"code":"BAD_INPUT","path":["status"]}]}`)
	}
	set("usr_00000000000000000000000000", "ACTIVE", `{"user":null,"errors":[{"code":"NOT_FOUND","path":["userId"]}]}`)
	set(root.Subject, "SUSPENDED", `{"user":null,"errors":[{"code":"CONFLICT","path":["status"]}]}`)
	reset := b.resetToken(t, "ada@example.com")
	set(ada.Subject, "SUSPENDED", `{"user":{"status":"SUSPENDED","version":2},"errors":[]}`)
	if got := b.ended(t, ada); got != "LOCKED" {
		t.Errorf("the session ended because of %q", got)
	}
	if b.canLogIn(t, "ada@example.com", rightPassword) {
		t.Error("one can log in to a suspended account")
	}
	b.Do(t, ada, `mutation { updateProfile(input: {displayName: "x"}) { errors { code } } }`, nil).WantCodes(t, "UNAUTHENTICATED")
	set(ada.Subject, "ACTIVE", `{"user":{"status":"ACTIVE","version":3},"errors":[]}`)
	set(ada.Subject, "ACTIVE", `{"user":{"status":"ACTIVE","version":3},"errors":[]}`)
	if !b.canLogIn(t, "ada@example.com", rightPassword) {
		t.Error("one cannot log in to an account that is active again")
	}
	b.Do(t, identity.Claims{}, fmt.Sprintf(`mutation { resetPassword(token: %q, newPassword: "another horse battery") { errors { code } } }`, reset), nil).
		WantData(t, `{"resetPassword":{"errors":[{"code":"TOKEN_INVALID"}]}}`)
	// A deleted account is none that an administrator can bring back.
	b.Do(t, ada, fmt.Sprintf(`mutation { deleteAccount(password: %q) { ok } }`, rightPassword), nil).WantCodes(t)
	set(ada.Subject, "ACTIVE", `{"user":null,"errors":[{"code":"NOT_FOUND","path":["userId"]}]}`)
}

// TestAdministratorsCannotAllLeaveAtOnce has each of several take the role from
// itself, at the same time and in every way that there is.
func TestAdministratorsCannotAllLeaveAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	done := make(chan string)
	for i := range 9 {
		one := b.makeAdmin(t, fmt.Sprintf("admin%d@example.com", i))
		mutation := []string{
			fmt.Sprintf(`mutation { it: setUserRoles(userId: %q, roles: []) { errors { code } } }`, one.Subject),
			fmt.Sprintf(`mutation { it: setUserStatus(userId: %q, status: SUSPENDED) { errors { code } } }`, one.Subject),
			fmt.Sprintf(`mutation { it: deleteAccount(password: %q) { errors { code } } }`, rightPassword),
		}[i%3]
		go func() { done <- string(b.Do(t, one, mutation, nil).Data) }()
		defer func() { // after all have begun
			if answer := <-done; answer != `{"it":{"errors":[]}}` && !strings.Contains(answer, "CONFLICT") {
				t.Errorf("answer %s", answer)
			}
			var left int
			if err := b.pool.QueryRow(t.Context(), `select count(*) from users where roles @> '{ADMIN}' and status = 'PENDING'`).Scan(&left); err != nil || left < 1 {
				t.Errorf("%d administrators are left, %v", left, err)
			}
		}()
	}
}
