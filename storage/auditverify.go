package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"

	"winnow/models"
	"winnow/storage/sqldb"
)

// BrokenChain says where the audit trail differs from what was written.
type BrokenChain struct {
	Site    string // whose chain it is; empty: the installation's
	Seq     int64  // of the first row at fault; 0: of the chain as a whole
	Problem string
}

func (e *BrokenChain) Error() string {
	if e.Seq == 0 {
		return fmt.Sprintf("the audit trail of %s is broken: %s", chainName(e.Site), e.Problem)
	}
	return fmt.Sprintf("the audit trail of %s is broken at row %d: %s", chainName(e.Site), e.Seq, e.Problem)
}

// chainEnds are the head of a chain and the number of its last row.
type chainEnds struct {
	chain string
	head  chainHead
	last  int64
}

// VerifyAudit recomputes each chain up to its present head, and returns the heads.
// expect are hashes of earlier heads, each of which must be part of a chain. each is
// called with the number of rows that are correct so far, and with the number of
// rows. A fault is a *BrokenChain.
func (db *DB) VerifyAudit(ctx context.Context, expect []string, each func(row, of int64)) ([]models.AuditHead, error) {
	if err := db.SealAudit(ctx); err != nil && !errors.Is(err, errRowsAfterHead) {
		return nil, err
	}
	ends, err := db.chainEnds(ctx)
	if err != nil {
		return nil, err
	}
	v := verification{db: db, missing: map[string]string{}, each: each}
	for _, hash := range expect {
		v.missing[hash] = ""
	}
	for _, e := range ends {
		v.rows += e.head.seq
	}
	heads := make([]models.AuditHead, 0, len(ends))
	for _, e := range ends { // that of the installation first: it has hashes of the others
		if err := v.verify(ctx, e); err != nil {
			return nil, err
		}
		heads = append(heads, models.AuditHead{Site: e.chain, Seq: e.head.seq, Hash: hex.EncodeToString(e.head.hash)})
	}
	for hash, site := range v.missing {
		return nil, &BrokenChain{Site: site, Problem: "no row has the hash " + hash + ": rows were removed from the end, or the chain was computed anew"}
	}
	return heads, nil
}

// chainEnds returns the ends of all chains, that of the installation first.
func (db *DB) chainEnds(ctx context.Context) ([]chainEnds, error) {
	// In one statement, so that nothing is added between the two.
	ends, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]chainEnds, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (e chainEnds, err error) {
			err = scan(&e.chain, &e.head.seq, &e.head.hash, &e.last)
			return e, err
		}, `SELECT chain, seq, hash, coalesce((SELECT max(seq) FROM audit WHERE audit.chain = audit_heads.chain AND seq IS NOT NULL), 0) FROM audit_heads ORDER BY chain`)
	})
	if err != nil {
		return nil, err
	}
	// A site whose chain is gone was added in the installation's chain, by an earlier
	// version, or its chain was removed.
	lost, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT chain FROM audit WHERE seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.chain = audit.chain)
			UNION SELECT slug FROM sites WHERE NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.chain = slug)
			AND NOT EXISTS (SELECT 1 FROM audit WHERE chain = '' AND action = 'site.add' AND subject = slug) ORDER BY 1`)
	})
	switch {
	case err != nil:
		return nil, err
	case len(lost) > 0:
		return nil, &BrokenChain{Site: lost[0], Problem: "its head is missing"}
	}
	for _, e := range ends {
		if e.last > e.head.seq {
			return nil, &BrokenChain{Site: e.chain, Seq: e.head.seq + 1, Problem: fmt.Sprintf("it is after the head, and so are all up to %d", e.last)}
		}
	}
	return ends, nil
}

// verification is a walk over all chains.
type verification struct {
	db      *DB
	missing map[string]string // hashes that were not found so far, and the sites that they are of
	each    func(row, of int64)
	row     int64 // so many are correct
	rows    int64
}

// verify recomputes one chain.
func (v *verification) verify(ctx context.Context, e chainEnds) error {
	at, err := v.walk(ctx, e.chain, e.head.seq)
	if err == nil && !bytes.Equal(at.hash, e.head.hash) {
		err = &BrokenChain{Seq: e.head.seq, Problem: "the head has another hash"}
	}
	var broken *BrokenChain
	if errors.As(err, &broken) {
		broken.Site = e.chain
	}
	return err
}

// walk recomputes the rows up to last, and returns the head that results.
func (v *verification) walk(ctx context.Context, chain string, last int64) (chainHead, error) {
	at := chainHead{hash: make([]byte, sha256.Size)}
	for a, err := range v.db.chainRows(ctx, chain) {
		if err != nil {
			return at, err
		}
		if a.Seq > last {
			break
		}
		if at, err = v.next(at, chain, a); err != nil {
			return at, err
		}
	}
	if at.seq < last {
		return at, &BrokenChain{Seq: at.seq + 1, Problem: "it is missing, and so are all up to the head"}
	}
	return at, nil
}

// next verifies the row after a head, and returns the head that it becomes.
func (v *verification) next(at chainHead, chain string, a models.Audit) (chainHead, error) {
	want := at.seq + 1
	switch {
	case a.Seq < 1:
		return at, &BrokenChain{Seq: a.Seq, Problem: "it is before the first row"}
	case a.Seq > want:
		return at, &BrokenChain{Seq: want, Problem: "it is missing"}
	case chain != "" && a.Site != chain:
		return at, &BrokenChain{Seq: want, Problem: "it is of another site"}
	}
	at = chainHead{want, chainHash(at.hash, a)}
	if hex.EncodeToString(at.hash) != a.Hash {
		return at, &BrokenChain{Seq: want, Problem: "it was changed or replaced"}
	}
	delete(v.missing, a.Hash)
	if chain == "" && a.Action == headsAction {
		recorded := map[string]string{}
		if err := json.Unmarshal(a.After, &recorded); err != nil {
			return at, err
		}
		for site, hash := range recorded {
			v.missing[hash] = site
		}
	}
	v.row++
	v.each(v.row, v.rows)
	return at, nil
}

// chainRows streams the rows of a chain in its order.
func (db *DB) chainRows(ctx context.Context, chain string) iter.Seq2[models.Audit, error] {
	return sqldb.Stream(ctx, db.sql, math.MinInt64, func(t *sqldb.Tx, after sqldb.Position) ([]models.Audit, error) {
		return sqldb.List(t, readAudit, auditColumns+` WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3`, chain, after.At, sqldb.StreamPage)
	}, func(a models.Audit) sqldb.Position { return sqldb.Position{At: a.Seq} })
}
