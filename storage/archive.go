package storage

import (
	"context"
	"iter"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AllArticles streams all articles of a site, those that stand for another one too, by id.
func (db *DB) AllArticles(ctx context.Context, site string) iter.Seq2[models.ArticleEntry, error] {
	return sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]models.ArticleEntry, error) {
		return sqldb.List(t, readArticleEntry, articleColumns+` WHERE site = $1 AND id > $2 ORDER BY id LIMIT $3`, site, after.ID, sqldb.StreamPage)
	}, func(e models.ArticleEntry) sqldb.Position { return sqldb.Position{ID: e.ID} })
}

// ArchivedComment is a comment with what the filter did with it, before anybody decided.
type ArchivedComment struct {
	models.Comment
	InitialStatus models.Status
}

// ArchivedComments streams all comments of a site, oldest first.
func (db *DB) ArchivedComments(ctx context.Context, site string) iter.Seq2[ArchivedComment, error] {
	return sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]ArchivedComment, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c ArchivedComment, err error) {
			c.Comment, err = readComment(func(into ...any) error { return scan(append(into, &c.InitialStatus)...) })
			return c, err
		}, `SELECT `+commentColumns+`, c.machine`+commentTables+` WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`,
			site, after.At, after.ID, sqldb.StreamPage)
	}, func(c ArchivedComment) sqldb.Position { return sqldb.Position{At: micros(c.CreatedAt), ID: c.ID} })
}

// CommentLabels streams the labels of a site that are in force with their comments.
func (db *DB) CommentLabels(ctx context.Context, site string) iter.Seq2[ImportedLabel, error] {
	return sqldb.Stream(ctx, db.sql, 0, func(t *sqldb.Tx, after sqldb.Position) ([]ImportedLabel, error) {
		w := after.After("created_at")
		w.Add("site = ?", site)
		w.AddText("replaced_by = ''")
		return sqldb.List(t, readImportedLabel, labelColumns+`, comment_id FROM labels`+w.String()+sqldb.PageClause("created_at"), w.Args()...)
	}, func(l ImportedLabel) sqldb.Position { return sqldb.Position{At: micros(l.CreatedAt), ID: l.ID} })
}

func readImportedLabel(scan sqldb.Scanner) (l ImportedLabel, err error) {
	var comment string
	l.Label, err = readLabel(func(into ...any) error { return scan(append(into, &comment)...) })
	l.Comment = comment
	return l, err
}
