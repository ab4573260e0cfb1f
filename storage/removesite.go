package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// RemoveSite removes a site with all that belongs to it, except the audit trail. One
// that has comments is a conflict unless withComments is true. It takes as long as
// the site has rows.
func (db *DB) RemoveSite(ctx context.Context, by models.Caller, slug string, withComments bool) error {
	return apply(ctx, db, func(t *tx) error {
		site, err := t.site(slug, t.ForUpdate())
		if err != nil {
			return err
		}
		comments, err := sqldb.One(t, sqldb.ScanOne[int], `SELECT count(*) FROM (SELECT 1 FROM comments WHERE site = $1 LIMIT 1) AS first`, slug)
		if err != nil {
			return err
		}
		if comments > 0 && !withComments {
			return models.Errorf(models.KindConflict, "site %q has comments, which would be removed too", slug)
		}
		if err := t.removeRows(slug); err != nil {
			return err
		}
		return t.audit(by, slug, "site.remove", slug, auditSite(site), nil)
	})
}

// removeRows finds the tables in the schema, so that none is forgotten. Those that refer
// to others come before them.
func (t *tx) removeRows(slug string) error {
	ofSite, err := t.TablesWith("site")
	if err != nil {
		return err
	}
	// What its readers have reported on other sites.
	if _, err := t.Exec(`DELETE FROM flags WHERE reader_site = $1`, slug); err != nil {
		return err
	}
	last := []string{"comments", "bans"}
	ofSite = slices.DeleteFunc(ofSite, func(table string) bool {
		return slices.Contains(last, table) || table == "audit" || table == "audit_unchained"
	})
	for _, table := range append(ofSite, last...) {
		if _, err := t.Exec(`DELETE FROM `+table+` WHERE site = $1`, slug); err != nil {
			return err
		}
	}
	_, err = t.Exec(`DELETE FROM sites WHERE slug = $1`, slug)
	return err
}
