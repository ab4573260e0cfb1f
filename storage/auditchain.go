package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// The rows of the audit trail are chains: one for each site, and one for the
// installation. Row number seq of a chain has the hash
//
//	SHA-256(hash of row seq-1, seq, at, id, actor, site, action, subject, address, before, after)
//
// where the hash before row 1 is 32 zero bytes; seq and at (microseconds since
// 1970) are 8 bytes, the highest first; and each text is its length in bytes,
// as 8 bytes likewise, and then its bytes in UTF-8. before and after are
// hashed as the text in the database, not as parsed JSON. No two rows have the
// same encoding, so a row that was changed, removed, inserted or moved shows in
// its own hash or in the next one. All rows of a site's chain are of that site.
// Whoever can write to the database can compute a whole chain anew: that shows in
// comparison with a hash that was noted elsewhere. The chain of the installation
// has, from time to time, the heads of all others, so that its head is enough to
// be noted.
//
// A change writes its rows without a place in the chain, so that no two changes
// wait for each other. Sealing (SealAudit) gives rows their places soon after they
// are committed. The rows of changes that depend on each other are in their order,
// because n counts them as they are written, with the locks of what they change.

func chainHash(before []byte, a models.Audit) []byte {
	h := sha256.New()
	h.Write(before)
	number := func(n int64) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	number(a.Seq)
	number(micros(a.At))
	for _, text := range []string{a.ID, a.Actor, a.Site, a.Action, a.Subject, a.Address, string(a.Before), string(a.After)} {
		number(int64(len(text)))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

// chainHead is the last row of the chain.
type chainHead struct {
	seq  int64
	hash []byte
}

func readHead(scan sqldb.Scanner) (h chainHead, err error) {
	err = scan(&h.seq, &h.hash)
	return h, err
}

// chainedAudit is an audit row with its place in the one chain that there was before
// chains of sites.
type chainedAudit struct {
	models.Audit
	hash []byte
}

// auditFields are the columns of a row that its hash covers, but for seq.
func auditFields[R any](of func(R) models.Audit) []sqldb.Column[R] {
	text := func(name string, value func(models.Audit) string) sqldb.Column[R] {
		return sqldb.Text(name, func(r R) string { return value(of(r)) })
	}
	return []sqldb.Column[R]{
		text("id", func(a models.Audit) string { return a.ID }),
		sqldb.Int("at", func(r R) int64 { return micros(of(r).At) }),
		text("actor", func(a models.Audit) string { return a.Actor }),
		text("site", func(a models.Audit) string { return a.Site }),
		text("action", func(a models.Audit) string { return a.Action }),
		text("subject", func(a models.Audit) string { return a.Subject }),
		text("address", func(a models.Audit) string { return a.Address }),
		text("before", func(a models.Audit) string { return string(a.Before) }),
		text("after", func(a models.Audit) string { return string(a.After) }),
	}
}

var auditRows = sqldb.NewInsert("audit", "", append(
	auditFields(func(a models.Audit) models.Audit { return a }),
	sqldb.Text("chain", func(a models.Audit) string { return a.Site }),
)...)

// appendAudit writes the audit rows that the transaction has collected.
func (t *tx) appendAudit() error {
	trail := t.auditRows
	t.auditRows = nil
	return auditRows.Add(t, trail...)
}

// SealAudit gives the rows that are committed their places in their chains. Several
// nodes may do so at once. It costs nothing but a look when there are none.
func (db *DB) SealAudit(ctx context.Context) error {
	chains, err := read(ctx, db, func(t *tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT DISTINCT chain FROM audit WHERE seq IS NULL`)
	})
	if err != nil {
		return err
	}
	for _, chain := range chains {
		for more := true; more; {
			more, err = update(ctx, db, func(t *tx) (bool, error) { return t.seal(chain) })
			if models.KindOf(err) == models.KindConflict {
				err = errRowsAfterHead
			}
			if err != nil {
				return fmt.Errorf("audit trail of %s: %w", chainName(chain), err)
			}
		}
	}
	return nil
}

func chainName(chain string) string { return cmp.Or(chain, "the installation") }

// seal appends the rows of a page to a chain, and reports whether more may wait.
func (t *tx) seal(chain string) (bool, error) {
	// Who comes second waits here, and finds what the first has left.
	if err := t.Write(`INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, 0, $2) ON CONFLICT (chain) DO NOTHING`, chain, make([]byte, sha256.Size)); err != nil {
		return false, err
	}
	head, err := sqldb.One(t, readHead, `SELECT seq, hash FROM audit_heads WHERE chain = $1`+t.ForUpdate(), chain)
	if err != nil {
		return false, err
	}
	rows, err := sqldb.List(t, func(scan sqldb.Scanner) (r chainRow, err error) {
		r.Audit, err = readAudit(func(into ...any) error { return scan(append([]any{&r.n}, into...)...) })
		return r, err
	}, `SELECT n, 0, id, at, actor, site, action, subject, address, before, after, hash FROM audit
		WHERE chain = $1 AND seq IS NULL ORDER BY n LIMIT $2`, chain, sqldb.StreamPage)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	for i := range rows {
		r := &rows[i]
		r.Seq = head.seq + 1
		head = chainHead{r.Seq, chainHash(head.hash, r.Audit)}
		r.chain, r.sealed = chain, head.hash
	}
	if err := sealedRows.Change(t, rows...); err != nil {
		return false, err
	}
	return len(rows) == sqldb.StreamPage, t.Write(`UPDATE audit_heads SET seq = $1, hash = $2 WHERE chain = $3`, head.seq, head.hash, chain)
}

// chainRow is a row of the audit trail with what a chain adds to it.
type chainRow struct {
	n int64
	models.Audit
	chain  string
	sealed []byte
}

var sealedRows = sqldb.NewUpdate("audit", "seq = {seq}, hash = {hash}", "",
	sqldb.Text("chain", func(r chainRow) string { return r.chain }),
	sqldb.Int("n", func(r chainRow) int64 { return r.n }),
	sqldb.Int("seq", func(r chainRow) int64 { return r.Seq }),
	sqldb.Bytes("hash", func(r chainRow) []byte { return r.sealed }),
)

// errRowsAfterHead is not a conflict that a caller could resolve.
var errRowsAfterHead = errors.New("it has rows after its head, verify it")

// RecordAuditHeads writes the heads of all chains that have grown since the last time
// into the chain of the installation.
func (db *DB) RecordAuditHeads(ctx context.Context) error {
	if err := db.SealAudit(ctx); err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		heads, err := sqldb.List(t, readAuditHead, auditHeads+` WHERE seq > recorded AND chain <> ''`)
		if err != nil || len(heads) == 0 {
			return err
		}
		hashes := map[string]string{}
		for _, h := range heads {
			hashes[h.Site] = h.Hash
			if err := t.Write(`UPDATE audit_heads SET recorded = $1 WHERE chain = $2 AND recorded < $1`, h.Seq, h.Site); err != nil {
				return err
			}
		}
		return t.audit(models.System, "", headsAction, "", nil, hashes)
	})
}

// headsAction is the action of a row that has the hashes of heads by site.
const headsAction = "audit.heads"

const auditHeads = `SELECT chain, seq, hash FROM audit_heads`

func readAuditHead(scan sqldb.Scanner) (h models.AuditHead, err error) {
	var hash []byte
	err = scan(&h.Site, &h.Seq, &hash)
	h.Hash = hex.EncodeToString(hash)
	return h, err
}

// AuditHeads returns the last rows of the chains that the caller sees, that of the
// installation first. A hash, noted elsewhere, shows later whether a chain up to it has
// changed.
func (db *DB) AuditHeads(ctx context.Context, by models.Caller) ([]models.AuditHead, error) {
	if err := db.SealAudit(ctx); err != nil {
		return nil, err
	}
	heads, err := read(ctx, db, func(t *tx) ([]models.AuditHead, error) {
		return sqldb.List(t, readAuditHead, auditHeads+` ORDER BY chain`)
	})
	return slices.DeleteFunc(heads, func(h models.AuditHead) bool { return h.Site != "" && !by.CanSee(h.Site) }), err
}

var oneChainRows = sqldb.NewInsert("audit", "", append(
	auditFields(func(a chainedAudit) models.Audit { return a.Audit }),
	sqldb.Int("seq", func(a chainedAudit) int64 { return a.Seq }),
	sqldb.Bytes("hash", func(a chainedAudit) []byte { return a.hash }),
)...)

// migrateAuditChain moves the rows that are older than the chain into it, in the
// order of their times: from then on a change of them shows. Addresses of
// readers, which are not stored any more, are dropped.
func (t *tx) migrateAuditChain() error {
	head := chainHead{hash: make([]byte, sha256.Size)}
	for after, more := (sqldb.Position{}), true; more; {
		w := after.After("at")
		trail, err := sqldb.List(t, func(scan sqldb.Scanner) (a models.Audit, err error) {
			var at int64
			var before, then string
			err = scan(&a.ID, &at, &a.Actor, &a.Site, &a.Action, &a.Subject, &a.Address, &before, &then)
			a.At, a.Before, a.After = fromMicros(at), []byte(before), []byte(then)
			if strings.HasPrefix(a.Actor, string(models.ByOrigin)) {
				a.Address = ""
			}
			return a, err
		}, `SELECT id, at, actor, site, action, subject, address, before, after FROM audit_unchained`+w.String()+sqldb.PageClause("at"), w.Args()...)
		if err != nil {
			return err
		}
		chained := make([]chainedAudit, len(trail))
		for i, a := range trail {
			a.Seq = head.seq + 1
			head = chainHead{a.Seq, chainHash(head.hash, a)}
			chained[i] = chainedAudit{a, head.hash}
		}
		if err := oneChainRows.Add(t, chained...); err != nil {
			return err
		}
		if more = len(trail) == sqldb.StreamPage; more {
			after = sqldb.Position{At: micros(trail[len(trail)-1].At), ID: trail[len(trail)-1].ID}
		}
	}
	if _, err := t.Exec(`INSERT INTO audit_head (seq, hash) VALUES ($1, $2)`, head.seq, head.hash); err != nil {
		return err
	}
	_, err := t.Exec(`DROP TABLE audit_unchained`)
	return err
}
