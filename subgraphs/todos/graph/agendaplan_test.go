package graph_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// TestPlansOfDigests explains what the worker asks for digests, of somebody who is in
// the largest lists.
func TestPlansOfDigests(t *testing.T) {
	t.Parallel()
	s := seededBundle(t)
	conn, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	now := time.Now()
	t.Run("agenda", func(t *testing.T) {
		s.asked.Take()
		query := todos.AgendaQuery{UserID: s.person.Subject, From: now, Before: now.AddDate(0, 0, 7), Most: 10}
		agenda, err := todospostgres.Agenda(t.Context(), s.pool, query)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d and %d more are overdue, %d and %d more are due", len(agenda.Overdue), agenda.MoreOverdue, len(agenda.Due), agenda.MoreDue)
		wantIndexes(t, conn, s.asked.Take(), []string{"list_members_user", "todos_list_status", "todo_assignees_pkey"})
	})
	t.Run("titles", func(t *testing.T) {
		s.asked.Take()
		titles, err := todospostgres.Titles(t.Context(), s.pool, s.person.Subject, []string{s.todo}, []string{s.list})
		if err != nil || len(titles) != 2 {
			t.Fatalf("%v, %v", titles, err)
		}
		wantIndexes(t, conn, s.asked.Take(), []string{"todos_pkey", "todo_lists_pkey"})
	})
}
