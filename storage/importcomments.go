package storage

import (
	"cmp"
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

// ImportedComment is a comment of another system, or of another installation of this one.
// It is stored as it was there: nothing screens it, and nobody is told of it.
type ImportedComment struct {
	models.Comment // with its ID, as ImportedID makes it, and its times
	// Depth is how many comments are above it in the file: a reply must not come before
	// the comment that it answers.
	Depth int
	// InitialStatus is in which the comment came there, before anybody decided; "": Status.
	InitialStatus models.Status
	// Label is what the comment was found to be there; "": nobody said. Source is where.
	Label  models.Class
	Source string
}

// ImportCounts are the results of storing imported comments.
type ImportCounts struct {
	Added    map[models.Status]int
	Known    int // stored before, and left alone whatever happened to them since
	Detached int // replies to what is not there, which now begin a thread
	Labels   int
}

// arrived returns the status in which a comment came.
func (c ImportedComment) arrived() models.Status { return cmp.Or(c.InitialStatus, c.Status) }

// importedRows are comments without a verdict: machine is the status in which they came.
var importedRows = sqldb.NewInsert("comments", "ON CONFLICT DO NOTHING",
	sqldb.Text("id", func(c ImportedComment) string { return c.ID }),
	sqldb.Text("site", func(c ImportedComment) string { return c.Site }),
	sqldb.Text("article", func(c ImportedComment) string { return c.Article.ID }),
	sqldb.Text("parent_id", func(c ImportedComment) string { return c.ParentID }),
	sqldb.Text("author_id", func(c ImportedComment) string { return c.Author.ID }),
	sqldb.Text("author_name", func(c ImportedComment) string { return c.Author.Name }),
	sqldb.Text("author_email", func(c ImportedComment) string { return c.Author.Email }),
	sqldb.Text("author_url", func(c ImportedComment) string { return c.Author.URL }),
	sqldb.Bool("staff", func(c ImportedComment) bool { return c.Author.Staff }),
	sqldb.Text("written_by", func(c ImportedComment) string { return c.WrittenBy }),
	sqldb.Text("author_key", func(c ImportedComment) string {
		if c.WrittenBy != "" {
			return ""
		}
		return c.Author.Key()
	}),
	sqldb.Text("status", func(c ImportedComment) string { return string(c.Status) }),
	sqldb.Text("reason", func(c ImportedComment) string { return string(c.Reason) }),
	sqldb.Text("machine", func(c ImportedComment) string { return string(c.arrived()) }),
	sqldb.Text("body", func(c ImportedComment) string { return c.Body }),
	sqldb.Text("search", func(c ImportedComment) string { return searchColumn(c.Comment) }),
	sqldb.Text("lang", func(c ImportedComment) string { return c.Lang }),
	sqldb.Bool("featured", func(c ImportedComment) bool { return c.Featured }),
	sqldb.Bool("redacted", func(c ImportedComment) bool { return c.Redacted }),
	sqldb.Text("action", func(c ImportedComment) string { return string(importedActions[c.arrived()]) }),
	sqldb.Text("said", func(c ImportedComment) string { return string(c.Reason) }),
	sqldb.Int("created_at", func(c ImportedComment) int64 { return micros(c.CreatedAt) }),
	sqldb.Int("updated_at", func(c ImportedComment) int64 { return micros(c.UpdatedAt) }),
	sqldb.Constant[ImportedComment]("client_hash", "''"),
	sqldb.Constant[ImportedComment]("client_net", "''"),
	sqldb.Constant[ImportedComment]("user_agent", "''"),
	sqldb.Constant[ImportedComment]("referrer", "''"),
	sqldb.Constant[ImportedComment]("risk", "0"),
	sqldb.Constant[ImportedComment]("flags", "0"),
	sqldb.Constant[ImportedComment]("version", "1"),
	sqldb.Constant[ImportedComment]("lease_by", "''"),
	sqldb.Constant[ImportedComment]("lease_until", "0"),
	sqldb.Constant[ImportedComment]("campaign", "''"),
	sqldb.Constant[ImportedComment]("model", "''"),
	sqldb.Constant[ImportedComment]("hold_at", "0"),
	sqldb.Constant[ImportedComment]("reject_at", "0"),
	sqldb.Constant[ImportedComment]("signals", "'[]'"),
).Returning("id")

var importedActions = map[models.Status]models.Action{models.Approved: models.Approve, models.Pending: models.Hold, models.Rejected: models.Reject}

// ImportComments stores comments of one site in one transaction, those that are not there
// yet, in the order of their depth. Their articles must be there. A comment whose parent is
// neither there nor before it in the batch, or is on another article, begins a thread.
func (db *DB) ImportComments(ctx context.Context, site string, batch []ImportedComment) (ImportCounts, error) {
	for i := range batch {
		sanitizeComment(&batch[i].Comment)
	}
	return update(ctx, db, func(t *tx) (ImportCounts, error) {
		counts := ImportCounts{Added: map[models.Status]int{}}
		batch := append([]ImportedComment(nil), batch...) // the change may run more than once
		if err := t.detach(site, batch, &counts); err != nil {
			return counts, err
		}
		for len(batch) > 0 {
			n := 1
			for n < len(batch) && batch[n].Depth == batch[0].Depth {
				n++
			}
			if err := t.importLevel(batch[:n], &counts); err != nil {
				return counts, err
			}
			batch = batch[n:]
		}
		return counts, nil
	})
}

// importLevel stores comments none of which answers another one.
func (t *tx) importLevel(batch []ImportedComment, counts *ImportCounts) error {
	ids, err := sqldb.AddReturning(t, importedRows, sqldb.ScanOne[string], func(c ImportedComment) string { return c.ID }, batch)
	if err != nil {
		return err
	}
	added := make(map[string]bool, len(ids))
	for _, id := range ids {
		added[id] = true
	}
	var labels []labelRow
	for _, c := range batch {
		if !added[c.ID] {
			counts.Known++
			continue
		}
		delete(added, c.ID) // a second one with this id is not new
		counts.Added[c.Status]++
		t.counters.touchArticle(models.Article{Site: c.Site, ID: c.Article.ID}, "", c.CreatedAt)
		t.counters.countComment(c.Comment, 1)
		t.counters.onReply(c.Comment, c.Site)
		if c.WrittenBy == "" {
			came := c.Comment
			came.Status = c.arrived()
			t.counters.onArrival(came, models.Verdict{})
		}
		if c.Label != "" && c.Body != "" {
			l := t.newLabel(c.Comment, models.Label{ID: c.ID, Label: c.Label, Source: c.Source, SelectedBy: models.SelectedImport})
			l.CreatedAt = c.UpdatedAt
			labels = append(labels, l)
		}
	}
	counts.Labels += len(labels)
	if err := labelRows.Add(t, labels...); err != nil {
		return err
	}
	return t.flush() // the replies of the next level must see which of these are hidden
}

// detach takes away parents that are not there, or on another thread.
func (t *tx) detach(site string, batch []ImportedComment, counts *ImportCounts) error {
	var parents, articles []string
	for _, c := range batch {
		if articles = append(articles, c.Article.ID); c.ParentID != "" {
			parents = append(parents, c.ParentID)
		}
	}
	if len(parents) == 0 {
		return nil
	}
	roots, at := map[string]string{}, map[string]string{} // of articles; articles of comments
	pairs := func(into map[string]string) func(sqldb.Scanner) (string, error) {
		return func(scan sqldb.Scanner) (id string, err error) {
			var value string
			err = scan(&id, &value)
			into[id] = value
			return id, err
		}
	}
	if _, err := sqldb.List(t, pairs(roots), `SELECT id, merged_into FROM articles WHERE site = $2 AND merged_into <> '' AND id`+t.InJSONList(1), jsonList(articles), site); err != nil {
		return err
	}
	if _, err := sqldb.List(t, pairs(at), `SELECT c.id, `+rootOf+` FROM comments c JOIN articles o ON o.site = c.site AND o.id = c.article
		WHERE c.id`+t.InJSONList(1)+` AND `+t.Unindexed("c.site")+` = $2`, jsonList(parents), site); err != nil {
		return err
	}
	for i := range batch {
		c := &batch[i]
		root := c.Article.ID
		if into := roots[root]; into != "" {
			root = into
		}
		if c.ParentID != "" && at[c.ParentID] != root {
			c.ParentID = ""
			counts.Detached++
		}
		at[c.ID] = root
	}
	return nil
}

// KnownComments returns which ids of a site are stored.
func (db *DB) KnownComments(ctx context.Context, site string, ids []string) (map[string]bool, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (map[string]bool, error) {
		found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM comments WHERE id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2`, jsonList(ids), site)
		known := make(map[string]bool, len(found))
		for _, id := range found {
			known[id] = true
		}
		return known, err
	})
}

// FinishImport has the search index find comments of a site that are older than what it has
// indexed, and notes the import in the audit trail.
func (db *DB) FinishImport(ctx context.Context, by models.Caller, site, source string, summary any) error {
	for after, more := (sqldb.Position{}), true; more; {
		page, err := db.unindexed(ctx, site, after)
		if err != nil {
			return err
		}
		var missing []string
		for _, r := range page {
			if after = r.Position; r.missing {
				missing = append(missing, r.ID)
			}
		}
		if err := apply(ctx, db, func(t *tx) error { return t.markStale(site, missing) }); err != nil {
			return err
		}
		more = len(page) == sqldb.StreamPage
	}
	return apply(ctx, db, func(t *tx) error { return t.audit(by, site, "comments.import", source, nil, summary) })
}

// unindexed returns the next comments before the place up to which a site is indexed, and
// which of them are not.
func (db *DB) unindexed(ctx context.Context, site string, after sqldb.Position) ([]indexRow, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]indexRow, error) {
		return sqldb.List(t, readIndexRow, `SELECT c.created_at, c.id, c.body <> '' AND NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.site = c.site AND d.comment_id = c.id)
			FROM comments c JOIN search_cursors x ON x.site = c.site WHERE c.site = $1 AND (c.created_at, c.id) > ($2, $3) AND (c.created_at, c.id) <= (x.at, x.id)
			ORDER BY c.created_at, c.id LIMIT $4`, site, after.At, after.ID, sqldb.StreamPage)
	})
}
