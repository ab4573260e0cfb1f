package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// MergeArticles makes one article of two of a site: from becomes an alias of into,
// and their comments one thread. Both must exist. It can be undone.
func (db *DB) MergeArticles(ctx context.Context, by models.Caller, site, from, into string) (models.ArticleMerge, error) {
	return db.redirect(ctx, by, site, from, func(t *tx, root string) (models.ArticleMerge, error) {
		target, err := t.article(site, into, "")
		if err != nil {
			return models.ArticleMerge{}, notFoundIf(err, "there is no article %q", into)
		}
		return t.mergeArticle(by, site, root, cmp.Or(target.MergedInto, target.ID))
	})
}

// MoveArticle gives an article another id, under which the newsroom must know nothing
// yet; comments that are there join those of the article. The old id becomes an alias of
// the new one. It can be undone.
func (db *DB) MoveArticle(ctx context.Context, by models.Caller, site, from, to string) (models.ArticleMerge, error) {
	return db.redirect(ctx, by, site, from, func(t *tx, root string) (models.ArticleMerge, error) {
		return t.moveArticle(by, site, root, to)
	})
}

func (db *DB) redirect(ctx context.Context, by models.Caller, site, from string, do func(t *tx, root string) (models.ArticleMerge, error)) (models.ArticleMerge, error) {
	if !by.CanSee(site) {
		return models.ArticleMerge{}, models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	return update(ctx, db, func(t *tx) (models.ArticleMerge, error) {
		e, err := t.article(site, from, "")
		if err != nil {
			return models.ArticleMerge{}, notFoundIf(err, "there is no article %q", from)
		}
		return do(t, cmp.Or(e.MergedInto, e.ID))
	})
}

// mergeArticle merges two articles that both stand for themselves.
func (t *tx) mergeArticle(by models.Caller, site, from, into string) (models.ArticleMerge, error) {
	if from == into {
		return models.ArticleMerge{}, models.Errorf(models.KindConflict, "%q and %q are one article already", from, into)
	}
	old, target, err := t.lockTwo(site, from, into)
	if err != nil {
		return models.ArticleMerge{}, err
	}
	if old.MergedInto != "" || target.MergedInto != "" { // another transaction was first
		return models.ArticleMerge{}, models.Errorf(models.KindConflict, "one of the articles has just been merged")
	}
	var replaced *replacedState
	// Somebody may have commented under an id before the newsroom used it, with a title.
	if old.Described && !target.Described {
		replaced = stateOf(target)
		if err := t.setDescription(target.Site, target.ID, *stateOf(old)); err != nil {
			return models.ArticleMerge{}, err
		}
		target.Section = old.Section
	}
	return t.point(by, models.MergedArticle, old, target, replaced)
}

// onlyPagesKnow reports whether the newsroom has said nothing at all of an id. What
// strangers wrote there must not decide what becomes of an article that gets it.
func (t *tx) onlyPagesKnow(e models.ArticleEntry) (bool, error) {
	if e.MergedInto != "" || !e.WithoutEnded(t.Now).OnlyPagesKnow() {
		return false, nil
	}
	aliases, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM articles WHERE site = $1 AND merged_into = $2 AND merged_into <> '' LIMIT 1`, e.Site, e.ID)
	return len(aliases) == 0, err
}

// replacedState is what an article was before it got the description of another one, and
// with a move its settings too, having none. As JSON it is in article_merges.replaced.
type replacedState struct {
	Title, URL, Section string
	PublishedAt         int64
	Described           bool
	NamedBy             string
	AddedAt             int64
}

func stateOf(e models.ArticleEntry) *replacedState {
	return &replacedState{
		Title: e.Title, URL: e.URL, Section: e.Section, PublishedAt: micros(e.PublishedAt),
		Described: e.Described, NamedBy: e.NamedBy, AddedAt: micros(e.AddedAt),
	}
}

// setDescription sets what an article is called.
func (t *tx) setDescription(site, id string, d replacedState) error {
	_, err := t.Exec(`UPDATE articles SET title = $1, url = $2, section = $3, published_at = $4, described = $5, named_by = $6, version = version + 1
		WHERE site = $7 AND id = $8`, d.Title, d.URL, d.Section, d.PublishedAt, d.Described, d.NamedBy, site, id)
	return err
}

// lockTwo locks two articles in the order of their ids, and adds them when missing.
func (t *tx) lockTwo(site, a, b string) (first, second models.ArticleEntry, err error) {
	if a > b {
		second, first, err = t.lockTwo(site, b, a)
		return first, second, err
	}
	if first, err = t.lockArticle(site, a); err != nil {
		return first, second, err
	}
	second, err = t.lockArticle(site, b)
	return first, second, err
}

// point makes an article, and all ids that stand for it, stand for another one.
func (t *tx) point(by models.Caller, kind models.MergeKind, from, into models.ArticleEntry, replaced *replacedState) (models.ArticleMerge, error) {
	m := models.ArticleMerge{ID: NewID(from.Site), Kind: kind, Site: from.Site, From: from.ID, Into: into.ID, By: by.String(), CreatedAt: t.Now}
	moved, err := sqldb.List(t, sqldb.ScanOne[string],
		`SELECT id FROM articles WHERE site = $1 AND merged_into = $2 AND merged_into <> '' ORDER BY id`, from.Site, from.ID)
	if err != nil {
		return m, err
	}
	moved = append(moved, from.ID)
	err = t.growVersions(affected(from, into), func() error {
		if err := t.redirectIDs(from.Site, moved, into.ID); err != nil {
			return err
		}
		_, err := t.Exec(`UPDATE articles SET section = $1 WHERE site = $2 AND merged_into = $3 AND merged_into <> ''`, into.Section, from.Site, into.ID)
		if err == nil && from.ActiveAt.After(into.ActiveAt) {
			_, err = t.Exec(`UPDATE articles SET active_at = $1 WHERE site = $2 AND id = $3`, micros(from.ActiveAt), from.Site, into.ID)
		}
		return err
	})
	if err != nil {
		return m, err
	}
	list, err := toJSON(moved)
	if err != nil {
		return m, err
	}
	was := ""
	if replaced != nil {
		if was, err = toJSON(replaced); err != nil {
			return m, err
		}
	}
	if _, err := t.InsertRow("article_merges", "",
		"id", m.ID, "site", m.Site, "kind", string(kind), "from_id", m.From, "into_id", m.Into, "moved", list, "replaced", was, "section", from.Section,
		"made_by", sqldb.SanitizeText(m.By), "created_at", micros(t.Now), "undone_by", "", "undone_at", 0,
	); err != nil {
		return m, err
	}
	return m, t.tellMerge(by, m, "article."+string(kind), moved)
}

// affected are the threads that a merge changes.
func affected(articles ...models.ArticleEntry) (threads []models.ArticleRef) {
	for _, e := range articles {
		threads = append(threads, models.ArticleRef{Site: e.Site, Article: e.ID})
		if e.Shares != nil {
			threads = append(threads, *e.Shares)
		}
	}
	return threads
}

func (t *tx) redirectIDs(site string, ids []string, into string) error {
	_, err := t.Exec(`UPDATE articles SET merged_into = CASE WHEN id = $3 THEN '' ELSE $3 END WHERE id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site, into)
	return err
}

