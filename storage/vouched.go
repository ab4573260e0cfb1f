package storage

import (
	"cmp"
	"context"
	"iter"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// What counts as ham though nobody has looked at it.
const (
	vouchedPerSpam   = 3                    // comments for each spam or abuse label of the site, at most
	vouchedPerAuthor = 5                    // at most, so that no author has many of them
	vouchedAfter     = 5                    // approved comments of the author, where the site's rules do not say
	vouchedAge       = 24 * time.Hour       // in which a reader could report it
	vouchedSpan      = 180 * 24 * time.Hour // older comments are not read
)

// TrainingLabels streams what a model is trained on: all labels in force, and after
// them a few comments that nobody has looked at, as ham with
// models.SelectedVouched. These are published by the filter, not reported, at least
// a day old, and of authors with an identity of whom enough was approved and
// nothing rejected lately, as in models.AuthorRules. Each site has at most three for
// each of its spam and abuse labels, the newest. They are not stored.
func (db *DB) TrainingLabels(ctx context.Context) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		spam := map[string]int{} // by site
		for l, err := range db.Labels(ctx, "", time.Time{}) {
			if err == nil && l.Label != models.Ham {
				spam[l.Site]++
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
		sites, err := db.slugs(ctx)
		if err != nil {
			yield(models.Label{}, err)
			return
		}
		for _, site := range sites {
			for l, err := range db.vouchedLabels(ctx, site, vouchedPerSpam*spam[site]) {
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
	}
}

// vouchedLabels yields up to limit comments of a site as ham, newest first.
func (db *DB) vouchedLabels(ctx context.Context, site string, limit int) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		if limit == 0 {
			return
		}
		rules, err := db.Rules(ctx, site)
		if err != nil {
			yield(models.Label{}, err)
			return
		}
		byAuthor := map[string]int{}
		now := db.sql.Now()
		before := sqldb.Position{At: micros(now.Add(-vouchedAge))}
		for {
			page, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]models.Comment, error) {
				return t.vouchedComments(site, rules.Authors, before, micros(now.Add(-vouchedSpan)))
			})
			if err != nil {
				yield(models.Label{}, err)
				return
			}
			for _, c := range page {
				key := c.Author.Key()
				if byAuthor[key]++; byAuthor[key] > vouchedPerAuthor {
					continue
				}
				if limit--; !yield(vouchedLabel(c), nil) || limit == 0 {
					return
				}
			}
			if len(page) < sqldb.StreamPage {
				return
			}
			last := page[len(page)-1]
			before = sqldb.Position{At: micros(last.CreatedAt), ID: last.ID}
		}
	}
}

// vouchedComments returns a page of comments of trusted authors, newest first.
func (t *tx) vouchedComments(site string, rules models.AuthorRules, before sqldb.Position, since int64) ([]models.Comment, error) {
	days := cmp.Or(rules.TrustDays, models.DefaultTrustDays)
	return sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+` JOIN authors w ON w.site = c.site AND w.key = c.author_key
		WHERE c.site = $1 AND (c.created_at, c.id) < ($2, $3) AND c.created_at > $4
		AND c.status = 'approved' AND c.machine = 'approved' AND c.author_id <> '' AND c.flags = 0 AND c.body <> '' AND NOT c.redacted AND w.approved >= $5
		AND NOT EXISTS (SELECT 1 FROM comments r WHERE r.site = c.site AND r.author_key = c.author_key AND r.status = 'rejected' AND r.reason <> 'withdrawn' AND r.updated_at >= $6)
		AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.site = c.site AND l.comment_id = c.id AND l.comment_id <> '')
		ORDER BY c.created_at DESC, c.id DESC LIMIT $7`,
		site, before.At, before.ID, since, cmp.Or(rules.TrustAfter, vouchedAfter), micros(t.Now.AddDate(0, 0, -days)), sqldb.StreamPage)
}

func vouchedLabel(c models.Comment) models.Label {
	return models.Label{
		ID: "vouched:" + c.ID, Text: c.Body, Label: models.Ham, Author: c.Author.Name, AuthorEmail: c.Author.Email, AuthorURL: c.Author.URL,
		URL: c.Article.URL, Site: c.Site, Lang: c.Lang, Source: "vouched", CreatedAt: c.CreatedAt, SelectedBy: models.SelectedVouched,
	}
}
