package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// lists is what jobs need of the todos database.
type lists struct{ pool *pgxpool.Pool }

// Erase removes a person from it.
func (l lists) Erase(ctx context.Context, userID string) error {
	return todospostgres.Erase(ctx, l.pool, userID, time.Now())
}

// Purge removes what nobody can bring back any more.
func (l lists) Purge(ctx context.Context) (todos.Purged, error) {
	return todospostgres.Purge(ctx, l.pool, time.Now())
}

// Assignment returns what an assignee is told.
func (l lists) Assignment(ctx context.Context, job todos.AssignmentArgs) (todos.TodoNotice, error) {
	return todospostgres.Assignment(ctx, l.pool, job)
}

// Share returns what a new member is told.
func (l lists) Share(ctx context.Context, job todos.ShareArgs) (todos.ListNotice, error) {
	return todospostgres.Share(ctx, l.pool, job)
}

// Reminder returns what people are reminded of.
func (l lists) Reminder(ctx context.Context, job todos.ReminderArgs) (todos.Reminder, error) {
	return todospostgres.Reminder(ctx, l.pool, job)
}

// Agenda returns what a person has to do.
func (l lists) Agenda(ctx context.Context, query todos.AgendaQuery) (todos.Agenda, error) {
	return todospostgres.Agenda(ctx, l.pool, query)
}

// Titles returns titles of todos and names of lists, of those that the person may see.
func (l lists) Titles(ctx context.Context, userID string, todoIDs, listIDs []string) (map[string]string, error) {
	return todospostgres.Titles(ctx, l.pool, userID, todoIDs, listIDs)
}

// WakeReminders makes the jobs of reminders available that are due soon.
func (l lists) WakeReminders(ctx context.Context, ahead time.Duration) (int, error) {
	return todospostgres.WakeReminders(ctx, l.pool, ahead)
}
