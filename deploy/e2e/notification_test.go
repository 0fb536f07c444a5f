package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// notify tells somebody of something, as the worker does.
func (w *town) notify(t *testing.T, about users.NewNotification) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, w.database.URL("weft_users"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if added, err := userspostgres.AddNotification(ctx, conn, about); err != nil || !added {
		t.Fatal(added, err)
	}
}

// notificationsOutliveWhatTheyTellOf has somebody be told of a todo that they see, of
// one that they do not see, and of one that is gone: the notification is there in any
// case, and the todo where it can be seen.
func (w *town) notificationsOutliveWhatTheyTellOf(t *testing.T) {
	ann, bob := w.register(t, "Ann"), w.register(t, "Bob")
	todo := func(p *person, title string) (list, todo string) {
		list = at(t, w.do(t, p, `createTodoList(input: {name: "Garden"})`, "list { id }"), "list", "id").(string)
		return list, at(t, w.do(t, p, fmt.Sprintf(`createTodo(input: {listId: %q, title: %q})`, list, title), "todo { id }"), "todo", "id").(string)
	}
	ownList, own := todo(ann, "Dig")
	foreignList, foreign := todo(bob, "Weed")
	goneList, gone := todo(ann, "Rake")
	w.do(t, ann, fmt.Sprintf(`deleteTodo(input: {id: %q})`, gone), "deletedId")
	w.do(t, ann, fmt.Sprintf(`deleteTodoList(input: {id: %q})`, goneList), "deletedId")
	for i, about := range [][2]string{{ownList, own}, {foreignList, foreign}, {goneList, gone}} {
		w.notify(t, users.NewNotification{
			Key: fmt.Sprint("outlive/", i), UserID: ann.id, Kind: users.NotifyReminder, ListID: about[0], TodoID: about[1], ActorID: bob.id,
			At: time.Now().Add(time.Hour - time.Duration(i)*time.Minute), // the newest of all, in this order
		})
	}
	answer, err := w.try(t.Context(), ann, `{ me { notifications(first: 3) { edges { node { kind todo { title } list { name } actor { displayName } } } } } }`)
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for i := range 3 {
		got = append(got, at(t, answer.Data, "me", "notifications", "edges", i, "node"))
	}
	node := func(todo, list any) any {
		return map[string]any{"kind": "REMINDER", "todo": todo, "list": list, "actor": map[string]any{"displayName": "Bob"}}
	}
	want := []any{node(map[string]any{"title": "Dig"}, map[string]any{"name": "Garden"}), node(nil, nil), node(nil, nil)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
}
