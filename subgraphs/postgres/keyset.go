package postgres

import (
	"bytes"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
)

// Below returns the moment and id for a comparison (at, id) < ($1, $2) of rows;
// without a position every row is below. One statement serves pages with and
// without cursors this way, and both bounds stay conditions of the index.
func Below(p *page.Position) (pgtype.Timestamptz, id.UUID) {
	if p == nil {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}, id.UUID(bytes.Repeat([]byte{0xff}, 16))
	}
	return pgtype.Timestamptz{Time: p.At, Valid: true}, p.ID
}

// Above is Below for the comparison (at, id) > ($1, $2).
func Above(p *page.Position) (pgtype.Timestamptz, id.UUID) {
	if p == nil {
		return pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}, id.UUID{}
	}
	return pgtype.Timestamptz{Time: p.At, Valid: true}, p.ID
}
