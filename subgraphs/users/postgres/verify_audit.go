package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// verifyBatch is how many entries VerifyAudit reads at a time.
const verifyBatch = 5_000

// BrokenAuditError is the first link of the audit log's chain that does not hold.
type BrokenAuditError struct {
	Seq    int64  // number of the entry
	Entry  string // its id and moment, "" if it is missing
	Reason string
}

// Error names the entry and says what is wrong with it.
func (e *BrokenAuditError) Error() string {
	if e.Entry == "" {
		return fmt.Sprintf("audit log: entry %d: %s", e.Seq, e.Reason)
	}
	return fmt.Sprintf("audit log: entry %d (%s): %s", e.Seq, e.Entry, e.Reason)
}

// VerifyAudit computes the chain of the audit log again, from its first entry to
// the one that is the last when it begins, and returns the number of that and its
// hash. If old entries were removed, the first is the one behind them, and a seal says
// which hash it continues (VerifySeals). An error is a *BrokenAuditError about the
// first link that does not hold, or of the database.
func VerifyAudit(ctx context.Context, db postgres.Pool) (entries int64, last users.AuditHash, err error) {
	cut, err := cutSeal(ctx, db)
	if err != nil {
		return 0, last, err
	}
	end, err := auditHead(ctx, db)
	if err != nil {
		return 0, last, err
	}
	from := auditEnd{cut.Seq, cut.Hash}
	reached, err := verifyLinks(ctx, db, from, end)
	if err != nil {
		return reached.seq, reached.hash, err
	}
	return reached.seq, reached.hash, onlyThese(ctx, db, from.seq, end.seq)
}

// auditHead returns the end of the chain.
func auditHead(ctx context.Context, db postgres.Pool) (end auditEnd, err error) {
	err = db.QueryRow(ctx, `select seq, hash from audit_head`).Scan(&end.seq, scanHash{&end.hash})
	if errors.Is(err, pgx.ErrNoRows) {
		return end, &BrokenAuditError{Seq: 0, Reason: "the end of the chain (audit_head) is missing"}
	}
	if err != nil {
		return end, fmt.Errorf("audit log: %w", err)
	}
	return end, nil
}

// verifyLinks computes the chain behind one link up to another, and returns how far
// it holds.
func verifyLinks(ctx context.Context, db postgres.Pool, from, end auditEnd) (auditEnd, error) {
	last := from
	for last.seq < end.seq {
		links, names, err := readLinks(ctx, db, last.seq, end.seq)
		if err != nil {
			return last, err
		}
		if len(links) == 0 {
			return last, &BrokenAuditError{Seq: last.seq + 1, Reason: fmt.Sprintf("it is missing, and so is everything up to number %d", end.seq)}
		}
		for i, link := range links {
			if reason := link.Follows(last.seq, last.hash); reason != "" {
				return last, &BrokenAuditError{Seq: link.Seq, Entry: names[i], Reason: reason}
			}
			last = auditEnd{link.Seq, link.Hash}
		}
	}
	if last.hash != end.hash {
		return last, &BrokenAuditError{Seq: end.seq, Reason: "it is not the one with which the chain ended (audit_head)"}
	}
	return last, nil
}

// onlyThese looks for rows beside the chain.
func onlyThese(ctx context.Context, db postgres.Pool, from, end int64) error {
	var rows int64
	// What was removed has left none; before the first entry there can be none at all.
	if err := db.QueryRow(ctx, `select count(*) from audit_log where seq <= $2 and (seq > $1 or $1 = 0)`, from, end).Scan(&rows); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	if rows != end-from {
		return &BrokenAuditError{Seq: end, Reason: fmt.Sprintf("up to here there are %d rows: some are not in the chain", rows)}
	}
	return nil
}

// readLinks reads the next links after the one with the number seq, up to end, and
// their names.
func readLinks(ctx context.Context, db postgres.Pool, seq, end int64) (links []users.AuditLink, names []string, err error) {
	rows, err := db.Query(ctx, `select seq, previous, hash, id::text, (extract(epoch from at) * 1000000)::bigint::text,
			actor_id::text, action, target_id, detail, address, user_agent, request_id, outcome, id::text || ' at ' || at::text
		from audit_log where seq > $1 and seq <= $2 order by seq limit $3`, seq, end, verifyBatch)
	if err != nil {
		return nil, nil, fmt.Errorf("audit log: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		link, name := users.AuditLink{Fields: make([]*string, 10)}, ""
		targets := []any{&link.Seq, scanHash{&link.Previous}, scanHash{&link.Hash}}
		for i := range link.Fields {
			targets = append(targets, &link.Fields[i])
		}
		if err := rows.Scan(append(targets, &name)...); err != nil {
			return nil, nil, fmt.Errorf("audit log: %w", err)
		}
		links, names = append(links, link), append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("audit log: %w", err)
	}
	return links, names, nil
}

// scanHash reads a hash.
type scanHash struct{ hash *users.AuditHash }

// ScanBytes implements pgtype.BytesScanner.
func (s scanHash) ScanBytes(raw []byte) error {
	if copy(s.hash[:], raw) != len(s.hash) {
		return errors.New("a hash does not have 32 bytes")
	}
	return nil
}
