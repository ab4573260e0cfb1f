package storage

import (
	"context"
	"slices"

	"winnow/models"
	"winnow/storage/sqldb"
)

// MaxDepth is how deep a reply stands at most, when the start of a thread has the depth 0.
// What answers a reply of that depth stands beside it, in the order of time, and says whom
// it answers. So a conversation of two people costs no more than one among many.
const MaxDepth = 3

const idLength = 36 // of a UUID as text

// replyThread is where a reply stands in its thread: the ids of the comments from the start
// of the thread to it, one after the other. Ids sort by time, so all below a comment stand
// behind it, each level the oldest first. Deeper than MaxDepth the last id alone is the
// reply's own. "" when the parent, which is no start of a thread, has no place yet.
func replyThread(parent models.Comment, thread, id string) string {
	switch {
	case parent.ParentID == "":
		return parent.ID + id
	case thread == "":
		return ""
	}
	return thread[:min(len(thread), MaxDepth*idLength)] + id
}

// depthOf is how deep a comment stands.
func depthOf(thread string) int { return max(0, min(len(thread)/idLength-1, MaxDepth)) }

// rootOfThread is the id of the comment that starts the thread of another one.
func rootOfThread(c models.Comment, thread string) string {
	if len(thread) < idLength {
		return c.ID
	}
	return thread[:idLength]
}

// trustOfAuthor is models.AuthorRecord.Trust in twentieths, rounded down, of the author of a
// comment that starts a thread. It is found as the row is written, and never changes: pages
// in the order of trust stay as they are while somebody turns them.
const trustOfAuthor = `CASE WHEN {parent_id} <> '' THEN 0 ELSE coalesce((SELECT (20 * (approved + 1)) / (approved + rejected + 2) ` +
	`FROM authors WHERE site = {site} AND key = {author_key}), 10) END`

// placingBatch is how many replies get their place in one transaction.
const placingBatch = 1000

// unplacedReply is a reply of an earlier version.
type unplacedReply struct {
	key
	parent key
}

// placeReplies gives the replies on articles their places in their threads, which those
// have not that an earlier version stored, nor replies to them. It happens once, when a
// reader asks for the threads of an article for the first time.
func (db *DB) placeReplies(ctx context.Context, articles []models.ArticleRef) error {
	const rounds = 5 // a reply may answer one on another site whose own replies have no places yet
	for range rounds {
		found := 0
		for i := 0; i < len(articles); i++ {
			for {
				placed, elsewhere, err := db.placeBatch(ctx, articles[i])
				if err != nil {
					return err
				}
				for _, a := range elsewhere {
					if !slices.Contains(articles, a) {
						articles = append(articles, a)
					}
				}
				if found += placed; placed == 0 {
					break
				}
			}
		}
		if found == 0 {
			break
		}
	}
	return nil
}

// placeBatch places the oldest replies. It returns the articles whose replies must be placed
// before.
func (db *DB) placeBatch(ctx context.Context, a models.ArticleRef) (placed int, elsewhere []models.ArticleRef, err error) {
	placed, err = update(ctx, db, func(t *tx) (n int, err error) {
		elsewhere = nil
		batch, err := sqldb.List(t, func(scan sqldb.Scanner) (r unplacedReply, err error) {
			err = scan(&r.site, &r.id, &r.parent.id)
			r.parent.site = r.site
			return r, err
		}, `SELECT site, id, parent_id FROM comments WHERE site = $1 AND article = $2 AND parent_id <> '' AND thread = ''
			ORDER BY created_at, id LIMIT $3`, a.Site, a.Article, placingBatch)
		if err != nil || len(batch) == 0 {
			return 0, err
		}
		above, err := t.placesAbove(batch)
		if err != nil {
			return 0, err
		}
		for _, r := range batch { // parents come before their replies
			parent, ok := above[r.parent.id]
			thread := r.id // its parent was on a site that was removed: it stands in no thread
			if ok {
				thread = replyThread(parent.comment, parent.thread, r.id)
			}
			if thread == "" {
				if at := articleRef(parent.comment); at != a {
					elsewhere = append(elsewhere, at)
				}
				continue
			}
			above[r.id] = parentComment{comment: models.Comment{ID: r.id, ParentID: r.parent.id}, thread: thread}
			if err := t.Write(`UPDATE comments SET thread = $1 WHERE site = $2 AND id = $3 AND thread = ''`, thread, r.site, r.id); err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	})
	return placed, elsewhere, err
}

// placesAbove returns the comments that replies answer, by id.
func (t *tx) placesAbove(replies []unplacedReply) (map[string]parentComment, error) {
	keys := make([]key, len(replies))
	for i, r := range replies {
		keys[i] = r.parent
	}
	found := map[string]parentComment{}
	return found, t.ofThread(keys, func(keys []key) ([]key, error) {
		condition, args := t.amongKeys(t.Unindexed("site"), "id", keys)
		return sqldb.List(t, func(scan sqldb.Scanner) (key, error) {
			var p parentComment
			c := &p.comment
			err := scan(&c.ID, &c.Site, &c.Article.ID, &c.ParentID, &p.thread)
			found[c.ID] = p
			return keyOf(*c), err
		}, `SELECT id, site, article, parent_id, thread FROM comments WHERE `+condition, args...)
	})
}
