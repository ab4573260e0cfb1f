package importer

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
)

// batchSize is how many records one transaction stores: others wait for it.
const batchSize = 500

// write stores what was read.
func (r *run) write() error {
	for _, part := range []func() error{r.writeSettings, r.writeArticles, r.writeComments, r.writeLabels, r.writeDecisions, r.writeBans} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// articleRow is an article of the temporary file.
type articleRow struct {
	commentfile.Article
	firstAt, lastAt sql.NullInt64
}

func (r *run) writeArticles() error {
	for after := ""; ; {
		page, err := list(r.table, func(rows *sql.Rows) (a articleRow, err error) {
			var data string
			if err = rows.Scan(&data, &a.firstAt, &a.lastAt); err != nil {
				return a, err
			}
			return a, json.Unmarshal([]byte(data), &a.Article)
		}, `SELECT data, first_at, last_at FROM article WHERE key > ? ORDER BY key LIMIT ?`, after, batchSize)
		if err != nil {
			return err
		}
		if err := r.writeArticlePage(page); err != nil || len(page) < batchSize {
			return err
		}
		after = page[len(page)-1].Key
	}
}

func (r *run) writeArticlePage(page []articleRow) error {
	var names []any
	for _, a := range page {
		names = append(names, a.Key, a.ID, a.URL, a.MergedInto)
	}
	mapped, err := r.mapped(mapsArticle, names)
	if err != nil {
		return err
	}
	var entries []models.ArticleEntry
	ids := make([]string, len(page))
	for i, a := range page {
		id, idErr := r.articleID(a, mapped)
		fault := ""
		if idErr != nil {
			fault = idErr.Error()
		} else {
			entries = append(entries, r.entry(id, a))
		}
		ids[i] = id
		if _, err := r.table.exec(`UPDATE article SET winnow = ?, fault = ? WHERE key = ?`, id, fault, a.Key); err != nil {
			return err
		}
	}
	if err := r.table.commit(); err != nil {
		return err
	}
	if err := r.refuseOthers(entries); err != nil || r.opt.DryRun {
		return err
	}
	return r.db.ImportArticles(r.ctx, entries)
}

// refuseOthers refuses articles that have the ids of other articles here: each blog counts its
// own from 1 on.
func (r *run) refuseOthers(entries []models.ArticleEntry) error {
	if r.opt.SameArticles || r.opt.Archive {
		return nil
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	here, err := r.db.ArticleURLs(r.ctx, r.opt.Site, ids)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if was, is := hostOf(here[e.ID]), hostOf(e.URL); was != "" && is != "" && was != is {
			return models.Errorf(models.KindConflict, "the article %.60q is %.200q here, and %.200q in the file: if that is another blog, give its articles "+
				"other ids with --article-id url or --map; if they are the same articles, say --article-id id", e.ID, here[e.ID], e.URL)
		}
	}
	return nil
}

// hostOf is the host of an address, without www.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// entry is an article as it is stored.
func (r *run) entry(id string, a articleRow) models.ArticleEntry {
	e := models.ArticleEntry{
		Article: models.Article{
			Site: r.opt.Site, ID: id, URL: webAddress(a.URL), Title: models.Clean(a.Title), Section: models.Clean(a.Section), Described: a.Described,
		}.Shortened(),
		PublishedAt: a.PublishedAt, AddedAt: a.AddedAt, State: cmp.Or(a.State, models.ArticleOpen), Until: a.StateUntil, ClosesAt: a.ClosesAt, KeepOpen: a.KeepOpen,
		MergedInto: models.ArticleID(a.MergedInto),
	}
	if e.MergedInto == id {
		e.MergedInto = ""
	}
	if e.AddedAt.IsZero() && a.firstAt.Valid {
		e.AddedAt = time.UnixMicro(a.firstAt.Int64)
	}
	if e.AddedAt.IsZero() {
		e.AddedAt = r.db.Now()
	}
	return e
}

// mapped returns what some names are mapped to.
func (r *run) mapped(kind string, names []any) (map[string]string, error) {
	found := map[string]string{}
	if r.opt.Map.In == nil || len(names) == 0 {
		return found, nil
	}
	text, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	_, err = list(r.table, func(rows *sql.Rows) (struct{}, error) {
		var was, becomes string
		err := rows.Scan(&was, &becomes)
		found[was] = becomes
		return struct{}{}, err
	}, `SELECT was, becomes FROM mapped WHERE kind = ? AND was IN (SELECT value FROM json_each(?))`, kind, string(text))
	return found, err
}

// commentRow is a comment of the temporary file with what belongs to it.
type commentRow struct {
	commentfile.Comment
	seq, at       int64
	depth         int
	place         string
	parentAt      sql.NullInt64 // NULL: it answers nothing in the file
	article       string        // id here
	fault         sql.NullString
	account       sql.NullString // JSON of an author
	dangling      bool           // it answers what is not in the file
	becomesAuthor string         // id that its author is mapped to
}

func (r *run) writeComments() error {
	done := 0
	after := commentRow{depth: -1}
	for {
		page, err := list(r.table, readCommentRow, `SELECT c.seq, c.at, c.depth, c.place, c.data, p.at, c.parent, coalesce(a.winnow, ''), a.fault, u.data, coalesce(m.becomes, '')
			FROM comment c LEFT JOIN comment p ON p.key = c.parent AND c.parent <> '' LEFT JOIN article a ON a.key = c.article
			LEFT JOIN author u ON u.key = c.data ->> '$.author.key' LEFT JOIN mapped m ON m.kind = 'author' AND m.was = c.data ->> '$.author.key'
			WHERE (c.depth, c.at, c.seq) > (?, ?, ?) ORDER BY c.depth, c.at, c.seq LIMIT ?`, after.depth, after.at, after.seq, batchSize)
		if err != nil {
			return err
		}
		if err := r.writeCommentPage(page); err != nil {
			return err
		}
		if done += len(page); r.opt.Progress != nil {
			r.opt.Progress(done, r.summary.Comments)
		}
		if len(page) < batchSize {
			return nil
		}
		after = page[len(page)-1]
	}
}

func readCommentRow(rows *sql.Rows) (c commentRow, err error) {
	var data, parent string
	if err = rows.Scan(&c.seq, &c.at, &c.depth, &c.place, &data, &c.parentAt, &parent, &c.article, &c.fault, &c.account, &c.becomesAuthor); err != nil {
		return c, err
	}
	if err = json.Unmarshal([]byte(data), &c.Comment); err != nil {
		return c, err
	}
	c.Parent = parent // resolve may have taken it away
	c.dangling = parent != "" && !c.parentAt.Valid
	return c, nil
}

func (r *run) writeCommentPage(page []commentRow) error {
	batch := make([]storage.ImportedComment, 0, len(page))
	for _, row := range page {
		if row.fault.String != "" {
			r.bad(models.Errorf(models.KindInvalid, "%s: comment %.60q: %s; name another with --map or --article-id", row.place, row.Key, row.fault.String))
			continue
		}
		c, err := r.comment(row)
		if err != nil {
			return err
		}
		batch = append(batch, c)
	}
	if r.opt.DryRun {
		return r.count(batch)
	}
	counts, err := r.db.ImportComments(r.ctx, r.opt.Site, batch)
	if err != nil {
		return err
	}
	for status, n := range counts.Added {
		r.summary.Added[string(status)] += n
	}
	r.summary.Known += counts.Known
	r.summary.Labels += counts.Labels
	r.summary.Detached += counts.Detached
	return nil
}

// count does what storing would count.
func (r *run) count(batch []storage.ImportedComment) error {
	ids := make([]string, len(batch))
	for i, c := range batch {
		ids[i] = c.ID
	}
	known, err := r.db.KnownComments(r.ctx, r.opt.Site, ids)
	for _, c := range batch {
		if known[c.ID] {
			r.summary.Known++
			continue
		}
		r.summary.Added[string(c.Status)]++
		if c.Label != "" && c.Body != "" {
			r.summary.Labels++
		}
	}
	return err
}

// comment is a row as it is stored.
func (r *run) comment(row commentRow) (storage.ImportedComment, error) {
	author, err := r.author(row)
	if err != nil {
		return storage.ImportedComment{}, err
	}
	c := storage.ImportedComment{Depth: row.depth, InitialStatus: row.Arrived, Comment: models.Comment{
		ID: r.id(row.Key, row.at), Site: r.opt.Site, Article: models.Article{Site: r.opt.Site, ID: row.article},
		Author: author, Body: row.Body, Lang: row.Lang, Status: row.Status, Reason: row.Reason,
		WrittenBy: row.WrittenBy, Featured: row.Featured && row.Status == models.Approved, Redacted: row.Redacted,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}}
	if row.parentAt.Valid {
		c.ParentID = r.id(row.Parent, row.parentAt.Int64)
	} else if row.dangling {
		r.summary.Detached++
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = r.db.Now()
	}
	if c.UpdatedAt.Before(c.CreatedAt) {
		c.UpdatedAt = c.CreatedAt
	}
	if row.Removal != "" {
		c.Source = r.opt.Source + " " + string(row.Removal)
		if c.Label = r.opt.RemovedAs; row.Removal == commentfile.RemovedSpam {
			c.Label = models.Spam
		}
	}
	return c, nil
}

// id is the id of a comment here. Those of an archive stay when they are of this site.
func (r *run) id(key string, at int64) string {
	if r.opt.Archive {
		if id, err := uuid.Parse(key); err == nil && id.String() == key && storage.IsOfSite(key, r.opt.Site) {
			return key
		}
	}
	return storage.ImportedID(r.opt.Site, r.opt.Source, key, time.UnixMicro(at))
}

// author is who wrote a comment. An account of another system is not that of a reader
// here who has the same id, unless the caller says so.
func (r *run) author(row commentRow) (models.Author, error) {
	from := row.Author
	if row.account.Valid {
		var account commentfile.Author
		if err := json.Unmarshal([]byte(row.account.String), &account); err != nil {
			return models.Author{}, err
		}
		cleanAuthor(&account)
		from.Name, from.Email, from.URL = cmp.Or(from.Name, account.Name), cmp.Or(from.Email, account.Email), cmp.Or(from.URL, account.URL)
		from.Staff = from.Staff || account.Staff
	}
	a := models.Author{Name: from.Name, Email: from.Email, URL: from.URL, Staff: from.Staff}
	switch {
	case row.Status == models.Rejected && row.Body == "":
		a = models.Author{ID: a.ID}
	case a.Name == "":
		a.Name = nobody
	}
	switch {
	case from.Key == "":
	case row.becomesAuthor != "":
		a.ID = shorten(row.becomesAuthor, models.MaxID)
	case r.opt.Archive || r.opt.SameAuthors:
		a.ID = shorten(from.Key, models.MaxID)
	default:
		a.ID = shorten(r.opt.Source+":"+from.Key, models.MaxID)
	}
	return a, nil
}

// writeLabels stores the labels of an archive.
func (r *run) writeLabels() error {
	type labelRow struct {
		storage.ImportedLabel
		seq int64
		at  sql.NullInt64 // of its comment
	}
	for after := int64(0); ; {
		page, err := list(r.table, func(rows *sql.Rows) (l labelRow, err error) {
			var data string
			if err = rows.Scan(&l.seq, &l.Comment, &l.at, &data); err != nil {
				return l, err
			}
			return l, json.Unmarshal([]byte(data), &l.Label)
		}, `SELECT l.seq, l.comment, c.at, l.data FROM label l LEFT JOIN comment c ON c.key = l.comment WHERE l.seq > ? ORDER BY l.seq LIMIT ?`, after, batchSize)
		if err != nil || len(page) == 0 {
			return err
		}
		var batch []storage.ImportedLabel
		for _, l := range page {
			after = l.seq
			if l.Comment != "" && !l.at.Valid {
				continue // of a comment that is not there
			}
			if l.Site = r.opt.Site; l.Comment != "" {
				l.Comment = r.id(l.Comment, l.at.Int64)
			}
			l.ID = r.recordID(l.ID) // one that is no UUID is of a text, and the same on all sites
			batch = append(batch, l.ImportedLabel)
		}
		if r.opt.DryRun {
			r.summary.Labels += len(batch)
			continue
		}
		added, err := r.db.ImportCommentLabels(r.ctx, r.opt.Site, batch)
		if err != nil {
			return err
		}
		r.summary.Labels += added
	}
}
