package storage

import (
	"cmp"
	"maps"
	"slices"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// threadChanges are what a transaction changes of the threads of an article: whoever
// takes a comment down hides the replies below it, and they come back with it. A comment
// that its author had erased hides and shows nothing, so its replies stay as they are.
type threadChanges struct {
	shown   []string // comments that became public
	hidden  []string // comments that are public no more
	replies []string // new replies
	recount bool     // a hidden reply may have another status
}

// onStatusChange notes what a comment that had another status does to the replies below it,
// and to what its article is called: it may have been published once.
func (s *counterDeltas) onStatusChange(old, c models.Comment) {
	if old.Status != models.Rejected && c.Status == models.Rejected && c.Reason != models.ReasonErased {
		s.onRejection(c)
	}
	was, is := old.Status == models.Approved, c.Status == models.Approved
	if was == is {
		return
	}
	add(&s.threads, [2]string{c.Site, cmp.Or(c.PostedOn, c.Article.ID)}, func(d *threadChanges) {
		d.recount = true
		switch {
		case is:
			d.shown = append(d.shown, c.ID)
		case c.Reason != models.ReasonErased:
			d.hidden = append(d.hidden, c.ID)
		}
	})
}

// onReply notes a new reply.
func (s *counterDeltas) onReply(c models.Comment) {
	if c.ParentID != "" {
		add(&s.threads, [2]string{c.Site, cmp.Or(c.PostedOn, c.Article.ID)}, func(d *threadChanges) { d.replies = append(d.replies, c.ID) })
	}
}

// updateThreads hides and shows replies. The rows of their articles must be written
// before: transactions that change the same thread then wait for each other there, and
// each sees what the one before has done.
func (t *tx) updateThreads(threads map[[2]string]threadChanges) error {
	if len(threads) == 0 {
		return nil
	}
	var all threadChanges
	recount := map[string][]string{} // ids of articles by site
	for key, d := range threads {
		all.shown = append(all.shown, d.shown...)
		all.hidden = append(all.hidden, d.hidden...)
		all.replies = append(all.replies, d.replies...)
		if d.recount {
			recount[key[0]] = append(recount[key[0]], key[1])
		}
	}
	for _, change := range []func() ([][2]string, error){
		func() ([][2]string, error) { return t.showBelow(all.shown) },
		func() ([][2]string, error) { return t.hideBelow(all.hidden) },
		func() ([][2]string, error) { return t.hideReplies(all.replies) },
	} {
		changed, err := change()
		if err != nil {
			return err
		}
		for _, key := range changed {
			recount[key[0]] = append(recount[key[0]], key[1])
		}
	}
	for _, site := range slices.Sorted(maps.Keys(recount)) {
		if _, err := t.Exec(`UPDATE articles SET version = version + 1, hidden = (SELECT count(*) FROM hidden_replies h JOIN comments c ON c.id = h.comment_id
				WHERE h.site = articles.site AND h.article = articles.id AND c.status = 'approved')
			WHERE id`+t.InJSONList()+` AND site = $2
				AND (hidden <> 0 OR EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = articles.site AND h.article = articles.id))`,
			jsonList(recount[site]), site); err != nil {
			return err
		}
	}
	return nil
}

// hideBelow hides all replies below comments. It returns site and id of the articles
// that they were posted on, as showBelow and hideReplies do: an article that was merged
// into another has replies to its comments there.
func (t *tx) hideBelow(ids []string) ([][2]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.List(t, readArticleKey, `INSERT INTO hidden_replies (comment_id, site, article)
		WITH RECURSIVE below (id, site, article) AS (
			SELECT id, site, article FROM comments WHERE parent_id <> '' AND parent_id`+t.InJSONList()+`
			UNION SELECT r.id, r.site, r.article FROM below CROSS JOIN comments r WHERE r.parent_id = below.id AND r.parent_id <> '')
		SELECT id, site, article FROM below WHERE TRUE ON CONFLICT (comment_id) DO NOTHING RETURNING site, article`, jsonList(ids))
}

// showBelow shows the replies below comments that are not hidden themselves, down to
// those that are not public.
func (t *tx) showBelow(ids []string) ([][2]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.List(t, readArticleKey, `DELETE FROM hidden_replies WHERE comment_id IN (
		WITH RECURSIVE below (id, open) AS (
			SELECT r.id, r.status = 'approved' OR r.reason = 'erased' FROM comments r WHERE r.parent_id <> '' AND r.parent_id`+t.InJSONList()+`
				AND NOT EXISTS (SELECT 1 FROM hidden_replies h WHERE h.comment_id = r.parent_id)
			UNION SELECT r.id, r.status = 'approved' OR r.reason = 'erased' FROM below CROSS JOIN comments r
				WHERE below.open AND r.parent_id = below.id AND r.parent_id <> '')
		SELECT id FROM below) RETURNING site, article`, jsonList(ids))
}

func readArticleKey(scan sqldb.Scanner) (key [2]string, err error) {
	err = scan(&key[0], &key[1])
	return key, err
}

// hideReplies hides new replies whose parent is not public, and returns site and id of
// their articles: to an own comment that waits, or to one that was taken down meanwhile.
func (t *tx) hideReplies(ids []string) ([][2]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.List(t, readArticleKey, `INSERT INTO hidden_replies (comment_id, site, article)
		SELECT r.id, r.site, r.article FROM comments r JOIN comments p ON p.id = r.parent_id WHERE r.id`+t.InJSONList()+`
			AND (p.status <> 'approved' AND p.reason <> 'erased' OR EXISTS (SELECT 1 FROM hidden_replies h WHERE h.comment_id = p.id))
		ON CONFLICT (comment_id) DO NOTHING RETURNING site, article`, jsonList(ids))
}

// parentComment is what a reply must know of the comment that it answers.
type parentComment struct {
	comment models.Comment
	public  bool
}

// validateParents refuses replies that do not answer a comment of their own thread
// which is public, or was written by the same reader. Nobody learns whether there is one
// that is not.
func (t *tx) validateParents(requests []*insertRequest, errs []error) error {
	var ids []string
	for _, request := range requests {
		if request.Comment.ParentID != "" {
			ids = append(ids, request.Comment.ParentID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var w sqldb.Where
	w.In("c.id", ids)
	found, err := sqldb.List(t, func(scan sqldb.Scanner) (p parentComment, err error) {
		c := &p.comment
		err = scan(&c.ID, &c.Site, &c.Article.ID, &c.Author.ID, &c.Author.Name, &c.Client.Hash, &c.Client.Browser, &p.public)
		return p, err
	}, `SELECT c.id, c.site, `+rootOf+`, c.author_id, c.author_name, c.client_hash, c.browser, c.status = 'approved' AND NOT `+isHidden+`
		FROM comments c JOIN articles o ON o.site = c.site AND o.id = c.article`+w.String(), w.Args()...)
	if err != nil {
		return err
	}
	for i, request := range requests {
		c := request.Comment
		if c.ParentID == "" {
			continue
		}
		parent := slices.IndexFunc(found, func(p parentComment) bool { return p.comment.ID == c.ParentID })
		accepted := parent >= 0 && found[parent].accepts(c)
		if parent >= 0 && found[parent].comment.Site != c.Site && found[parent].public {
			if accepted, err = t.sharesThread(articleRef(c), articleRef(found[parent].comment)); err != nil {
				return err
			}
		}
		if !accepted {
			var bad models.Invalid
			bad.Add("parent_id", "is not a public comment of this article")
			errs[i] = bad.Err()
		}
	}
	return nil
}

func articleRef(c models.Comment) models.ArticleRef {
	return models.ArticleRef{Site: c.Site, Article: c.Article.ID}
}

// accepts reports whether a comment of the same article may be a reply to this one.
func (p parentComment) accepts(c models.Comment) bool {
	return articleRef(p.comment) == articleRef(c) && (p.public || sameReader(p.comment, c))
}

// sameReader reports whether two comments surely come from one reader: the site vouches
// for the id, or the browser is the same, or the name and the household are.
func sameReader(a, b models.Comment) bool {
	if a.Author.ID != "" || b.Author.ID != "" {
		return a.Author.ID == b.Author.ID
	}
	if a.Client.Browser != "" && a.Client.Browser == b.Client.Browser {
		return true
	}
	return a.Client.Hash != "" && a.Client.Hash == b.Client.Hash && names.Fold(a.Author.Name) == names.Fold(b.Author.Name)
}

// isHidden is a condition on a row c of comments.
const isHidden = `EXISTS (SELECT 1 FROM hidden_replies h WHERE h.comment_id = c.id)`
