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
// the one that is the last when it begins, and returns their number and the last
// hash. Whoever keeps that elsewhere notices also if the whole log is replaced. An
// error is a *BrokenAuditError about the first link that does not hold, or of the
// database.
func VerifyAudit(ctx context.Context, db postgres.Pool) (entries int64, last users.AuditHash, err error) {
	var end int64
	var endHash users.AuditHash
	err = db.QueryRow(ctx, `select seq, hash from audit_head`).Scan(&end, scanHash{&endHash})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, last, &BrokenAuditError{Seq: 0, Reason: "the end of the chain (audit_head) is missing"}
	}
	if err != nil {
		return 0, last, fmt.Errorf("audit log: %w", err)
	}
	for entries < end {
		links, names, err := readLinks(ctx, db, entries, end)
		if err != nil {
			return entries, last, err
		}
		if len(links) == 0 {
			return entries, last, &BrokenAuditError{Seq: entries + 1, Reason: fmt.Sprintf("it is missing, and so is everything up to number %d", end)}
		}
		for i, link := range links {
			if reason := link.Follows(entries, last); reason != "" {
				return entries, last, &BrokenAuditError{Seq: link.Seq, Entry: names[i], Reason: reason}
			}
			entries, last = link.Seq, link.Hash
		}
	}
	if err := onlyThese(ctx, db, end); err != nil {
		return entries, last, err
	}
	if last != endHash {
		return entries, last, &BrokenAuditError{Seq: end, Reason: "it is not the one with which the chain ended (audit_head)"}
	}
	return entries, last, nil
}

// onlyThese looks for rows beside the chain.
func onlyThese(ctx context.Context, db postgres.Pool, end int64) error {
	var rows int64
	if err := db.QueryRow(ctx, `select count(*) from audit_log where seq <= $1`, end).Scan(&rows); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	if rows != end {
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
