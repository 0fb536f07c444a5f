package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
)

// knownSessions is how many of a user's last sessions, also those that have ended,
// tell which devices the user knows.
const knownSessions = 100

// loggedIn does what follows on a login: the user is told of one from a device that
// none of the last sessions is from. It ends with the entry in the audit log.
func (s *Service) loggedIn(ctx context.Context, tx pgx.Tx, viewer users.Viewer, login *users.Login) error {
	known, err := knownDevice(ctx, tx, login)
	if err != nil {
		return err
	}
	viewer.ID = login.User.ID
	entry := s.entry(viewer, users.ActionBeginSession, login.User.ID)
	entry.Detail = users.Device(viewer.UserAgent)
	if !known {
		if err := s.alert(ctx, tx, login.User.ID, users.EventNewDevice, entry); err != nil {
			return err
		}
	}
	return appendEntry(ctx, tx, entry)
}

// knownDevice tells whether an earlier session of the user is from the device of
// the one that has just begun, which is the last.
func knownDevice(ctx context.Context, tx pgx.Tx, login *users.Login) (bool, error) {
	key, err := id.Parse(id.User, login.User.ID)
	if err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, `select user_agent from sessions where user_id = $1 order by created_at desc, id desc limit $2`, key, knownSessions+1)
	if err != nil {
		return false, err
	}
	agents, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(agents) == 0 {
		return false, err
	}
	for _, agent := range agents[1:] {
		if users.Device(agent) == users.Device(agents[0]) {
			return true, nil
		}
	}
	return false, nil
}
