package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// UndoArticleMerge takes a merge or a move back, the last one of its articles first.
// Comments that were written on the thread since stay where they were written: with
// the article that the other one was merged into; after a move, with the old id, unless
// the newer one had comments before and is an article of its own again. What the newsroom
// has said since of what one article got from the other goes back with it.
func (db *DB) UndoArticleMerge(ctx context.Context, by models.Caller, id string) (models.ArticleMerge, error) {
	return update(ctx, db, func(t *tx) (models.ArticleMerge, error) {
		m, err := locate(t, "article_merges", id, func(of key) (mergeRow, error) {
			return sqldb.One(t, readMerge, mergeColumns+` WHERE site = $1 AND id = $2`+t.ForUpdate(), of.site, of.id)
		})
		if err == nil && !by.CanSee(m.Site) {
			return m.ArticleMerge, models.Errorf(models.KindNotFound, "there is no such merge")
		}
		if err != nil {
			return m.ArticleMerge, notFoundIf(err, "there is no such merge")
		}
		if !m.UndoneAt.IsZero() {
			return m.ArticleMerge, models.Errorf(models.KindConflict, "this was undone already, by %s", m.UndoneBy)
		}
		from, into, err := t.lockTwo(m.Site, m.From, m.Into)
		if err != nil {
			return m.ArticleMerge, err
		}
		if from.MergedInto != m.Into || into.MergedInto != "" {
			return m.ArticleMerge, models.Errorf(models.KindConflict, "one of the articles was merged or moved again: undo that first")
		}
		if err := t.growVersions(affected(from, into), func() error { return t.undoMerge(m, into) }); err != nil {
			return m.ArticleMerge, err
		}
		m.UndoneBy, m.UndoneAt = by.String(), t.Now
		if _, err := t.UpdateRows("article_merges", key{m.Site, id}.where(), "undone_by", sqldb.SanitizeText(m.UndoneBy), "undone_at", micros(t.Now)); err != nil {
			return m.ArticleMerge, err
		}
		return m.ArticleMerge, t.tellMerge(by, m.ArticleMerge, "article.undo", m.moved)
	})
}

func (t *tx) undoMerge(m mergeRow, into models.ArticleEntry) error {
	ids := m.moved
	if m.Kind == models.MovedArticle { // the article's other ids go with it, the newer ones too
		all, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM articles WHERE site = $1 AND merged_into = $2 AND merged_into <> ''`, m.Site, m.Into)
		if err != nil {
			return err
		}
		if ids = all; m.replaced == nil {
			ids = append(ids, m.Into)
		}
	}
	if err := t.giveBack(m, into); err != nil {
		return err
	}
	if err := t.redirectIDs(m.Site, ids, m.From); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE articles SET section = (SELECT f.section FROM articles f WHERE f.site = $1 AND f.id = $2)
		WHERE site = $1 AND merged_into = $2 AND merged_into <> ''`, m.Site, m.From)
	return err
}

// giveBack gives an article that was merged or moved what the other one got from it, as
// it is now, and the other one what it had.
func (t *tx) giveBack(m mergeRow, into models.ArticleEntry) error {
	was := m.replaced
	switch {
	case was == nil && m.Kind == models.MovedArticle: // both ids are the same story
		return t.copyArticle(into, m.From)
	case was == nil && m.section == nil:
		return nil
	case was == nil: // it got nothing
		_, err := t.Exec(`UPDATE articles SET section = $1 WHERE site = $2 AND id = $3`, *m.section, m.Site, m.From)
		return err
	case m.Kind == models.MovedArticle:
		if err := t.copyArticle(into, m.From); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE articles SET added_at = $1, state = 'open', state_until = 0, closes_at = 0, keep_open = FALSE, shared_site = '', shared_id = '',
				surge = '', surge_until = 0 WHERE site = $2 AND id = $3`, was.AddedAt, m.Site, m.Into); err != nil {
			return err
		}
	default:
		if err := t.setDescription(m.Site, m.From, *stateOf(into)); err != nil {
			return err
		}
	}
	return t.setDescription(m.Site, m.Into, *was)
}
