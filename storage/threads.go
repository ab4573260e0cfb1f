package storage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// threadChanges are what a transaction changes of the threads of an article: whoever
// takes a comment down hides the replies below it, and they come back with it. A comment
// that its author had erased hides and shows nothing, so its replies stay as they are. So does
// one that its author took back, but for replies to it while it waited.
type threadChanges struct {
	shown   []key // comments that became public
	hidden  []key // comments that are public no more
	replies []key // new replies
	abroad  bool  // some of those answer comments of another site
	recount bool  // a hidden reply may have another status
}

// onStatusChange notes what a comment that had another status does to the replies below it,
// and to what its article is called: it may have been published once.
func (s *counterDeltas) onStatusChange(old, c models.Comment) {
	if old.Status != models.Rejected && c.Status == models.Rejected && !c.Reason.IsOfAuthor() {
		s.onRejection(c)
	}
	was, is := old.Status == models.Approved, c.Status == models.Approved
	if !was && c.Reason.IsOfAuthor() {
		is = true // for what is below it
	}
	if was == is {
		return
	}
	add(&s.threads, [2]string{c.Site, cmp.Or(c.PostedOn, c.Article.ID)}, func(d *threadChanges) {
		d.recount = true
		switch {
		case is:
			d.shown = append(d.shown, keyOf(c))
		case !c.Reason.IsOfAuthor():
			d.hidden = append(d.hidden, keyOf(c))
		}
	})
}

// onReply notes a new reply to a comment of a site.
func (s *counterDeltas) onReply(c models.Comment, parentSite string) {
	if c.ParentID != "" {
		add(&s.threads, [2]string{c.Site, cmp.Or(c.PostedOn, c.Article.ID)}, func(d *threadChanges) {
			d.replies, d.abroad = append(d.replies, keyOf(c)), d.abroad || parentSite != c.Site
		})
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
		all.replies, all.abroad = append(all.replies, d.replies...), all.abroad || d.abroad
		if d.recount {
			recount[key[0]] = append(recount[key[0]], key[1])
		}
	}
	elsewhere := false
	for _, part := range bySite(append(slices.Clone(all.shown), all.hidden...)) {
		answers, err := t.answersElsewhere(part[0].site)
		if err != nil {
			return err
		}
		elsewhere = elsewhere || answers
	}
	for _, change := range []func() ([][2]string, error){
		func() ([][2]string, error) { return t.showBelow(all.shown, elsewhere) },
		func() ([][2]string, error) { return t.hideBelow(all.hidden, elsewhere) },
		func() ([][2]string, error) { return t.hideReplies(all.replies, all.abroad) },
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
		if err := t.Write(`UPDATE articles SET version = version + 1, hidden = (SELECT count(*) FROM hidden_replies h JOIN comments c ON `+t.Unindexed("c.site")+` = h.site AND c.id = h.comment_id
				WHERE h.site = $2 AND h.article = articles.id AND c.status = 'approved')
			WHERE id`+t.InJSONList(1)+` AND site = $2
				AND (hidden <> 0 OR EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = $2 AND h.article = articles.id))`,
			jsonList(recount[site]), site); err != nil {
			return err
		}
	}
	return nil
}

// noteAnswers notes what the row of a site says, so that it need not be read again.
func (t *tx) noteAnswers(site string, elsewhere bool) {
	if t.answered == nil {
		t.answered = map[string]bool{}
	}
	t.answered[site] = elsewhere
}

// answersElsewhere reports whether comments of other sites may answer those of a site: few
// share a thread, and all others are asked for nothing but their own comments.
func (t *tx) answersElsewhere(site string) (bool, error) {
	if known, ok := t.answered[site]; ok {
		return known, nil
	}
	found, err := sqldb.List(t, sqldb.ScanOne[bool], `SELECT answered_elsewhere FROM sites WHERE slug = $1`, site)
	if err == nil && len(found) > 0 {
		t.noteAnswers(site, found[0])
	}
	return len(found) > 0 && found[0], err
}

