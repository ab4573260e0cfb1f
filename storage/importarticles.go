package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// importedArticleRows never change what the newsroom has said or set here.
var importedArticleRows = sqldb.NewInsert("articles", `ON CONFLICT (site, id) DO UPDATE SET
	url = CASE WHEN `+undescribed+` THEN excluded.url ELSE articles.url END,
	title = CASE WHEN `+undescribed+` THEN excluded.title ELSE articles.title END,
	section = CASE WHEN `+undescribed+` THEN excluded.section ELSE articles.section END,
	described = articles.described OR excluded.described AND `+undescribed+`,
	published_at = CASE WHEN articles.published_at = 0 THEN excluded.published_at ELSE articles.published_at END,
	version = articles.version + CASE WHEN `+undescribed+` AND (excluded.url <> '' OR excluded.title <> '') THEN 1 ELSE 0 END`,
	sqldb.Text("site", func(a models.ArticleEntry) string { return a.Site }),
	sqldb.Text("id", func(a models.ArticleEntry) string { return a.ID }),
	sqldb.Text("url", func(a models.ArticleEntry) string { return a.URL }),
	sqldb.Text("title", func(a models.ArticleEntry) string { return a.Title }),
	sqldb.Text("section", func(a models.ArticleEntry) string { return a.Section }),
	sqldb.Bool("described", func(a models.ArticleEntry) bool { return a.Described }),
	sqldb.Text("merged_into", func(a models.ArticleEntry) string { return a.MergedInto }),
	sqldb.Text("state", func(a models.ArticleEntry) string { return string(a.State) }),
	sqldb.Int("state_until", func(a models.ArticleEntry) int64 { return micros(a.Until) }),
	sqldb.Bool("keep_open", func(a models.ArticleEntry) bool { return a.KeepOpen }),
	sqldb.Int("published_at", func(a models.ArticleEntry) int64 { return micros(a.PublishedAt) }),
	sqldb.Int("added_at", func(a models.ArticleEntry) int64 { return micros(a.AddedAt) }),
	sqldb.Int("closes_at", func(a models.ArticleEntry) int64 { return micros(a.ClosesAt) }),
	sqldb.Constant[models.ArticleEntry]("version", "1"),
	sqldb.Constant[models.ArticleEntry]("approved", "0"),
)

// ImportArticles stores articles of one site. Of those that are there it completes what
// nobody has said.
func (db *DB) ImportArticles(ctx context.Context, batch []models.ArticleEntry) error {
	return apply(ctx, db, func(t *tx) error { return importedArticleRows.Add(t, batch...) })
}

// ArticleURLs returns the addresses of articles of a site by their ids; of those that are not
// there, or have none, nothing.
func (db *DB) ArticleURLs(ctx context.Context, site string, ids []string) (map[string]string, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (map[string]string, error) {
		urls := map[string]string{}
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
			var url string
			err = scan(&id, &url)
			urls[id] = url
			return id, err
		}, `SELECT id, url FROM articles WHERE site = $2 AND url <> '' AND id`+t.InJSONList(1), jsonList(ids), site)
		return urls, err
	})
}

// ImportedLabel is a label of an archive, and the id of the comment that it is of.
type ImportedLabel struct {
	models.Label
	Comment string
}

// ImportCommentLabels stores labels of one site that are not there yet, unless the comment
// has one, or its text was removed.
func (db *DB) ImportCommentLabels(ctx context.Context, site string, batch []ImportedLabel) (added int, err error) {
	return update(ctx, db, func(t *tx) (int, error) {
		var comments []string
		for _, l := range batch {
			comments = append(comments, l.Comment)
		}
		taken, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT c.id FROM comments c WHERE c.id`+t.InJSONList(1)+` AND `+t.Unindexed("c.site")+` = $2
			AND (c.body = '' OR EXISTS (SELECT 1 FROM labels l WHERE l.site = c.site AND l.comment_id = c.id AND l.comment_id <> ''))`, jsonList(comments), site)
		if err != nil {
			return 0, err
		}
		skip := make(map[string]bool, len(taken))
		for _, id := range taken {
			skip[id] = true
		}
		var rows []labelRow
		for _, l := range batch {
			if l.Comment == "" || !skip[l.Comment] {
				rows = append(rows, labelRow{l.Label, l.Comment})
			}
		}
		ids, err := sqldb.AddReturning(t, newLabelRows, sqldb.ScanOne[string], func(r labelRow) string { return r.ID }, rows)
		return len(ids), err
	})
}