// maxMergeEvents is for how many ids other nodes are told at once that they stand for
// another article. With more, they learn it when what they know of an id expires.
const maxMergeEvents = 100

func (t *tx) tellMerge(by models.Caller, m models.ArticleMerge, action string, ids []string) error {
	if err := t.audit(by, m.Site, action, m.From, nil, map[string]any{"into": m.Into, "merge": m.ID}); err != nil {
		return err
	}
	var events []models.Event
	for _, id := range append(slices.Clone(ids[max(0, len(ids)-maxMergeEvents):]), m.Into) {
		events = append(events, t.newEvent(models.ArticleChanged, m.Site, id, id, ""))
	}
	return eventRows.Add(t, events...)
}

// moveArticle gives an article that stands for itself another id.
func (t *tx) moveArticle(by models.Caller, site, from, to string) (models.ArticleMerge, error) {
	if from == to {
		return models.ArticleMerge{}, models.Errorf(models.KindConflict, "the article has this id already")
	}
	old, target, err := t.lockTwo(site, from, to)
	if err != nil {
		return models.ArticleMerge{}, err
	}
	if old.MergedInto != "" {
		return models.ArticleMerge{}, models.Errorf(models.KindConflict, "the article has just been merged")
	}
	var replaced *replacedState
	if target.MergedInto == from { // it was an alias: the two change places
		if _, err := t.Exec(`UPDATE articles SET merged_into = '' WHERE site = $1 AND id = $2`, site, to); err != nil {
			return models.ArticleMerge{}, err
		}
		target.MergedInto = ""
	} else if free, err := t.onlyPagesKnow(target); err != nil {
		return models.ArticleMerge{}, err
	} else if !free {
		return models.ArticleMerge{}, models.Errorf(models.KindConflict, "there is an article %q already: merge the two", to)
	} else if hasComments(target) {
		replaced = stateOf(target)
	}
	if err := t.copyArticle(old, to); err != nil {
		return models.ArticleMerge{}, err
	}
	target.Section = old.Section
	return t.point(by, models.MovedArticle, old, target, replaced)
}