// noteAnsweredElsewhere stores that a comment of another site answers one of this site.
func (t *tx) noteAnsweredElsewhere(site string) error {
	if known, err := t.answersElsewhere(site); err != nil || known {
		return err
	}
	_, err := t.Exec(`UPDATE sites SET answered_elsewhere = TRUE WHERE slug = $1`, site)
	t.noteAnswers(site, true)
	return err
}

// threadScope says on which sites a statement looks for comments of a thread.
type threadScope struct {
	list sqldb.Where // its first value is a JSON list of ids
	own  string      // condition of {}.site: the sites of those ids
	any  string      // of replies: the same, or all
	step string      // of a reply and below, on more than one site
}

func newThreadScope(keys []key, elsewhere bool) (s threadScope) {
	s.list.Arg(jsonList(idsOf(keys)))
	groups := bySite(keys)
	marks := make([]string, len(groups))
	for i, group := range groups {
		marks[i] = s.list.Arg(group[0].site)
	}
	s.own = "{}.site IN (" + strings.Join(marks, ", ") + ")"
	switch s.any = s.own; {
	case elsewhere:
		s.any = "{}.site IN (SELECT slug FROM sites)"
	case len(groups) > 1:
		s.step = " AND r.site = below.site"
	}
	return s
}

func of(alias, condition string) string { return strings.ReplaceAll(condition, "{}", alias) }

// hideBelow hides all replies below comments. It returns site and id of the articles
// that they were posted on, as showBelow and hideReplies do: an article that was merged
// into another has replies to its comments there.
func (t *tx) hideBelow(keys []key, elsewhere bool) ([][2]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	s := newThreadScope(keys, elsewhere)
	return sqldb.List(t, readArticleKey, `INSERT INTO hidden_replies (site, comment_id, article)
		WITH RECURSIVE below (site, id, article) AS (
			SELECT r.site, r.id, r.article FROM comments r WHERE `+of("r", s.any)+` AND r.parent_id <> '' AND r.parent_id`+t.InJSONList(1)+`
			UNION SELECT r.site, r.id, r.article FROM below CROSS JOIN comments r
				WHERE `+of("r", s.any)+s.step+` AND r.parent_id = below.id AND r.parent_id <> '')
		SELECT site, id, article FROM below WHERE TRUE ON CONFLICT DO NOTHING RETURNING site, article`, s.list.Args()...)
}

// showBelow shows the replies below comments that are not hidden themselves, down to
// those that are not public.
func (t *tx) showBelow(keys []key, elsewhere bool) ([][2]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	s := newThreadScope(keys, elsewhere)
	return sqldb.List(t, readArticleKey, `DELETE FROM hidden_replies WHERE `+t.Unindexed(of("hidden_replies", s.any))+` AND (`+t.Unindexed("site")+`, comment_id) IN (
		WITH RECURSIVE below (site, id, open) AS (
			SELECT r.site, r.id, r.status = 'approved' OR r.reason IN ('erased', 'withdrawn') FROM comments r
				WHERE `+of("r", s.any)+` AND r.parent_id <> '' AND r.parent_id`+t.InJSONList(1)+`
				AND NOT EXISTS (SELECT 1 FROM hidden_replies h WHERE `+of("h", s.own)+` AND h.comment_id = r.parent_id)
			UNION SELECT r.site, r.id, r.status = 'approved' OR r.reason IN ('erased', 'withdrawn') FROM below CROSS JOIN comments r
				WHERE below.open AND `+of("r", s.any)+s.step+` AND r.parent_id = below.id AND r.parent_id <> '')
		SELECT site, id FROM below) RETURNING site, article`, s.list.Args()...)
}

func readArticleKey(scan sqldb.Scanner) (key [2]string, err error) {
	err = scan(&key[0], &key[1])
	return key, err
}

