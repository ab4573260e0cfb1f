package storage

import (
	"context"
	"math"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	sitePage  = 200 // comments that are read at once
	sitePages = 10  // in a flood of spam, the newest published comments are older than that
)

// SiteComments returns the newest public comments of a site, at most limit of them, with
// their articles. It looks at the newest comments of all kinds, no more than sitePages.
func (db *DB) SiteComments(ctx context.Context, site string, limit int) ([]models.Comment, error) {
	return read(ctx, db, func(t *tx) ([]models.Comment, error) {
		found := []models.Comment{}
		after := sqldb.Position{At: math.MaxInt64}
		for range sitePages {
			page, err := sqldb.List(t, func(scan sqldb.Scanner) (c models.Comment, err error) {
				into, done := commentInto(&c)
				err = scan(append(into, &c.Hidden)...)
				done()
				return c, err
			}, `SELECT `+commentColumns+`, `+isHidden+commentTables+` WHERE c.site = $1 AND (c.created_at, c.id) < ($2, $3)
				ORDER BY c.created_at DESC, c.id DESC LIMIT $4`, site, after.At, after.ID, sitePage)
			if err != nil {
				return nil, err
			}
			for _, c := range page {
				if c.Status == models.Approved && !c.Hidden {
					found = append(found, c)
				}
			}
			if len(found) >= limit || len(page) < sitePage {
				break
			}
			last := page[len(page)-1]
			after = sqldb.Position{At: micros(last.CreatedAt), ID: last.ID}
		}
		return found[:min(limit, len(found))], nil
	})
}

// ThreadMembers returns the articles that the thread of an article is read from, itself
// included when it is known.
func (db *DB) ThreadMembers(ctx context.Context, a models.ArticleRef) ([]models.ArticleRef, error) {
	members, err := read(ctx, db, func(t *tx) ([]threadMember, error) { return t.threadMembers(a.Site, a.Article) })
	refs := make([]models.ArticleRef, len(members))
	for i, m := range members {
		refs[i] = m.ArticleRef
	}
	return refs, err
}
