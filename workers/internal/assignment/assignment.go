// Package assignment tells people of todos that somebody gave them to do.
//
//	todos.AssignmentArgs{TodoID, UserID, ActorID, Version} ─Worker─▶ todo as it is now ─▶ notice.Board
//
// What the todo says, and whether it is still theirs, is read when they are told.
package assignment

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/notice"
)

// Todos knows what the jobs are about.
type Todos interface {
	// Assignment returns what the assignee is told, or todos.ErrObsolete.
	Assignment(ctx context.Context, job todos.AssignmentArgs) (todos.TodoNotice, error)
}

// Worker tells people of assignments, once each.
type Worker struct {
	delivery.Policy[todos.AssignmentArgs]
	todos Todos
	board *notice.Board
}

// New returns a Worker.
func New(from Todos, board *notice.Board) *Worker {
	return &Worker{Policy: notice.PolicyOf[todos.AssignmentArgs](board), todos: from, board: board}
}

// Work implements river.Worker. What does not apply any more ends the job. Of a person
// whose account is gone nobody gets mail, but sees what they did.
func (w *Worker) Work(ctx context.Context, job *river.Job[todos.AssignmentArgs]) error {
	args := job.Args
	todo, err := w.todos.Assignment(ctx, args)
	if errors.Is(err, todos.ErrObsolete) {
		return river.JobCancel(err)
	}
	if err != nil {
		return err
	}
	actor, err := w.board.Name(ctx, args.ActorID)
	if err != nil {
		return fmt.Errorf("assignment: %w", err)
	}
	n := notice.Notice{
		NewNotification: users.NewNotification{
			Key:    fmt.Sprintf("assignment/%s/%s/%d", args.TodoID, args.UserID, args.Version),
			UserID: args.UserID, Kind: users.NotifyAssigned, TodoID: args.TodoID, ListID: todo.ListID, ActorID: args.ActorID, At: job.CreatedAt,
		},
		Topic: users.TopicAssignments,
	}
	if actor != "" {
		l := letter.Assignment{Title: todo.Title, ListName: todo.ListName, ActorName: actor}
		if todo.DueAt != nil {
			l.Due = *todo.DueAt
		}
		n.Letter = l
	}
	return w.board.Post(ctx, job.JobRow, n)
}
