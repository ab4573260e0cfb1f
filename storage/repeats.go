package storage

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	idempotencyTTL = 24 * time.Hour
	duplicateTTL   = 10 * time.Minute
)

// claim is a key under which a new comment is to be found when its post is repeated.
type claim struct {
	request *insertRequest
	key     string
}

// duplicatePrefix marks the keys that are in force for duplicateTTL.
const duplicatePrefix = "same "

// claims returns the keys of a request, the one that lasts first.
func (r *insertRequest) claims() []claim {
	claims := make([]claim, 0, 2)
	if r.IdempotencyKey != "" {
		claims = append(claims, claim{r, sqldb.SanitizeText(r.IdempotencyKey)})
	}
	if r.DuplicateKey != "" {
		claims = append(claims, claim{r, duplicatePrefix + sqldb.SanitizeText(r.DuplicateKey)})
	}
	return claims
}

// id is the key as the database stores it.
func (c claim) id() [2]string { return [2]string{c.request.Comment.Site, c.key} }

// ofDuplicate marks a key that was first used for a text that had been posted before.
var ofDuplicate = []byte{1}

// A key that is older than its time can be used again. The fingerprint is empty: what a key
// was for is part of it. It is ofDuplicate for a key whose comment was found by its text.
var claimRows = sqldb.NewInsert("idempotency",
	`ON CONFLICT (site, key) DO UPDATE SET fingerprint = excluded.fingerprint, comment_id = excluded.comment_id, created_at = excluded.created_at
	WHERE idempotency.created_at <= excluded.created_at - CASE WHEN excluded.key LIKE '`+duplicatePrefix+`%' THEN 600000000 ELSE 86400000000 END`,
	sqldb.Text("site", func(c claim) string { return c.request.Comment.Site }),
	sqldb.Text("key", func(c claim) string { return c.key }),
	sqldb.Bytes("fingerprint", func(claim) []byte { return []byte{} }),
	sqldb.Text("comment_id", func(c claim) string { return c.request.Comment.ID }),
	sqldb.Int("created_at", func(c claim) int64 { return c.request.at }),
).Returning("site, key")

// claimKeys stores the keys of a group, no two of which are the same, and loads the comments
// of those that were used before. When two nodes get the same key at the same moment, the
// insert makes one wait for the other.
func (t *tx) claimKeys(requests []*insertRequest, errs []error) error {
	var rows []claim
	for i, r := range requests {
		if errs[i] == nil {
			rows = append(rows, r.claims()...)
		}
	}
	// In the order of the keys, which prevents deadlocks between nodes.
	slices.SortFunc(rows, func(a, b claim) int { return comparePairs(a.id(), b.id()) })
	claimed, err := sqldb.AddReturning(t, claimRows, func(scan sqldb.Scanner) (key [2]string, err error) {
		err = scan(&key[0], &key[1])
		return key, err
	}, claim.id, rows)
	if err != nil || len(claimed) == len(rows) {
		return err
	}
	free := map[[2]string]bool{}
	for _, key := range claimed {
		free[key] = true
	}
	for i, r := range requests {
		if errs[i] == nil {
			if err := t.findRepeated(r, free); err != nil {
				return err
			}
		}
	}
	return nil
}

// findRepeated makes a request whose keys were not all free the comment that was stored
// before. Keys that were free are for that comment now.
func (t *tx) findRepeated(r *insertRequest, free map[[2]string]bool) error {
	var own []claim
	for _, c := range r.claims() {
		if free[c.id()] {
			own = append(own, c)
			continue
		}
		if r.result.replayed {
			continue // the key that lasts decides
		}
		var err error
		if r.result, err = t.replay([]claim{c}, 0, 0); err != nil {
			return err
		}
	}
	for _, c := range own {
		if !r.result.replayed {
			return nil
		}
		if _, err := t.Exec(`UPDATE idempotency SET comment_id = $1, fingerprint = $2 WHERE site = $3 AND key = $4`,
			r.result.comment.ID, ofDuplicate, r.Comment.Site, c.key); err != nil {
			return err
		}
	}
	return nil
}

// ReplayedComment returns what CreateComment would return for a post that was made before,
// or KindNotFound when it was not, or not with these keys.
func (db *DB) ReplayedComment(ctx context.Context, site, idempotencyKey, duplicateKey string) (models.Comment, models.Verdict, error) {
	r := &insertRequest{NewComment: NewComment{Comment: models.Comment{Site: site}, IdempotencyKey: idempotencyKey, DuplicateKey: duplicateKey}}
	stored, err := read(ctx, db, func(t *tx) (insertResult, error) {
		stored, err := t.replay(r.claims(), micros(t.Now.Add(-idempotencyTTL)), micros(t.Now.Add(-duplicateTTL)))
		return stored, notFoundIf(err, "nothing was posted under this key")
	})
	return stored.comment, stored.verdict, err
}

// replay returns what was stored under one of some keys of one site: after a time, or after
// another one for a duplicate. Without the browser when it was found by its text: whoever
// posts the same text from the same household need not be the same reader.
func (t *tx) replay(claims []claim, after, duplicateAfter int64) (insertResult, error) {
	keys := make([]string, len(claims))
	for i, c := range claims {
		keys[i] = c.key
	}
	type entry struct {
		key, id  string
		at       int64
		byOwnKey bool
	}
	found, err := sqldb.List(t, func(scan sqldb.Scanner) (e entry, err error) {
		err = scan(&e.key, &e.id, &e.at, &e.byOwnKey)
		return e, err
	}, `SELECT key, comment_id, created_at, length(fingerprint) = 0 AND key NOT LIKE '`+duplicatePrefix+`%' FROM idempotency WHERE key`+t.InJSONList(1)+` AND site = $2 ORDER BY key`, jsonList(keys), claims[0].request.Comment.Site)
	if err != nil {
		return insertResult{}, err
	}
	found = slices.DeleteFunc(found, func(e entry) bool {
		if strings.HasPrefix(e.key, duplicatePrefix) {
			return e.at <= duplicateAfter
		}
		return e.at <= after
	})
	if len(found) == 0 {
		return insertResult{}, sql.ErrNoRows
	}
	// It may be of this transaction, whose articles are not written yet.
	if err := t.flush(); err != nil {
		return insertResult{}, err
	}
	k, err := t.commentAt(key{claims[0].request.Comment.Site, found[0].id}, "")
	k.comment.Status, k.comment.Reason = k.initialState()
	if !found[0].byOwnKey {
		k.comment.Client.Browser = ""
	}
	return insertResult{k.comment, k.verdict, true}, err
}

// initialState returns the status and the reason that a comment had on arrival,
// whatever moderators and readers did since.
func (k commentRow) initialState() (models.Status, models.Reason) {
	switch {
	case k.initialStatus == models.Approved:
		return k.initialStatus, ""
	case k.verdict.Action == models.Approve:
		return k.initialStatus, cmp.Or(k.verdict.Reason, models.ReasonPremoderation)
	}
	return k.initialStatus, k.verdict.Reason
}
