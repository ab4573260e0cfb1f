package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ThreadRef is a thread: the article that shows it, and the comment that starts it.
type ThreadRef struct {
	models.ArticleRef
	Root string // id
}

// ThreadOf finds the article of a site whose thread has a comment: the article that the
// comment was posted on, the one which that was merged into, or the one that shares its
// thread with it. It is KindNotFound unless readers see the comment, or a placeholder
// for it.
func (db *DB) ThreadOf(ctx context.Context, site, id string) (ThreadRef, error) {
	return read(ctx, db, func(t *tx) (ThreadRef, error) {
		unknown := models.Errorf(models.KindNotFound, "there is no such comment")
		type place struct {
			comment models.Comment
			thread  string
		}
		found := map[string]place{}
		err := t.ofThread([]key{{site, id}}, func(keys []key) ([]key, error) {
			var w sqldb.Where
			t.whereComments(&w, keys)
			return sqldb.List(t, func(scan sqldb.Scanner) (key, error) {
				var p place
				c := &p.comment
				err := scan(&c.ID, &c.Site, &c.Article.ID, &p.thread)
				found[c.ID] = p
				return keyOf(*c), err
			}, `SELECT c.id, c.site, `+rootOf+`, c.thread FROM comments c JOIN articles o ON o.site = c.site AND o.id = c.article`+
				w.And(inThread+" AND NOT "+isHidden).String(), w.Args()...)
		})
		p, ok := found[id]
		if err != nil || !ok {
			return ThreadRef{}, orNotFound(err, unknown)
		}
		c := p.comment
		of := ThreadRef{articleRef(c), rootOfThread(c, p.thread)}
		if c.Site == site {
			return of, nil
		}
		// The article here that shares its thread with the one there.
		shared, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT p.id FROM articles a JOIN articles p ON `+sharing+`
			WHERE a.site = $1 AND a.id = $2 AND p.site = $3`, c.Site, c.Article.ID, site)
		if err != nil || len(shared) == 0 {
			return ThreadRef{}, orNotFound(err, unknown)
		}
		of.ArticleRef = models.ArticleRef{Site: site, Article: shared[0]}
		return of, nil
	})
}

func orNotFound(err, unknown error) error {
	if err != nil {
		return err
	}
	return unknown
}

// CommentPage is one comment in its thread.
type CommentPage struct {
	Article models.Article
	Version int64
	Thread  Thread
}

// CommentThread returns a public comment in its thread: the comments that it answers from
// the start of the thread on, itself, and the first replies below it. It is KindNotFound
// unless readers see the comment.
func (db *DB) CommentThread(ctx context.Context, a models.ArticleRef, id string) (CommentPage, error) {
	return readPlaced(ctx, db, a.Site, a.Article, func(t *tx, members threadMembers) (page CommentPage, err error) {
		if page.Article, err = t.threadArticle(a.Site, a.Article); err != nil {
			return page, err
		}
		page.Version, _ = members.state()
		page.Thread, err = t.commentThread(members, id)
		return page, err
	})
}

func (t *tx) commentThread(members threadMembers, id string) (Thread, error) {
	unknown := models.Errorf(models.KindNotFound, "there is no such comment")
	found, err := t.publicByID(members, []string{id})
	if err != nil || len(found) == 0 || found[0].Removed {
		return Thread{}, orNotFound(err, unknown)
	}
	c := found[0]
	var above []string // the ids that its place is made of, and the one that it answers
	for at := 0; at+idLength < len(c.thread); at += idLength {
		above = append(above, c.thread[at:at+idLength])
	}
	if c.ParentID != "" && !slices.Contains(above, c.ParentID) {
		above = append(above, c.ParentID)
	}
	all, err := t.publicByID(members, above)
	if err != nil {
		return Thread{}, err
	}
	below, err := t.below(members, c)
	if err != nil {
		return Thread{}, err
	}
	i := slices.IndexFunc(all, func(a ThreadComment) bool { return a.ID == c.RootID })
	if all = append(append(all, c), below...); c.ParentID == "" {
		i = len(all) - len(below) - 1
	}
	if i < 0 { // it answers what is on no page of this article any more
		return Thread{}, unknown
	}
	root := all[i]
	rest := slices.Delete(all, i, i+1)
	slices.SortFunc(rest, byThread)
	threads, err := t.withReplies(members, []ThreadComment{root}, rest)
	if err != nil {
		return Thread{}, err
	}
	thread := threads[0]
	total := thread.More + len(thread.Replies)
	thread.Replies, thread.MoreAfter = rest, ""
	thread.More = max(0, total-len(rest))
	return thread, nil
}

// publicByID returns those of some comments of a thread that readers see, or placeholders
// for them.
func (t *tx) publicByID(members threadMembers, ids []string) ([]ThreadComment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var keys []key
	for _, site := range members.sites() {
		for _, id := range ids {
			keys = append(keys, key{site, id})
		}
	}
	condition, args := t.amongKeys(t.Unindexed("c.site"), "c.id", keys)
	found, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c WHERE `+condition+` AND `+inThread+` AND NOT `+isHidden, args...)
	return slices.DeleteFunc(found, func(c ThreadComment) bool {
		return !slices.ContainsFunc(members, func(m threadMember) bool { return m.ArticleRef == c.article })
	}), err
}

// below returns the first replies below a comment. Of those that stand deepest, these are
// the direct ones.
func (t *tx) below(members threadMembers, c ThreadComment) ([]ThreadComment, error) {
	if c.ParentID == "" {
		return t.repliesAfter(members, c.ID, c.ID+"g", maxBelow)
	}
	if c.Depth < MaxDepth {
		return t.repliesAfter(members, c.thread, c.thread+"g", maxBelow)
	}
	var all []ThreadComment
	for _, site := range members.sites() {
		part, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c
			WHERE c.site = $1 AND c.parent_id = $2 AND c.parent_id <> '' AND c.status = 'approved' AND NOT `+isHidden+`
			ORDER BY c.created_at, c.id LIMIT $3`, site, c.ID, maxBelow)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	slices.SortFunc(all, byThread)
	return all[:min(maxBelow, len(all))], nil
}
