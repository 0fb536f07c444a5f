package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// maxOriginBytes bounds what an entry keeps of an address, a user agent or a
// request's id.
const maxOriginBytes = 256

// execer is a pool or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// entry returns an entry of the audit log about what the viewer does now to the
// user; appendEntry writes it.
func (s *Service) entry(viewer users.Viewer, action users.AuditAction, userID string) users.AuditEntry {
	return newEntry(s.now(), viewer, action, userID)
}

func newEntry(at time.Time, viewer users.Viewer, action users.AuditAction, userID string) users.AuditEntry {
	return users.AuditEntry{
		ID: id.Format(id.Audit, id.New()), At: at, Action: string(action), Outcome: users.OutcomeSuccess,
		ActorID: present(viewer.ID), TargetID: present(userID),
		Address: present(viewer.Address), UserAgent: present(viewer.UserAgent), RequestID: present(viewer.RequestID),
	}
}

// appendEntry writes an entry to the audit log. Everybody who appends waits until
// the transaction ends: it has to be the transaction's last statement, and the
// last of its locks.
func appendEntry(ctx context.Context, db execer, entry users.AuditEntry) error {
	key, err := id.Parse(id.Audit, entry.ID)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	var actor *id.UUID
	if entry.ActorID != nil {
		if parsed, err := id.Parse(id.User, *entry.ActorID); err == nil {
			actor = &parsed
		}
	}
	_, err = db.Exec(ctx, `select audit_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		key, entry.At, actor, entry.Action, entry.TargetID, entry.Detail,
		origin(entry.Address), origin(entry.UserAgent), origin(entry.RequestID), entry.Outcome)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// present returns nil for an empty text.
func present(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// origin returns what the log keeps of a text that came with a request: printable
// and bounded.
func origin(text *string) string {
	if text == nil {
		return ""
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(*text, ""))
	for len(clean) > maxOriginBytes {
		_, size := utf8.DecodeLastRuneInString(clean)
		clean = clean[:len(clean)-size]
	}
	return clean
}

// auditScope binds a cursor to the viewer and the filter.
func auditScope(viewer users.Viewer, filter users.AuditFilter) string {
	return viewer.ID + "\naudit log " + filter.String()
}

// auditColumns are those that scanEntry reads.
const auditColumns = `id, at, actor_id, action, target_id, detail, address, user_agent, request_id, outcome`

// scanEntry reads the columns of an entry.
func scanEntry(row pgx.CollectableRow) (*users.AuditEntry, error) {
	var e users.AuditEntry
	var key id.UUID
	var actor *id.UUID
	var address, userAgent, requestID string
	err := row.Scan(&key, &e.At, &actor, &e.Action, &e.TargetID, &e.Detail, &address, &userAgent, &requestID, &e.Outcome)
	e.ID = id.Format(id.Audit, key)
	if actor != nil {
		e.ActorID = present(id.Format(id.User, *actor))
	}
	e.Address, e.UserAgent, e.RequestID = present(address), present(userAgent), present(requestID)
	return &e, err
}

// AuditLog implements users.Service.
func (s *Service) AuditLog(ctx context.Context, viewer users.Viewer, filter users.AuditFilter, args page.Args) (*users.AuditConnection, error) {
	if err := viewer.RequireAdmin(); err != nil {
		return nil, err
	}
	scope := auditScope(viewer, filter)
	window, err := s.deps.Cursors.Window(scope, args)
	if err != nil {
		return nil, err
	}
	statement, values, err := auditPage(filter, window)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Pool.Query(ctx, statement, withPlan(values)...)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	all, info := page.Slice(window, all)
	connection := &users.AuditConnection{Edges: make([]users.AuditEdge, len(all)), PageInfo: info}
	for i, entry := range all {
		key, err := id.Parse(id.Audit, entry.ID)
		if err != nil {
			return nil, err
		}
		connection.Edges[i] = users.AuditEdge{Cursor: s.deps.Cursors.Cursor(scope, page.Position{At: entry.At, ID: key}), Node: entry}
	}
	if len(all) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(all)-1].Cursor
	}
	return connection, nil
}

// auditPage is the statement for a page of the log and its arguments.
func auditPage(filter users.AuditFilter, window page.Window) (string, []any, error) {
	newest, newestID := postgres.Below(window.After)
	oldest, oldestID := postgres.Above(window.Before)
	// The moments alone leave out whole partitions.
	statement := `select ` + auditColumns + ` from audit_log
		where (at, id) < ($2, $3) and (at, id) > ($4, $5) and at <= $2 and at >= $4`
	values := []any{window.Limit + 1, newest, newestID, oldest, oldestID}
	and := func(condition string, value any) {
		values = append(values, value)
		statement += fmt.Sprintf(" and %s = $%d", condition, len(values))
	}
	if filter.ActorID != nil {
		actor, err := id.Parse(id.User, *filter.ActorID)
		if err != nil {
			statement += " and false"
		}
		and("actor_id", actor)
	}
	for _, text := range []struct {
		name, column string
		value        *string
	}{{"targetId", "target_id", filter.TargetID}, {"action", "action", filter.Action}} {
		if text.value == nil {
			continue
		}
		if len(*text.value) > users.MaxActionBytes || strings.ContainsFunc(*text.value, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
			return "", nil, refusal.BadInput("argument %s is longer than %d bytes or has control characters", text.name, users.MaxActionBytes)
		}
		and(text.column, *text.value)
	}
	if window.Backward {
		return statement + ` order by at, id limit $1`, values, nil
	}
	return statement + ` order by at desc, id desc limit $1`, values, nil
}

// Entry returns an entry of the audit log, or users.ErrNoContact if there is none.
// It is for the worker, which acts for the service itself.
func Entry(ctx context.Context, db postgres.Pool, entryID string) (*users.AuditEntry, error) {
	key, err := id.Parse(id.Audit, entryID)
	if err != nil {
		return nil, users.ErrNoContact
	}
	rows, err := db.Query(ctx, `select `+auditColumns+` from audit_log where id = $1`, key)
	if err != nil {
		return nil, fmt.Errorf("users: audit log: %w", err)
	}
	entry, err := pgx.CollectExactlyOneRow(rows, scanEntry)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, users.ErrNoContact
	}
	if err != nil {
		return nil, fmt.Errorf("users: audit log: %w", err)
	}
	return entry, nil
}
