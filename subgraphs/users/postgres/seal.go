package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/seal"
)

// BrokenSealError is the first seal of the audit log that does not hold.
type BrokenSealError struct {
	N      int64
	Reason string
}

// Error names the seal and says what is wrong with it.
func (e *BrokenSealError) Error() string { return fmt.Sprintf("audit log: seal %d: %s", e.N, e.Reason) }

// sealColumns are those that scanSeal reads.
const sealColumns = `n, at, seq, hash, cut, previous, key_id, signature`

func scanSeal(row pgx.CollectableRow) (s seal.Seal, err error) {
	err = row.Scan(&s.N, &s.At, &s.Seq, scanHash{&s.Hash}, &s.Cut, scanHash{&s.Previous}, &s.KeyID, &s.Signature)
	s.At = s.At.UTC()
	return s, err
}

// newestSeal returns the seal that was made last, the zero Seal if there is none.
func newestSeal(ctx context.Context, db postgres.Pool) (seal.Seal, error) {
	rows, err := db.Query(ctx, `select `+sealColumns+` from audit_seals order by n desc limit 1`)
	if err != nil {
		return seal.Seal{}, fmt.Errorf("audit log: seals: %w", err)
	}
	newest, err := pgx.CollectExactlyOneRow(rows, scanSeal)
	if errors.Is(err, pgx.ErrNoRows) {
		return seal.Seal{}, nil
	}
	if err != nil {
		return seal.Seal{}, fmt.Errorf("audit log: seals: %w", err)
	}
	return newest, nil
}

// SealAudit computes the chain of the audit log again from the entry of the newest
// seal to the end, and attests that it holds with another seal, which it returns. It
// makes one also when nothing was added: that there is none since an hour ago is
// noticed, too. If somebody else makes one at the same time, theirs stays. An error is
// a *BrokenAuditError or *BrokenSealError about what does not hold, or of the
// database.
func SealAudit(ctx context.Context, db postgres.Pool, keys seal.Keys, now time.Time) (seal.Seal, error) {
	newest, err := newestSeal(ctx, db)
	if err != nil {
		return seal.Seal{}, err
	}
	from := auditEnd{newest.Seq, newest.Hash}
	end, err := auditHead(ctx, db)
	if err != nil {
		return seal.Seal{}, err
	}
	if end.seq < from.seq {
		return seal.Seal{}, &BrokenAuditError{Seq: end.seq, Reason: fmt.Sprintf("the chain ends here, but was sealed up to entry %d", from.seq)}
	}
	if !newest.Cut && newest.Seq > 0 {
		if err := sealedEntry(ctx, db, newest); err != nil {
			return seal.Seal{}, err
		}
	}
	if _, err := verifyLinks(ctx, db, from, end); err != nil {
		return seal.Seal{}, err
	}
	next := keys.Next(newest, seal.Seal{At: now.UTC().Truncate(time.Microsecond), Seq: end.seq, Hash: end.hash})
	return next, insertSeal(ctx, db, next)
}

// insertSeal writes a seal, unless there is one with its number.
func insertSeal(ctx context.Context, db execer, s seal.Seal) error {
	if s.Signature == nil {
		s.Signature = []byte{}
	}
	_, err := db.Exec(ctx, `insert into audit_seals (`+sealColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
		s.N, s.At, s.Seq, s.Hash[:], s.Cut, s.Previous[:], s.KeyID, s.Signature)
	if err != nil {
		return fmt.Errorf("audit log: seals: %w", err)
	}
	return nil
}

// sealedEntry checks that the last entry that a seal is about is still the same.
func sealedEntry(ctx context.Context, db postgres.Pool, s seal.Seal) error {
	var hash users.AuditHash
	err := db.QueryRow(ctx, `select hash from audit_log where seq = $1`, s.Seq).Scan(scanHash{&hash})
	if errors.Is(err, pgx.ErrNoRows) {
		return &BrokenSealError{N: s.N, Reason: fmt.Sprintf("entry %d, up to which it is, is missing", s.Seq)}
	}
	if err != nil {
		return fmt.Errorf("audit log: seals: %w", err)
	}
	if hash != s.Hash {
		return &BrokenSealError{N: s.N, Reason: fmt.Sprintf("entry %d, up to which it is, is another one: the log was written anew", s.Seq)}
	}
	return nil
}

// VerifySeals checks every seal of the audit log, with the keys if there are any, and
// that the entries which they are about are still the same. It returns the newest, the
// zero Seal if there is none. Whether the entries themselves hold, VerifyAudit says. An
// error is a *BrokenSealError, or of the database.
func VerifySeals(ctx context.Context, db postgres.Pool, keys seal.Keys) (seal.Seal, error) {
	cut, err := cutSeal(ctx, db)
	if err != nil {
		return seal.Seal{}, err
	}
	rows, err := db.Query(ctx, `select `+sealColumns+`, (select bool_and(l.hash = s.hash) from audit_log l where l.seq = s.seq)
		from audit_seals s order by n`)
	if err != nil {
		return seal.Seal{}, fmt.Errorf("audit log: seals: %w", err)
	}
	defer rows.Close()
	var before seal.Seal
	for rows.Next() {
		var s seal.Seal
		var same *bool
		if err := rows.Scan(&s.N, &s.At, &s.Seq, scanHash{&s.Hash}, &s.Cut, scanHash{&s.Previous}, &s.KeyID, &s.Signature, &same); err != nil {
			return before, fmt.Errorf("audit log: seals: %w", err)
		}
		if err := keys.Check(before, s); err != nil {
			return before, &BrokenSealError{N: s.N, Reason: err.Error()}
		}
		switch {
		case s.Seq <= cut.Seq: // its entries were removed
		case same == nil:
			return before, &BrokenSealError{N: s.N, Reason: fmt.Sprintf("entry %d, up to which it is, is missing", s.Seq)}
		case !*same:
			return before, &BrokenSealError{N: s.N, Reason: fmt.Sprintf("entry %d, up to which it is, is another one: the log was written anew", s.Seq)}
		}
		before = s
	}
	if err := rows.Err(); err != nil {
		return before, fmt.Errorf("audit log: seals: %w", err)
	}
	if !keys.Empty() && before.N > 0 && before.KeyID == "" {
		return before, &BrokenSealError{N: before.N, Reason: "it is not signed, although there are keys"}
	}
	return before, nil
}

// cutSeal returns the newest seal that tells of entries that were removed, the zero
// Seal if there is none.
func cutSeal(ctx context.Context, db postgres.Pool) (seal.Seal, error) {
	rows, err := db.Query(ctx, `select `+sealColumns+` from audit_seals where cut order by n desc limit 1`)
	if err != nil {
		return seal.Seal{}, fmt.Errorf("audit log: seals: %w", err)
	}
	cut, err := pgx.CollectExactlyOneRow(rows, scanSeal)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return seal.Seal{}, fmt.Errorf("audit log: seals: %w", err)
	}
	return cut, nil
}
