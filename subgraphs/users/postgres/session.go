package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
)

// endSessions ends every session of a user but except, whose zero value is no
// session's, and returns how many there were. It belongs into the transaction of
// whatever is the reason: refresh tokens are worthless when that is committed,
// and routers hear of it within two seconds.
func (s *Service) endSessions(ctx context.Context, tx pgx.Tx, userID, except id.UUID, reason users.EndReason) (int32, error) {
	ended, err := tx.Exec(ctx, `update sessions set ended_at = $3, end_reason = $4
		where user_id = $1 and id <> $2 and ended_at is null`, userID, except, s.now(), reason)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return int32(ended.RowsAffected()), nil
}
