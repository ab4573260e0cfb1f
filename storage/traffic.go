package storage

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// LabelledComment is a comment with the class of its label in force; empty when it
// has none.
type LabelledComment struct {
	models.Comment
	Label models.Class
}

// RecentComments streams up to limit comments, the newest first; those of one site
// when site is not "". Comments whose text was removed are left out.
func (db *DB) RecentComments(ctx context.Context, site string, limit int) iter.Seq2[LabelledComment, error] {
	return func(yield func(LabelledComment, error) bool) {
		var last LabelledComment
		for read := 0; read < limit; {
			page, err := db.recentPage(ctx, site, last.Comment, min(limit-read, sqldb.StreamPage))
			if err != nil {
				yield(LabelledComment{}, err)
				return
			}
			for _, c := range page {
				if last = c; c.ContentRemoved() {
					continue
				}
				if read++; !yield(c, nil) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// recentPage reads the comments before one; from the newest on when it is zero. Those of all
// sites are merged: each site has an index of its own.
func (db *DB) recentPage(ctx context.Context, site string, before models.Comment, size int) ([]LabelledComment, error) {
	return readFor(ctx, db, sqldb.Exporting, func(t *tx) (all []LabelledComment, err error) {
		sites := []string{site}
		if site == "" {
			if sites, err = t.slugs(); err != nil {
				return nil, err
			}
		}
		for _, site := range sites {
			found, err := t.recentComments(site, before, size)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		slices.SortFunc(all, func(a, b LabelledComment) int {
			return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
		})
		return all[:min(size, len(all))], nil
	})
}

func (t *tx) recentComments(site string, before models.Comment, size int) ([]LabelledComment, error) {
	var w sqldb.Where
	w.Add("c.site = ?", site)
	w.AddText("NOT c.redacted") // its label is that of another text
	w.AddText("c.written_by = ''")
	if before.ID != "" {
		w.Add("(c.created_at, c.id) < (?, ?)", micros(before.CreatedAt), before.ID)
	}
	return sqldb.List(t, readLabelledComment, `SELECT `+commentColumns+`, coalesce((SELECT l.label FROM labels l
		WHERE l.site = c.site AND l.comment_id = c.id AND l.comment_id <> '' AND l.replaced_by = '' LIMIT 1), '')`+commentTables+w.String()+
		` ORDER BY c.created_at DESC, c.id DESC LIMIT `+strconv.Itoa(size), w.Args()...)
}

func readLabelledComment(scan sqldb.Scanner) (c LabelledComment, err error) {
	into, done := commentInto(&c.Comment)
	err = scan(append(into, &c.Label)...)
	done()
	return c, err
}
