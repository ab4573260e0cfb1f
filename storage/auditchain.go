package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// The rows of the audit trail are a chain. Row number seq has the hash
//
//	SHA-256(hash of row seq-1, seq, at, id, actor, site, action, subject, address, before, after)
//
// where the hash before row 1 is 32 zero bytes; seq and at (microseconds since
// 1970) are 8 bytes, the highest first; and each text is its length in bytes,
// as 8 bytes likewise, and then its bytes in UTF-8. before and after are
// hashed as the text in the database, not as parsed JSON. No two rows have the
// same encoding, so a row that was changed, removed, inserted or moved shows in
// its own hash or in the next one. Whoever can write to the database can compute
// the whole chain anew: that shows in comparison with a hash that was noted
// elsewhere.
//
// A transaction adds its rows as the last thing before it commits. It then has
// every other lock that it needs: first those of comments, then those of
// counters in the order of their keys, last that of the chain's head. A
// transaction with the lock of the head waits for no other lock, so there is no
// deadlock, and the others wait for the head no longer than it takes to write
// the rows and to commit.

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

func (h chainHead) toModel() models.AuditHead {
	return models.AuditHead{Seq: h.seq, Hash: hex.EncodeToString(h.hash)}
}

// chainedAudit is an audit row with its place in the chain.
type chainedAudit struct {
	models.Audit
	hash []byte
}

var auditRows = sqldb.NewInsert("audit", "",
	sqldb.Int("seq", func(a chainedAudit) int64 { return a.Seq }),
	sqldb.Text("id", func(a chainedAudit) string { return a.ID }),
	sqldb.Int("at", func(a chainedAudit) int64 { return micros(a.At) }),
	sqldb.Text("actor", func(a chainedAudit) string { return a.Actor }),
	sqldb.Text("site", func(a chainedAudit) string { return a.Site }),
	sqldb.Text("action", func(a chainedAudit) string { return a.Action }),
	sqldb.Text("subject", func(a chainedAudit) string { return a.Subject }),
	sqldb.Text("address", func(a chainedAudit) string { return a.Address }),
	sqldb.Text("before", func(a chainedAudit) string { return string(a.Before) }),
	sqldb.Text("after", func(a chainedAudit) string { return string(a.After) }),
	sqldb.Bytes("hash", func(a chainedAudit) []byte { return a.hash }),
)

// appendToChain adds rows after the head, and moves it.
func (t *tx) appendToChain(head *chainHead, rows []models.Audit) error {
	chained := make([]chainedAudit, len(rows))
	for i, a := range rows {
		a.Seq = head.seq + 1
		*head = chainHead{a.Seq, chainHash(head.hash, a)}
		chained[i] = chainedAudit{a, head.hash}
	}
	return auditRows.Add(t, chained...)
}

// appendAudit writes the audit rows that the transaction has collected. Nothing
// but the commit comes after it.
func (t *tx) appendAudit() error {
	trail := t.auditRows
	t.auditRows = nil
	if len(trail) == 0 {
		return nil
	}
	head, err := sqldb.One(t, readHead, `SELECT seq, hash FROM audit_head`+t.ForUpdate())
	if err != nil {
		return fmt.Errorf("head of the audit trail: %w", err)
	}
	if err = t.appendToChain(&head, trail); t.IsDuplicate(err) {
		// Not a conflict that the caller could resolve, so the cause is not wrapped.
		return fmt.Errorf("the audit trail has rows after its head, verify it: %v", err)
	}
	if err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE audit_head SET seq = $1, hash = $2`, head.seq, head.hash)
	return err
}

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
		if err := t.appendToChain(&head, trail); err != nil {
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

// AuditHead returns the last row of the audit trail. Its hash, noted elsewhere,
// shows later whether the trail up to it has changed.
func (db *DB) AuditHead(ctx context.Context) (models.AuditHead, error) {
	head, err := read(ctx, db, func(t *tx) (chainHead, error) { return sqldb.One(t, readHead, `SELECT seq, hash FROM audit_head`) })
	return head.toModel(), err
}

// BrokenChain says where the audit trail differs from what was written.
type BrokenChain struct {
	Seq     int64 // of the first row at fault; 0: of the trail as a whole
	Problem string
}

func (e *BrokenChain) Error() string {
	if e.Seq == 0 {
		return "the audit trail is broken: " + e.Problem
	}
	return fmt.Sprintf("the audit trail is broken at row %d: %s", e.Seq, e.Problem)
}

// VerifyAudit recomputes the chain up to its present head, and returns that.
// expect, unless it is "", is the hash of an earlier head, which must be part of
// the chain. each is called with the number of each row that is correct, and
// with the number of rows. A fault of the chain is a *BrokenChain.
func (db *DB) VerifyAudit(ctx context.Context, expect string, each func(row, of int64)) (models.AuditHead, error) {
	type ends struct {
		head chainHead
		last int64
	}
	// In one statement, so that nothing is added between the two.
	now, err := read(ctx, db, func(t *tx) ([]ends, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (e ends, err error) {
			err = scan(&e.head.seq, &e.head.hash, &e.last)
			return e, err
		}, `SELECT seq, hash, coalesce((SELECT max(seq) FROM audit), 0) FROM audit_head`)
	})
	switch {
	case err != nil:
		return models.AuditHead{}, err
	case len(now) != 1:
		return models.AuditHead{}, &BrokenChain{Problem: fmt.Sprintf("it has %d heads", len(now))}
	case now[0].last > now[0].head.seq:
		return models.AuditHead{}, &BrokenChain{Seq: now[0].head.seq + 1, Problem: fmt.Sprintf("it is after the head, and so are all up to %d", now[0].last)}
	}
	head := now[0].head
	at, err := db.walkChain(ctx, head.seq, func(row chainHead) {
		if hex.EncodeToString(row.hash) == expect {
			expect = ""
		}
		each(row.seq, head.seq)
	})
	switch {
	case err != nil:
		return models.AuditHead{}, err
	case !bytes.Equal(at.hash, head.hash):
		return models.AuditHead{}, &BrokenChain{Seq: head.seq, Problem: "the head has another hash"}
	case expect != "":
		return models.AuditHead{}, &BrokenChain{Problem: "no row has the hash " + expect + ": rows were removed from the end, or the chain was computed anew"}
	}
	return head.toModel(), nil
}

var errEndOfChain = errors.New("end of the chain")

// walkChain recomputes the rows up to last, and returns the head that results.
// good is called with each row that is correct.
func (db *DB) walkChain(ctx context.Context, last int64, good func(chainHead)) (chainHead, error) {
	at := chainHead{hash: make([]byte, sha256.Size)}
	for a, err := range db.auditBySeq(ctx, math.MinInt64, func(*sqldb.Where) {}) {
		if err != nil {
			return at, err
		}
		want := at.seq + 1
		switch {
		case a.Seq > last:
			err = errEndOfChain
		case a.Seq < 1:
			err = &BrokenChain{Seq: a.Seq, Problem: "it is before the first row"}
		case a.Seq > want:
			err = &BrokenChain{Seq: want, Problem: "it is missing"}
		default:
			at = chainHead{want, chainHash(at.hash, a)}
			if hex.EncodeToString(at.hash) != a.Hash {
				err = &BrokenChain{Seq: want, Problem: "it was changed or replaced"}
			}
		}
		if errors.Is(err, errEndOfChain) {
			break
		}
		if err != nil {
			return at, err
		}
		good(at)
	}
	if at.seq < last {
		return at, &BrokenChain{Seq: at.seq + 1, Problem: "it is missing, and so are all up to the head"}
	}
	return at, nil
}