func hasComments(e models.ArticleEntry) bool { return e.Approved+e.Rejected+e.Pending > 0 }

// copyArticle gives an article all that is known of another one of its site and set
// for it, also by the site that it shares its thread with.
func (t *tx) copyArticle(from models.ArticleEntry, to string) error {
	if _, err := t.Exec(`UPDATE articles SET (url, title, section, described, named_by, published_at, added_at, state, state_until, closes_at, keep_open,
			shared_site, shared_id, surge, surge_until, active_at) = (SELECT f.url, f.title, f.section, f.described, f.named_by, f.published_at, f.added_at, f.state,
			f.state_until, f.closes_at, f.keep_open, f.shared_site, f.shared_id, f.surge, f.surge_until,
			CASE WHEN f.active_at > articles.active_at THEN f.active_at ELSE articles.active_at END FROM articles f WHERE f.site = $1 AND f.id = $2)
		WHERE site = $1 AND id = $3`, from.Site, from.ID, to); err != nil || from.Shares == nil {
		return err
	}
	_, err := t.Exec(`UPDATE articles SET shared_id = $1 WHERE site = $2 AND id = $3 AND shared_site = $4 AND shared_id = $5`,
		to, from.Shares.Site, from.Shares.Article, from.Site, from.ID)
	return err
}

// setCanonical makes an article stand for another id, which need not exist, and
// returns the id that it stands for then.
func (t *tx) setCanonical(by models.Caller, site, from, canonical string) (root string, err error) {
	if canonical == from {
		return from, nil
	}
	e, err := t.lockArticle(site, canonical)
	if err != nil {
		return from, err
	}
	free, err := t.onlyPagesKnow(e)
	if err != nil {
		return from, err
	}
	if free && hasComments(e) { // an id of which nothing is known brings nothing along
		old, err := t.article(site, from, "")
		if err != nil {
			return from, err
		}
		free = !old.WithoutEnded(t.Now).OnlyPagesKnow()
	}
	if free || e.MergedInto == from {
		_, err = t.moveArticle(by, site, from, canonical)
		return canonical, err
	}
	root = cmp.Or(e.MergedInto, canonical)
	_, err = t.mergeArticle(by, site, from, root)
	return root, err
}

