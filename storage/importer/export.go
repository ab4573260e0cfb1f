package importer

import (
	"context"
	"io"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
)

// Exported counts what an archive has.
type Exported struct {
	Articles, Comments, Labels, Decisions, Bans int
	MarksLeft                                   int // marks of bans that cannot be moved
}

// WriteArchive writes an archive of a site, which Run reads. progress is called with the
// size of each comment; it may be nil.
func WriteArchive(ctx context.Context, db *storage.DB, site models.Site, at time.Time, w io.Writer, progress func(bytes int)) (n Exported, err error) {
	out, err := commentfile.NewArchiveWriter(w, site, at)
	if err != nil {
		return n, err
	}
	rules, err := db.Rules(ctx, site.Slug)
	if err == nil {
		err = out.Settings(site)
	}
	if err == nil {
		err = out.Rules(rules)
	}
	if err != nil {
		return n, err
	}
	for a, err := range db.AllArticles(ctx, site.Slug) {
		if err == nil {
			n.Articles++
			err = out.Article(a.WithoutEnded(at))
		}
		if err != nil {
			return n, err
		}
	}
	for c, err := range db.ArchivedComments(ctx, site.Slug) {
		if err == nil {
			if n.Comments++; progress != nil {
				progress(len(c.Body))
			}
			err = out.Comment(c.Comment, c.InitialStatus)
		}
		if err != nil {
			return n, err
		}
	}
	if err := writeRest(ctx, db, site.Slug, out, &n); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// writeRest writes labels, decisions and bans.
func writeRest(ctx context.Context, db *storage.DB, site string, out *commentfile.ArchiveWriter, n *Exported) error {
	for l, err := range db.CommentLabels(ctx, site) {
		if err == nil {
			n.Labels++
			err = out.Label(l.Comment, l.Label)
		}
		if err != nil {
			return err
		}
	}
	for d, err := range db.ArchivedDecisions(ctx, site) {
		if err == nil {
			n.Decisions++
			err = out.Decision(commentfile.Decision{Decision: d.Decision, OldStatus: d.OldStatus, OldReason: d.OldReason})
		}
		if err != nil {
			return err
		}
	}
	for b, err := range db.ArchivedBans(ctx, site) {
		if n.MarksLeft += b.Left; err == nil && len(b.Marks) > 0 {
			n.Bans++
			err = out.Ban(b.BanEntry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
