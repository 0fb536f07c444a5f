package postgres_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/subgraphs/users/seal"
)

// sealKeys are those of tests; otherKeys have the same id.
const (
	sealKeys  = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	otherKeys = "k1:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
	newKeys   = "k2:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
)

func parseSealKeys(t *testing.T, text string) seal.Keys {
	t.Helper()
	keys, err := seal.ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// append3 adds three entries at a moment.
const append3 = `select audit_append(gen_random_uuid(), $1, gen_random_uuid(), 'a.b', 'x', 'y', '', '', '', 'DENIED') from generate_series(1, 3)`

// logAt adds entries to the audit log.
func (b *bundle) logAt(t *testing.T, at time.Time) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), append3, at); err != nil {
		t.Fatal(err)
	}
}

// sealIt seals the audit log.
func (b *bundle) sealIt(t *testing.T, keys seal.Keys) seal.Seal {
	t.Helper()
	made, err := postgres.SealAudit(t.Context(), b.pool, keys, b.now())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// tamper does what somebody can who owns the database and puts the triggers aside.
func (b *bundle) tamper(t *testing.T, change string) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), `set session_replication_role = replica; `+change+`; set session_replication_role = default`); err != nil {
		t.Fatal(err)
	}
}

func TestSealsTellWhatTheChainCannot(t *testing.T) {
	t.Parallel()
	const anew = `delete from audit_log; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex');
		select audit_append(gen_random_uuid(), now(), null, 'x.y', 'x', 'y', '', '', '', 'DENIED') from generate_series(1, 9)`
	const cut = `delete from audit_log where seq > 4; update audit_head set seq = 4, hash = (select hash from audit_log where seq = 4)`
	for _, c := range []struct {
		name, change, keys string
		want, next         string // of VerifySeals, and of the next SealAudit
	}{
		{"nothing", `select 1`, sealKeys, "", ""},
		{"without keys", `select 1`, "", "", ""},
		{"with other keys", `select 1`, otherKeys, "seal 1: it was changed", ""},
		{"with new keys beside the old", `select 1`, newKeys + "," + sealKeys, "", ""},
		{"with new keys alone", `select 1`, newKeys, "seal 1: it is signed with a key that is not known", ""},
		{"all of the log was written anew", anew, sealKeys, "entry 3, up to which it is, is another one", "entry 6, up to which it is, is another one"},
		{"the end was cut off", cut, sealKeys, "seal 2: entry 6, up to which it is, is missing", "the chain ends here, but was sealed up to entry 6"},
		{"the end was cut off, with its seal", cut + `; delete from audit_seals where n = 2`, sealKeys, "", ""},
		{"a seal was changed", `update audit_seals set at = at + interval '1 second' where n = 1`, sealKeys, "seal 1: it was changed", ""},
		{"the first seal was removed", `delete from audit_seals where n = 1`, sealKeys, "seal 2: the seal before it is missing", ""},
		{"a seal was made without the key", anew + `; delete from audit_seals; insert into audit_seals
			select 1, now(), seq, hash, false, decode(repeat('00', 32), 'hex'), '', '' from audit_head`, sealKeys, "seal 1: it is not signed, although there are keys", ""},
		{"an entry behind the newest seal", `update audit_log set detail = 'z' where seq = 8`, sealKeys, "", "entry 8 .* it was changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, unchanged)
			for range 2 {
				b.logAt(t, b.now())
				b.sealIt(t, parseSealKeys(t, sealKeys))
			}
			b.logAt(t, b.now())
			b.tamper(t, c.change)
			keys := parseSealKeys(t, c.keys)
			_, err := postgres.VerifySeals(t.Context(), b.pool, keys)
			wantSealError(t, "verify", err, c.want)
			made, err := postgres.SealAudit(t.Context(), b.pool, keys, b.now())
			wantSealError(t, "next", err, c.next)
			if err == nil && (made.Seq == 0 || (made.KeyID == "") != keys.Empty()) {
				t.Errorf("made %+v", made)
			}
		})
	}
}

func wantSealError(t *testing.T, what string, err error, want string) {
	t.Helper()
	var broken *postgres.BrokenAuditError
	var seal *postgres.BrokenSealError
	first, rest, _ := strings.Cut(want, ".*")
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != "" && (!errors.As(err, &broken) && !errors.As(err, &seal) || !strings.Contains(err.Error(), first) || !strings.Contains(err.Error(), rest)):
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// TestSealsAtTheSameTime has many seal the log at once: each number is there once.
func TestSealsAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.logAt(t, b.now())
	keys := parseSealKeys(t, sealKeys)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 3 {
				if _, err := postgres.SealAudit(t.Context(), b.pool, keys, b.now()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	newest, err := postgres.VerifySeals(t.Context(), b.pool, keys)
	if err != nil || newest.N < 3 || newest.N > 24 {
		t.Errorf("%d seals, %v", newest.N, err)
	}
	if _, err := b.pool.Exec(t.Context(), `delete from audit_seals`); err == nil {
		t.Error("seals can be removed")
	}
}

// TestOldPartitionsGoAndTheRestIsVerified removes the entries of two months out of
// four, and then of another one.
func TestOldPartitionsGoAndTheRestIsVerified(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	keys := parseSealKeys(t, sealKeys)
	month := time.Date(b.now().Year(), b.now().Month(), 10, 0, 0, 0, 0, time.UTC)
	for ago := range 4 {
		b.logAt(t, month.AddDate(0, ago-3, 0))
		b.sealIt(t, keys)
	}
	verify := func(entries, seals int64) {
		t.Helper()
		got, _, err := postgres.VerifyAudit(t.Context(), b.pool)
		newest, sealed := postgres.VerifySeals(t.Context(), b.pool, keys)
		if err != nil || sealed != nil || got != entries || newest.N != seals {
			t.Errorf("%d entries, %v; %d seals, %v; want %d and %d", got, err, newest.N, sealed, entries, seals)
		}
	}
	drop := func(months int, want, left int64) {
		t.Helper()
		dropped, err := postgres.DropAuditPartitions(t.Context(), b.pool, keys, b.now(), months)
		var entries int64
		if scanned := b.pool.QueryRow(t.Context(), `select count(*) from audit_log`).Scan(&entries); scanned != nil {
			t.Fatal(scanned)
		}
		if err != nil || dropped != want || entries != left {
			t.Errorf("%d partitions are dropped, %d entries are left, %v; want %d, %d", dropped, entries, err, want, left)
		}
	}
	verify(12, 4)
	drop(12, 0, 12)
	drop(1, 2, 6)
	drop(1, 0, 6)
	verify(12, 5)
	b.logAt(t, b.now())
	b.sealIt(t, keys)
	verify(15, 6)
	b.tamper(t, `update audit_log set detail = 'z' where seq = 7`)
	if _, err := postgres.DropAuditPartitions(t.Context(), b.pool, keys, b.now(), 0); err == nil {
		t.Error("what was changed is dropped")
	}
	b.tamper(t, `update audit_log set detail = 'y' where seq = 7`)
	drop(0, 1, 6)
	verify(15, 7)
	for _, want := range []int64{3, 0} {
		if made, err := postgres.MakeAuditPartitions(t.Context(), b.pool, b.now()); err != nil || made != want {
			t.Errorf("%d partitions are made, %v, want %d", made, err, want)
		}
	}
}
