package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// erased lets the time pass after which the worker erases somebody who has left: a
// last mail comes, the other one owns the list that they shared, and what the one has
// written in it is still there, by somebody without a name.
func (w *town) erased(t *testing.T, p, other *person, list string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, w.database.URL("weft_users"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for step := ""; step != "DONE"; <-tick.C {
		if _, err := conn.Exec(ctx, `update account_deletions set asked_at = now() - interval '1 hour'
			where step = 'SESSIONS_ENDED' and user_id = (select id from users where email = $1)`, p.email); err != nil {
			t.Fatal(err)
		}
		// Its job waits for that.
		if _, err := conn.Exec(ctx, `update river.river_job set state = 'available', scheduled_at = now()
			where kind = 'users.deletion' and state = 'scheduled' and args->>'userId' = $1`, p.id); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(ctx, `select coalesce(max(step), 'DONE') from account_deletions d join users u on u.id = d.user_id where u.email = $1`, p.email).
			Scan(&step); err != nil {
			t.Fatal(err)
		}
	}
	w.mailed(t, p.email, "Your account was deleted")
	const query = `{ user(id: %q) { displayName timeZone } todoList(id: %q) { myRole owner { id } members { user { displayName } }
		todos(first: 50) { edges { node { title createdBy { id displayName } history(first: 1) { edges { node { actor { displayName } } } } } } } } }`
	data := w.read(t, other, fmt.Sprintf(query, p.id, list))
	if name := at(t, data, "user", "displayName"); name != "Deleted user" {
		t.Errorf("others see %v", name)
	}
	if role, owner := at(t, data, "todoList", "myRole"), at(t, data, "todoList", "owner", "id"); role != "OWNER" || owner != other.id {
		t.Errorf("the list is %v's, for whom it is %v's", owner, role)
	}
	if members := at(t, data, "todoList", "members").([]any); len(members) != 1 {
		t.Errorf("members %v", members)
	}
	left := 0
	for _, edge := range at(t, data, "todoList", "todos", "edges").([]any) {
		if at(t, edge, "node", "createdBy", "id") == p.id {
			left++
			if name := at(t, edge, "node", "createdBy", "displayName"); name != "Deleted user" {
				t.Errorf("%v is by %v", at(t, edge, "node", "title"), name)
			}
		}
	}
	if left == 0 {
		t.Error("nothing is left of what was written in the shared list")
	}
	// The address is free again.
	w.do(t, w.nobody(), fmt.Sprintf(`register(input: {email: %q, password: "correct horse battery", displayName: "Eve"})`, p.email), "user { id }")
}
