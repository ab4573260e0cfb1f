package storage

import (
	"context"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ReplyPage is a page of the replies of one thread, in the order of the conversation.
type ReplyPage struct {
	Version int64 // of the article
	Replies []ThreadComment
	Next    string // cursor of the next page; empty on the last
}

const (
	repliesOrder = "replies"
	maxBelow     = 20 // replies that stand below a comment where it is shown by itself
)

// afterReply is the cursor of the replies that follow one.
func afterReply(c ThreadComment) string {
	return sqldb.Cursor{Order: repliesOrder, ID: c.thread}.String()
}

// withReplies adds the first replies to comments that start threads, and completes these
// and others of the same page.
func (t *tx) withReplies(members threadMembers, roots, others []ThreadComment) ([]Thread, error) {
	threads := make([]Thread, len(roots))
	at := make(map[string]int, len(roots))
	for i, r := range roots {
		threads[i], at[r.ID] = Thread{ThreadComment: r, Replies: []ThreadComment{}}, i
	}
	if len(roots) > 0 {
		for _, site := range members.sites() {
			counted, first, err := t.firstReplies(members, site, roots)
			if err != nil {
				return nil, err
			}
			for _, c := range first {
				thread := &threads[at[c.RootID]]
				thread.Replies = append(thread.Replies, c)
			}
			for id, n := range counted {
				threads[at[id]].More += n
			}
		}
	}
	shown := make([]*ThreadComment, 0, 4*len(roots))
	for i := range threads {
		thread := &threads[i]
		slices.SortFunc(thread.Replies, byThread)
		thread.Replies = thread.Replies[:min(firstReplies, len(thread.Replies))]
		if thread.More = min(thread.More-len(thread.Replies), MaxMore); thread.More > 0 {
			thread.MoreAfter = afterReply(thread.Replies[len(thread.Replies)-1])
		}
		shown = append(shown, &thread.ThreadComment)
		for n := range thread.Replies {
			shown = append(shown, &thread.Replies[n])
		}
	}
	for i := range others {
		shown = append(shown, &others[i])
	}
	return threads, t.complete(members, shown)
}

func byThread(a, b ThreadComment) int { return strings.Compare(a.thread, b.thread) }

// firstReplies returns the first replies on a site to comments that start threads, and how
// many there are.
func (t *tx) firstReplies(members threadMembers, site string, roots []ThreadComment) (map[string]int, []ThreadComment, error) {
	ids := make([]string, len(roots))
	for i, r := range roots {
		ids[i] = r.ID
	}
	var w sqldb.Where
	w.Arg(jsonList(ids))
	of := siteCondition(&w, members.sites())
	below := ` FROM comments c WHERE c.site = ` + w.Arg(site) + ` AND c.thread > o.id AND c.thread < o.id || 'g' AND c.thread <> ''
		AND ` + inThread + ` AND ` + shownReply(of)
	counted := map[string]int{}
	first := make([]key, 0, firstReplies*len(roots))
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (struct{}, error) {
		var root, replies string
		var n int
		err := scan(&root, &n, &replies)
		counted[root] = n
		for _, id := range strings.Fields(replies) {
			first = append(first, key{site, id})
		}
		return struct{}{}, err
	}, `SELECT o.id, (SELECT count(*) FROM (SELECT 1`+below+` LIMIT `+w.Arg(MaxMore+firstReplies)+`) AS found),
		coalesce((SELECT string_agg(found.id, ' ') FROM (SELECT c.id`+below+` ORDER BY c.thread LIMIT `+w.Arg(firstReplies)+`) AS found), '')
		FROM comments o WHERE `+t.Unindexed(strings.ReplaceAll(of, "{}", "o"))+` AND o.id`+t.InJSONList(1), w.Args()...)
	if err != nil || len(first) == 0 {
		return counted, nil, err
	}
	condition, args := t.amongKeys(t.Unindexed("c.site"), "c.id", first)
	replies, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c WHERE `+condition, args...)
	return counted, replies, err
}

// shownReply is the condition that readers see a reply c, or a placeholder for it. sites is
// the condition of the column {}.site.
func shownReply(sites string) string {
	return `CASE c.status WHEN 'approved' THEN NOT ` + isHidden + ` ELSE ` + publicBelow("c.thread", sites) + ` OR ` + answered(sites) + ` END`
}

// complete finds what the page has to say of comments beside their rows.
func (t *tx) complete(members threadMembers, shown []*ThreadComment) error {
	names := map[string]string{}
	var edited []key
	for _, c := range shown {
		names[c.ID] = c.Author.Name
		if c.Version > 1 {
			edited = append(edited, keyOf(c.Comment))
		}
	}
	missing := map[string]bool{}
	for _, c := range shown {
		if _, ok := names[c.ParentID]; !ok && c.Depth > 1 && !c.Removed {
			missing[c.ParentID] = true
		}
	}
	if err := t.addNames(members, missing, names); err != nil {
		return err
	}
	for _, c := range shown {
		if c.Depth > 1 && !c.Removed {
			c.To = names[c.ParentID]
		}
	}
	return t.addEdits(edited, shown)
}

// addNames finds the authors of public comments.
func (t *tx) addNames(members threadMembers, missing map[string]bool, names map[string]string) error {
	if len(missing) == 0 {
		return nil
	}
	sites := members.sites()
	keys := make([]key, 0, len(missing)*len(sites))
	for id := range missing {
		for _, site := range sites {
			keys = append(keys, key{site, id})
		}
	}
	condition, args := t.amongKeys(t.Unindexed("c.site"), "c.id", keys)
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (struct{}, error) {
		var id, name string
		err := scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, `SELECT c.id, c.author_name FROM comments c WHERE `+condition+` AND c.status = 'approved'`, args...)
	return err
}

// addEdits finds when authors changed their comments. What a moderator takes out of a text
// is no change of the author's.
func (t *tx) addEdits(edited []key, shown []*ThreadComment) error {
	for _, part := range bySite(edited) {
		condition, args := t.amongKeys("site", "comment_id", part)
		at := map[string]int64{}
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (struct{}, error) {
			var id string
			var last int64
			err := scan(&id, &last)
			at[id] = last
			return struct{}{}, err
		}, `SELECT comment_id, max(replaced_at) FROM revisions WHERE `+condition+` AND replaced_by = '' GROUP BY comment_id`, args...)
		if err != nil {
			return err
		}
		for _, c := range shown {
			if last, ok := at[c.ID]; ok && !c.Removed {
				c.EditedAt = fromMicros(last)
			}
		}
	}
	return nil
}

// repliesAfter returns the first replies of a thread after a place and before another, in
// the order of the conversation.
func (t *tx) repliesAfter(members threadMembers, after, before string, limit int) ([]ThreadComment, error) {
	all := []ThreadComment{}
	for _, site := range members.sites() {
		var w sqldb.Where
		w.Add("c.site = ? AND c.thread > ? AND c.thread < ?", site, after, before)
		w.AddText("c.thread <> '' AND " + inThread)
		w.AddText(shownReply(siteCondition(&w, members.sites())))
		part, err := sqldb.List(t, readThreadComment, `SELECT `+threadColumns+` FROM comments c`+w.String()+` ORDER BY c.thread LIMIT `+w.Arg(limit), w.Args()...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	slices.SortFunc(all, byThread)
	return all[:min(limit, len(all))], nil
}

// ThreadReplies returns a page of the replies below a comment that starts a thread on an
// article of a site; see ThreadOf.
func (db *DB) ThreadReplies(ctx context.Context, a models.ArticleRef, root string, limit int, cur string) (ReplyPage, error) {
	after := root
	if c, ok, err := sqldb.ParseCursor(cur, repliesOrder); err != nil {
		return ReplyPage{}, err
	} else if ok {
		if after = c.ID; !strings.HasPrefix(after, root) {
			return ReplyPage{}, sqldb.ErrCursor()
		}
	}
	limit = sqldb.PageSize(limit)
	return readPlaced(ctx, db, a.Site, a.Article, func(t *tx, members threadMembers) (ReplyPage, error) {
		var page ReplyPage
		var err error
		page.Version, _ = members.state()
		if page.Replies, err = t.repliesAfter(members, after, root+"g", limit+1); err != nil {
			return page, err
		}
		if len(page.Replies) > limit {
			page.Replies = page.Replies[:limit]
			page.Next = afterReply(page.Replies[limit-1])
		}
		return page, t.complete(members, pointersTo(page.Replies))
	})
}

func pointersTo(all []ThreadComment) []*ThreadComment {
	pointers := make([]*ThreadComment, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	return pointers
}
