package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// labelDecision replaces a comment's label by that of a decision. A decision
// that was not about the text has none.
func (t *tx) labelDecision(d models.Decision, c models.Comment) error {
	if _, err := t.Exec(`UPDATE labels SET replaced_by = $1 WHERE comment_id = $2 AND comment_id <> '' AND replaced_by = ''`, d.ID, c.ID); err != nil {
		return err
	}
	if d.Label == "" {
		return nil
	}
	_, err := t.insertLabel(c.ID, models.Label{
		ID: d.ID, Text: c.Body, Label: d.Label, Lang: c.Lang, Author: c.Author.Name, AuthorEmail: c.Author.Email, AuthorURL: c.Author.URL,
		URL: c.Article.URL, Site: c.Site, Source: "decision", LabelledBy: d.Moderator, CreatedAt: t.Now,
	})
	return err
}

// restoreLabel undoes labelDecision.
func (t *tx) restoreLabel(d models.Decision) error {
	if _, err := t.Exec(`DELETE FROM labels WHERE comment_id = $1 AND comment_id <> '' AND id = $2`, d.CommentID, d.ID); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE labels SET replaced_by = '' WHERE comment_id = $1 AND comment_id <> '' AND replaced_by = $2`, d.CommentID, d.ID)
	return err
}

// insertLabel tells whether the label was new.
func (t *tx) insertLabel(comment string, l models.Label) (bool, error) {
	added, err := t.InsertRow("labels", "ON CONFLICT (id) DO NOTHING",
		"id", l.ID,
		"comment_id", comment,
		"replaced_by", "",
		"label", string(l.Label),
		"site", l.Site,
		"author", l.Author,
		"author_email", l.AuthorEmail,
		"author_url", l.AuthorURL,
		"url", l.URL,
		"lang", l.Lang,
		"source", l.Source,
		"labelled_by", l.LabelledBy,
		"created_at", micros(l.CreatedAt),
		"body", l.Text,
	)
	return added > 0, err
}

func readLabel(scan sqldb.Scanner) (l models.Label, err error) {
	var at int64
	err = scan(&l.ID, &l.Label, &l.Site, &l.Author, &l.AuthorEmail, &l.AuthorURL, &l.URL, &l.Lang, &l.Source, &l.LabelledBy, &at, &l.Text)
	l.CreatedAt = fromMicros(at)
	return l, err
}

// Labels streams the labels that are in force, from since on, oldest first; those
// of one site when site is not "".
func (db *DB) Labels(ctx context.Context, site string, since time.Time) iter.Seq2[models.Label, error] {
	return sqldb.Stream(ctx, db.sql, micros(since), func(t *sqldb.Tx, after sqldb.Position) ([]models.Label, error) {
		w := after.After("created_at")
		w.Add("replaced_by = ''")
		if site != "" {
			w.Add("site = ?", site)
		}
		return sqldb.List(t, readLabel, `SELECT id, label, site, author, author_email, author_url, url, lang, source, labelled_by, created_at, body
			FROM labels`+w.String()+sqldb.PageClause("created_at"), w.Args()...)
	}, func(l models.Label) sqldb.Position { return sqldb.Position{At: micros(l.CreatedAt), ID: l.ID} })
}

// LabelCounts counts the labels that are in force by class; those of one site
// when site is not "".
func (db *DB) LabelCounts(ctx context.Context, site string) (map[models.Class]int, error) {
	var w sqldb.Where
	w.Add("replaced_by = ''")
	if site != "" {
		w.Add("site = ?", site)
	}
	type count struct {
		class models.Class
		n     int
	}
	rows, err := read(ctx, db, func(t *tx) ([]count, error) {
		return sqldb.List(t, func(scan sqldb.Scanner) (c count, err error) { err = scan(&c.class, &c.n); return c, err },
			`SELECT label, count(*) FROM labels`+w.String()+` GROUP BY label`, w.Args()...)
	})
	counts := map[models.Class]int{}
	for _, c := range rows {
		counts[c.class] = c.n
	}
	return counts, err
}

const importBatch = 500 // labels in one transaction

// ImportLabels stores labels from a file. One whose id exists, or without an id
// one whose text and label exist, counts as known and is left alone. It stops at
// the first row with an error; the rows before it are stored.
func (db *DB) ImportLabels(ctx context.Context, by models.Caller, rows iter.Seq2[models.Label, error]) (added, known int, err error) {
	batch := make([]models.Label, 0, importBatch)
	flush := func() error {
		n, err := db.importLabelBatch(ctx, by, batch)
		if err == nil {
			added, known = added+n, known+len(batch)-n
			batch = make([]models.Label, 0, importBatch) // the writer may still read the old one
		}
		return err
	}
	for l, rowErr := range rows {
		if err = rowErr; err == nil {
			l, err = validateImport(l)
		}
		if err != nil {
			break
		}
		if batch = append(batch, l); len(batch) == importBatch {
			if err = flush(); err != nil {
				return added, known, err
			}
		}
	}
	if flushErr := flush(); flushErr != nil {
		return added, known, flushErr
	}
	return added, known, err
}

// validateImport completes and checks a row of a file.
func validateImport(l models.Label) (models.Label, error) {
	var bad models.Invalid
	if models.Blank(l.Text) {
		bad.Add("text", "must not be empty")
	}
	if !l.Label.Valid() {
		bad.Add("label", "must be ham, spam or abuse")
	}
	l.Text = sqldb.SanitizeText(l.Text)
	if l.ID == "" {
		sum := sha256.Sum256([]byte(string(l.Label) + "\x00" + l.Text))
		l.ID = "text:" + hex.EncodeToString(sum[:16])
	}
	if l.Source == "" {
		l.Source = "import"
	}
	return l, bad.Err()
}

func (db *DB) importLabelBatch(ctx context.Context, by models.Caller, batch []models.Label) (added int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	return update(ctx, db, func(t *tx) (int, error) {
		n := 0
		for _, l := range batch {
			if l.CreatedAt.IsZero() {
				l.CreatedAt = t.Now
			}
			isNew, err := t.insertLabel("", l)
			if err != nil {
				return 0, err
			}
			n += boolToInt(isNew)
		}
		if n == 0 {
			return 0, nil
		}
		return n, t.audit(by, "", "labels.import", "", nil, map[string]int{"added": n})
	})
}
