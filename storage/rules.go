package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"winnow/models"
)

// Rules returns what a newsroom set for its site; the zero value when nothing.
func (db *DB) Rules(ctx context.Context, site string) (models.Rules, error) {
	return read(ctx, db, func(t *tx) (models.Rules, error) { return t.rules(site, "") })
}

func (t *tx) rules(site, lock string) (r models.Rules, err error) {
	text, err := one(t, scanOne[string], `SELECT rules FROM sites WHERE slug = $1`+lock, site)
	if err != nil {
		return r, notFoundIf(err, "there is no site %q", site)
	}
	return r, json.Unmarshal([]byte(text), &r)
}

// SetRules replaces the rules of a site. What models.Rules.Validate refuses is
// KindInvalid; the caller has compiled them.
func (db *DB) SetRules(ctx context.Context, by models.Caller, site string, r models.Rules) error {
	if err := r.Validate(); err != nil {
		return err
	}
	text, err := toJSON(r)
	if err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		old, err := t.rules(site, t.d.forUpdate)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE sites SET rules = $1 WHERE slug = $2`, text, site); err != nil {
			return err
		}
		return t.audit(by, site, "site.rules", site, auditRules(old, r), auditRules(r, old))
	})
}

// rulesTrail is what the audit trail keeps of rules: everything but the entries
// of long lists that other has too.
func auditRules(r, other models.Rules) models.Rules {
	r.BlockedWords.Words = without(r.BlockedWords.Words, other.BlockedWords.Words)
	r.SuspectWords.Words = without(r.SuspectWords.Words, other.SuspectWords.Words)
	r.BlockedDomains.Domains = without(r.BlockedDomains.Domains, other.BlockedDomains.Domains)
	r.Links.Allowed = without(r.Links.Allowed, other.Links.Allowed)
	return r
}

func without(list, other []string) []string {
	known := make(map[string]bool, len(other))
	for _, s := range other {
		known[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return known[s] })
}

// AuthorRecord returns what became of the comments of the author with this id on
// a site, and how many of the rejected ones were rejected since a time. Those
// are counted up to most.
func (db *DB) AuthorRecord(ctx context.Context, site, id string, since time.Time, most int) (r models.Record, lately int, err error) {
	type row struct {
		record models.Record
		lately int
	}
	found, err := read(ctx, db, func(t *tx) (row, error) {
		r, err := one(t, func(scan scanner) (r row, err error) {
			err = scan(&r.record.Approved, &r.record.Rejected, &r.record.Pending, &r.lately)
			return r, err
		}, `SELECT approved, rejected, pending, (SELECT count(*) FROM
				(SELECT 1 FROM comments WHERE site = $1 AND author_key = $2 AND status = 'rejected' AND updated_at >= $3 LIMIT $4) AS part)
			FROM authors WHERE site = $1 AND key = $2`,
			site, models.Author{ID: id}.Key(), micros(since), most)
		if errors.Is(err, sql.ErrNoRows) {
			return row{}, nil
		}
		return r, err
	})
	return found.record, found.lately, err
}
