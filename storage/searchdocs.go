package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"winnow/models"
	"winnow/storage/sqldb"
)

// searchDoc is a comment in the index.
type searchDoc struct {
	site, comment string
	doc           int64
	at            int64
	version       int64
	terms         []string
	// Of a comment that waits, what the queue searches: see queuetexts.go.
	search, signals string
}

var searchDocRows = sqldb.NewInsert(searchTable, "ON CONFLICT DO NOTHING",
	sqldb.Text("site", func(d searchDoc) string { return d.site }),
	sqldb.Int("doc", func(d searchDoc) int64 { return d.doc }),
	sqldb.Text("comment_id", func(d searchDoc) string { return d.comment }),
	sqldb.Terms("terms", func(d searchDoc) string { return searchScope(d.doc >> searchBlockBits) }, func(d searchDoc) []string { return d.terms }),
)

// searchScope is what stands before the terms of a block.
func searchScope(block int64) string { return strconv.FormatInt(block, 36) }

// statusTerm is the term for a status. Like the terms for the reason and the moderator, it
// follows a change some seconds later.
func statusTerm(status models.Status) string { return "_s" + string(status[:min(1, len(status))]) }

// attributeTerm is the term for what is found whole: an author's id (a) or name (n), an
// article (p), a reason (r), or the moderator of the last decision in force (m). It is a hash, because those have any characters and lengths. No word begins
// with the mark.
func attributeTerm(kind, value string) string {
	sum := sha256.Sum256([]byte(value))
	return "_" + kind + hex.EncodeToString(sum[:8])
}

// reportedReplyTerm is the term for the replies of the newsroom that readers report.
const reportedReplyTerm = "_freply"

func isReportedReply(c models.Comment) bool { return c.WrittenBy != "" && c.Flags > 0 }

// indexedComment is a comment with the last decision in force on it, if there is one.
type indexedComment struct {
	models.Comment
	decision *models.Decision
}

// readIndexed reads comments with their decisions.
func (t *tx) readIndexed(query string, args ...any) ([]indexedComment, error) {
	comments, err := sqldb.List(t, readComment, query, args...)
	if err != nil {
		return nil, err
	}
	keys := make([]key, len(comments))
	for i, c := range comments {
		keys[i] = keyOf(c)
	}
	last, err := t.lastDecisions(keys)
	all := make([]indexedComment, len(comments))
	for i, c := range comments {
		all[i] = indexedComment{c, last[c.ID]}
	}
	return all, err
}

// newSearchDoc returns a comment for the index; its terms are empty when it has no text.
func newSearchDoc(c indexedComment, terms func(models.Comment) []string) searchDoc {
	d := searchDoc{site: c.Site, comment: c.ID, at: micros(c.CreatedAt), version: c.Version}
	if c.ContentRemoved() {
		return d
	}
	postedOn := c.PostedOn
	if postedOn == "" {
		postedOn = c.Article.ID
	}
	d.terms = append(terms(c.Comment), attributeTerm("p", postedOn), attributeTerm("n", c.Author.Name), statusTerm(c.Status))
	if c.Author.ID != "" {
		d.terms = append(d.terms, attributeTerm("a", c.Author.ID))
	}
	if c.Reason != "" {
		d.terms = append(d.terms, attributeTerm("r", string(c.Reason)))
	}
	if isReportedReply(c.Comment) {
		d.terms = append(d.terms, reportedReplyTerm)
	}
	if c.decision != nil {
		d.terms = append(d.terms, attributeTerm("m", c.decision.Moderator))
	}
	return d
}
