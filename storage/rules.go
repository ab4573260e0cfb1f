package storage

import (
	"context"
	"encoding/json"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// Rules returns the rules of a site; the zero value when none are set.
func (db *DB) Rules(ctx context.Context, site string) (models.Rules, error) {
	return read(ctx, db, func(t *tx) (models.Rules, error) { return t.rules(site, "") })
}

func (t *tx) rules(site, lock string) (r models.Rules, err error) {
	text, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT rules FROM sites WHERE slug = $1`+lock, site)
	if err != nil {
		return r, notFoundIf(err, "there is no site %q", site)
	}
	err = json.Unmarshal([]byte(text), &r)
	return r.WithActions(), err
}

// SetRules replaces the rules of a site. What models.Rules.ValidateDocument refuses is
// KindInvalid; the caller has compiled them.
func (db *DB) SetRules(ctx context.Context, by models.Caller, site string, r models.Rules) error {
	if err := r.ValidateDocument(); err != nil {
		return err
	}
	text, err := toJSON(r)
	if err != nil {
		return err
	}
	return apply(ctx, db, func(t *tx) error {
		old, err := t.rules(site, t.ForUpdate())
		if err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE sites SET rules = $1 WHERE slug = $2`, text, site); err != nil {
			return err
		}
		return t.audit(by, site, "site.rules", site, auditRules(old, r), auditRules(r, old))
	})
}

// auditRules is what the audit trail stores of rules: everything but the entries
// of long lists that other has too.
func auditRules(r, other models.Rules) models.Rules {
	r.BlockedWords.Words = difference(r.BlockedWords.Words, other.BlockedWords.Words)
	r.SuspectWords.Words = difference(r.SuspectWords.Words, other.SuspectWords.Words)
	r.BlockedDomains.Domains = difference(r.BlockedDomains.Domains, other.BlockedDomains.Domains)
	r.Links.Allowed = difference(r.Links.Allowed, other.Links.Allowed)
	return r
}

func difference(list, other []string) []string {
	known := make(map[string]bool, len(other))
	for _, s := range other {
		known[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return known[s] })
}