// addAlias makes an id stand for an article, and reports whether it did not yet.
func (t *tx) addAlias(by models.Caller, site, alias, root string) (differs bool, err error) {
	e, err := t.lockArticle(site, alias)
	switch {
	case err != nil || alias == root || e.MergedInto == root:
		return false, err
	case e.MergedInto != "":
		return false, models.Errorf(models.KindConflict, "%q is an alias of the article %q", alias, e.MergedInto)
	}
	_, err = t.mergeArticle(by, site, alias, root)
	return true, err
}

const mergeColumns = `SELECT id, kind, site, from_id, into_id, made_by, created_at, undone_by, undone_at, moved, replaced, section FROM article_merges`

type mergeRow struct {
	models.ArticleMerge
	moved    []string
	replaced *replacedState // nil: nothing
	section  *string        // of the article that was merged or moved; nil: not known
}

func readMerge(scan sqldb.Scanner) (m mergeRow, err error) {
	var created, undone int64
	var moved, replaced string
	if err = scan(&m.ID, &m.Kind, &m.Site, &m.From, &m.Into, &m.By, &created, &m.UndoneBy, &undone, &moved, &replaced, &m.section); err != nil {
		return m, err
	}
	m.CreatedAt, m.UndoneAt = fromMicros(created), nullTime(undone)
	if replaced != "" {
		if err := json.Unmarshal([]byte(replaced), &m.replaced); err != nil {
			return m, err
		}
	}
	return m, json.Unmarshal([]byte(moved), &m.moved)
}

// ArticleMerges returns the last merges and moves of a site, the newest first, with
// those that were undone; of one article when its id is not "".
func (db *DB) ArticleMerges(ctx context.Context, by models.Caller, site, article string, limit int) ([]models.ArticleMerge, error) {
	if !by.CanSee(site) {
		return nil, models.Errorf(models.KindNotFound, "there is no site %q", site)
	}
	return readFor(ctx, db, sqldb.Desk, func(t *tx) ([]models.ArticleMerge, error) {
		var w sqldb.Where
		w.Add("site = ?", site)
		if article != "" {
			w.Add("(from_id = ? OR into_id = ?)", article, article)
		}
		all := []models.ArticleMerge{}
		rows, err := sqldb.List(t, readMerge, mergeColumns+w.String()+" ORDER BY id DESC LIMIT "+w.Arg(sqldb.PageSize(limit)), w.Args()...)
		for _, m := range rows {
			all = append(all, m.ArticleMerge)
		}
		return all, err
	})
}

// mergeSpellings merges articles whose ids differ only in what models.ArticleID
// removes, and gives those with no other spelling their right id.
func (t *tx) mergeSpellings() error {
	type key struct{ site, id string }
	readKey := func(scan sqldb.Scanner) (k key, err error) { err = scan(&k.site, &k.id); return k, err }
	for after, more := (key{}), true; more; {
		page, err := sqldb.List(t, readKey, `SELECT site, id FROM articles WHERE (site, id) > ($1, $2) ORDER BY site, id LIMIT $3`, after.site, after.id, sqldb.StreamPage)
		if err != nil {
			return err
		}
		for _, k := range page {
			after = k
			id := models.ArticleID(k.id)
			if id == k.id {
				continue
			}
			if _, err := t.Exec(`INSERT INTO articles (site, id, url, title, version, approved, section, state, state_until, surge, surge_until, active_at, added_at)
				SELECT site, $3, url, title, 1, 0, section, state, state_until, surge, surge_until, active_at, added_at FROM articles
				WHERE site = $1 AND id = $2 ON CONFLICT (site, id) DO NOTHING`, k.site, k.id, id); err != nil {
				return err
			}
			if _, err := t.Exec(`UPDATE articles SET merged_into = $3 WHERE site = $1 AND id = $2`, k.site, k.id, id); err != nil {
				return err
			}
		}
		more = len(page) == sqldb.StreamPage
	}
	return nil
}