// hideReplies hides new replies whose parent is not public, and returns site and id of
// their articles: to an own comment that waits, or to one that was taken down meanwhile.
func (t *tx) hideReplies(replies []key, abroad bool) ([][2]string, error) {
	if len(replies) == 0 {
		return nil, nil
	}
	s, parent := newThreadScope(replies, false), t.Unindexed("p.site")+" = r.site"
	if abroad {
		parent = t.Unindexed("p.site") + " IN (SELECT slug FROM sites)"
	}
	return sqldb.List(t, readArticleKey, `INSERT INTO hidden_replies (site, comment_id, article)
		SELECT r.site, r.id, r.article FROM comments r JOIN comments p ON `+parent+` AND p.id = r.parent_id WHERE r.id`+t.InJSONList(1)+` AND `+t.Unindexed(of("r", s.own))+`
			AND (p.status <> 'approved' AND p.reason NOT IN ('erased', 'withdrawn') OR EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = p.site AND h.comment_id = p.id))
		ON CONFLICT DO NOTHING RETURNING site, article`, s.list.Args()...)
}

// parentComment is what a reply must know of the comment that it answers.
type parentComment struct {
	comment models.Comment
	article string // of its record, which may be an alias of that of the comment
	thread  string // see replyThread
	public  bool
}

// validateParents refuses replies that do not answer a comment of their own thread
// which is public, or was written by the same reader. Nobody learns whether there is one
// that is not.
func (t *tx) validateParents(requests []*insertRequest, errs []error) error {
	var keys []key
	for _, request := range requests {
		if request.Comment.ParentID != "" {
			keys = append(keys, key{request.Comment.Site, request.Comment.ParentID})
		}
	}
	found, err := t.parents(keys)
	if err != nil {
		return err
	}
	for i, request := range requests {
		c := request.Comment
		if c.ParentID == "" {
			continue
		}
		parent, known := found[c.ParentID]
		accepted := known && parent.accepts(c)
		request.thread = replyThread(parent.comment, parent.thread, c.ID)
		if request.parentSite = parent.comment.Site; known && request.parentSite != c.Site && parent.public {
			if accepted, err = t.sharesThread(articleRef(c), articleRef(parent.comment)); err != nil {
				return err
			}
		}
		if !accepted {
			var bad models.Invalid
			bad.Add("parent_id", "is not a public comment of this article")
			errs[i] = bad.Err()
		} else if request.parentSite != c.Site {
			if err := t.noteAnsweredElsewhere(request.parentSite); err != nil {
				return err
			}
		} else {
			request.postedOn = parent.article
		}
	}
	return nil
}

// parents returns the comments that replies answer, by id. Most are of the site of the reply.
func (t *tx) parents(keys []key) (map[string]parentComment, error) {
	found := map[string]parentComment{}
	return found, t.ofThread(keys, func(keys []key) ([]key, error) {
		var w sqldb.Where
		t.whereComments(&w, keys)
		return sqldb.List(t, func(scan sqldb.Scanner) (key, error) {
			var p parentComment
			c := &p.comment
			err := scan(&c.ID, &c.Site, &c.Article.ID, &c.Author.ID, &c.Author.Name, &c.Client.Hash, &c.Client.Browser, &c.ParentID, &p.thread, &p.public, &p.article)
			found[c.ID] = p
			return keyOf(*c), err
		}, `SELECT c.id, c.site, `+rootOf+`, c.author_id, c.author_name, c.client_hash, c.browser, c.parent_id, c.thread, c.status = 'approved' AND NOT `+isHidden+`, c.article
			FROM comments c JOIN articles o ON o.site = c.site AND o.id = c.article`+w.String(), w.Args()...)
	})
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
const isHidden = `EXISTS (SELECT 1 FROM hidden_replies h WHERE h.site = c.site AND h.comment_id = c.id)`
