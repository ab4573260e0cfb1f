package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"

	"winnow/models"
	"winnow/storage/sqldb"
)

const importBatch = 500 // labels in one transaction

// ImportLabels stores labels from a file. One whose id exists, or without an id
// one whose text, author and label exist, counts as known and is left alone. It stops at
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
		bad.AddCode(models.FieldRequired, "text", "must not be empty")
	}
	if !l.Label.Valid() {
		bad.Add("label", "must be ham, spam or abuse")
	}
	l.Text, l.ID = sqldb.SanitizeText(l.Text), sqldb.SanitizeText(l.ID)
	if l.ID == "" {
		l.ID = labelID(l)
	}
	if !(l.SelectionRate >= 0 && l.SelectionRate <= 1) {
		bad.Add("selection_rate", "must be a probability from 0 to 1")
	}
	if !(l.Weight >= 0 && l.Weight <= 1) {
		bad.Add("weight", "must be a number from 0 to 1")
	}
	l.Source, l.SelectedBy = cmp.Or(l.Source, "import"), cmp.Or(l.SelectedBy, models.SelectedImport)
	return l, bad.Err()
}

// labelID is the id of a label that has none, so that importing a file twice does
// not add its labels twice. Two authors may write the same.
func labelID(l models.Label) string {
	key := string(l.Label) + "\x00" + l.Text
	if l.Author != "" || l.AuthorEmail != "" {
		key += "\x00" + l.Author + "\x00" + l.AuthorEmail
	}
	sum := sha256.Sum256([]byte(key))
	return "text:" + hex.EncodeToString(sum[:16])
}

func (db *DB) importLabelBatch(ctx context.Context, by models.Caller, batch []models.Label) (added int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	return update(ctx, db, func(t *tx) (int, error) {
		known, err := t.knownLabels(batch)
		if err != nil {
			return 0, err
		}
		rows := make([]labelRow, 0, len(batch))
		for _, l := range batch {
			if known[l.ID] {
				continue
			}
			known[l.ID] = true
			if l.CreatedAt.IsZero() {
				l.CreatedAt = t.Now
			}
			rows = append(rows, labelRow{Label: l})
		}
		added, err := sqldb.AddReturning(t, newLabelRows, sqldb.ScanOne[string], func(r labelRow) string { return r.ID }, rows)
		n := len(added)
		if err != nil || n == 0 {
			return 0, err
		}
		return n, t.audit(by, siteOf(batch), "labels.import", "", nil, map[string]int{"added": n})
	})
}

// knownLabels returns which ids of labels exist, on whatever site.
func (t *tx) knownLabels(batch []models.Label) (map[string]bool, error) {
	sites, err := t.slugs()
	if err != nil {
		return nil, err
	}
	var w sqldb.Where
	w.In(t.Unindexed("site"), append(sites, ""))
	ids := make([]string, len(batch))
	for i, l := range batch {
		ids[i] = l.ID
	}
	w.In("id", ids)
	found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM labels`+w.String(), w.Args()...)
	known := make(map[string]bool, len(batch))
	for _, id := range found {
		known[id] = true
	}
	return known, err
}

// siteOf is the site of all labels, or "" when they have several.
func siteOf(labels []models.Label) string {
	for _, l := range labels {
		if l.Site != labels[0].Site {
			return ""
		}
	}
	return labels[0].Site
}
