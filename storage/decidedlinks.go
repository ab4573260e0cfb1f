package storage

import (
	"context"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	decidedLinksSpan = 90 * 24 * time.Hour
	maxDecidedLinks  = 3000 // decisions that are read
)

// DecidedComment is a comment with what a moderator decided last.
type DecidedComment struct {
	Comment models.Comment
	Action  models.Action
}

// DecidedLinks returns the comments with links, in the text or as the author's home
// page, among the last 3,000 decisions of 90 days on a site that are in force.
func (db *DB) DecidedLinks(ctx context.Context, site string) ([]DecidedComment, error) {
	all, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]DecidedComment, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (d DecidedComment, err error) {
			into, done := commentInto(&d.Comment)
			err = scan(append(into, &d.Action)...)
			done()
			return d, err
		}, `SELECT `+commentColumns+`, d.action FROM (SELECT id, comment_id, action, created_at FROM decisions
				WHERE site = $1 AND created_at >= $2 AND undone_at IS NULL ORDER BY created_at DESC LIMIT $3) d
			JOIN comments c ON `+t.Unindexed("c.site")+` = $1 AND c.id = d.comment_id`+articleOfComment+`
			WHERE c.body <> '' ORDER BY d.created_at DESC, d.id DESC`,
			site, micros(t.Now.Add(-decidedLinksSpan)), maxDecidedLinks)
	})
	var linked []DecidedComment
	seen := map[string]bool{}
	for _, d := range all {
		if !seen[d.Comment.ID] && (d.Comment.Author.URL != "" || mayHaveLink(d.Comment.Body)) {
			linked = append(linked, d)
		}
		seen[d.Comment.ID] = true // an older decision on it says nothing more
	}
	return linked, err
}

// mayHaveLink leaves out most texts without a link.
func mayHaveLink(text string) bool {
	for i := strings.IndexByte(text, '.'); i >= 0; {
		if i+1 < len(text) && text[i+1] > ' ' && text[i+1] != '.' {
			return true
		}
		next := strings.IndexByte(text[i+1:], '.')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return strings.Contains(text, "://")
}
