// Package share tells people of lists that somebody made them a member of.
//
//	todos.ShareArgs{ListID, UserID, ActorID, Version} ─Worker─▶ list as it is now ─▶ notice.Board
//
// What the list is called, and whether they are a member still, is read when they are
// told.
package share

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

// Lists knows what the jobs are about.
type Lists interface {
	// Share returns what the new member is told, or todos.ErrObsolete.
	Share(ctx context.Context, job todos.ShareArgs) (todos.ListNotice, error)
}

// Worker tells people of lists, once each.
type Worker struct {
	delivery.Policy[todos.ShareArgs]
	lists Lists
	board *notice.Board
}

// New returns a Worker.
func New(from Lists, board *notice.Board) *Worker {
	return &Worker{Policy: notice.PolicyOf[todos.ShareArgs](board), lists: from, board: board}
}

// Work implements river.Worker. What does not apply any more ends the job. Of a person
// whose account is gone nobody gets mail, but sees what they did.
func (w *Worker) Work(ctx context.Context, job *river.Job[todos.ShareArgs]) error {
	args := job.Args
	list, err := w.lists.Share(ctx, args)
	if errors.Is(err, todos.ErrObsolete) {
		return river.JobCancel(err)
	}
	if err != nil {
		return err
	}
	actor, err := w.board.Name(ctx, args.ActorID)
	if err != nil {
		return fmt.Errorf("share: %w", err)
	}
	n := notice.Notice{
		NewNotification: users.NewNotification{
			Key:    fmt.Sprintf("share/%s/%s/%d", args.ListID, args.UserID, args.Version),
			UserID: args.UserID, Kind: users.NotifyShared, ListID: args.ListID, ActorID: args.ActorID, At: job.CreatedAt,
		},
		Topic: users.TopicShares,
	}
	if actor != "" {
		n.Letter = letter.Share{ListName: list.Name, ActorName: actor, Role: string(list.Role)}
	}
	return w.board.Post(ctx, job.JobRow, n)
}
