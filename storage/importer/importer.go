// Package importer brings what package commentfile reads into a database.
//
// A file names comments before their authors and replies before what they answer. So a
// run first writes all records into a temporary SQLite file, then resolves who answers
// whom, and then stores articles and comments in batches, parents first: its memory does
// not grow with the file. It imports commentfile, models and storage.
package importer

import (
	"context"
	"iter"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
)

// Options say what an import does.
type Options struct {
	Site       string
	Source     string // name of the format: part of the ids of comments, and of the sources of labels
	ArticleIDs ArticleIDs
	// SameArticles: articles with the same id are the same, though their addresses are on
	// different hosts. Otherwise the file may be of another blog, and ends the run.
	SameArticles bool
	Map          Map
	SameAuthors  bool         // accounts keep the ids that they have in the file
	RemovedAs    models.Class // label of what was removed there as something else than spam; "": none
	DryRun       bool
	Archive      bool // the file is one of this program: comments and authors keep their ids
	// WithoutSettings leaves out the settings, rules and bans of an archive.
	WithoutSettings bool
	Folder          string                // of the temporary file; "": that of the system
	Bad             func(error)           // is called with what is wrong with each record that is left out
	Progress        func(done, total int) // is called while comments are stored; may be nil
}

// Summary is what a run has found and done.
type Summary struct {
	Comments int            `json:"comments"` // in the file, without those that are bad
	Articles int            `json:"articles"`
	Authors  int            `json:"authors"` // different accounts and names
	Added    map[string]int `json:"added"`   // by status; in a dry run: that would be added
	Known    int            `json:"known"`
	Labels   int            `json:"labels"`
	Detached int            `json:"without_parent"`
	// Of an archive. Settings and Rules: they were taken.
	Decisions int  `json:"decisions,omitempty"`
	Bans      int  `json:"bans,omitempty"`
	Settings  bool `json:"settings,omitempty"`
	Rules     bool `json:"rules,omitempty"`

	Twice   int            `json:"twice"` // records with the id of another one in the file
	LeftOut map[string]int `json:"left_out,omitempty"`
	Bad     int            `json:"bad"`
}

// Run imports records. What ends the file early is returned after all that came before it
// has been stored.
func Run(ctx context.Context, db *storage.DB, by models.Caller, records iter.Seq2[commentfile.Record, error], opt Options) (s Summary, err error) {
	s = Summary{Added: map[string]int{}, LeftOut: map[string]int{}}
	t, err := newTable(ctx, opt.Folder)
	if err != nil {
		return s, err
	}
	defer t.close()
	r := &run{ctx: ctx, db: db, by: by, opt: opt, table: t, summary: &s}
	if err := r.opt.Map.store(t); err != nil {
		return s, err
	}
	ended, err := r.read(records)
	if err != nil {
		return s, err
	}
	if err := r.resolve(); err != nil {
		return s, err
	}
	if err := r.write(); err != nil {
		return s, err
	}
	if !opt.DryRun {
		if err := db.FinishImport(ctx, by, opt.Site, opt.Source, s); err != nil {
			return s, err
		}
	}
	return s, ended
}

// run is one import.
type run struct {
	ctx     context.Context
	db      *storage.DB
	opt     Options
	table   *table
	by      models.Caller
	summary *Summary

	settings *models.Site  // of an archive; nil: none
	rules    *models.Rules // likewise
}

// bad counts a record that is left out.
func (r *run) bad(err error) {
	r.summary.Bad++
	if r.opt.Bad != nil {
		r.opt.Bad(err)
	}
}

// read writes the records into the table. ended is what ended the file early.
func (r *run) read(records iter.Seq2[commentfile.Record, error]) (ended, err error) {
	for record, recordErr := range records {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case recordErr != nil && models.KindOf(recordErr) == models.KindInvalid && !commentfile.Ends(recordErr):
			r.bad(recordErr)
		case recordErr != nil:
			ended = recordErr
		case record.LeftOut != "":
			r.leaveOut(record.LeftOut)
		default:
			err = r.keep(record)
		}
		if err != nil || ended != nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return ended, r.table.commit()
}

// leaveOut counts what is no comment. The names are those of a file: few are kept.
func (r *run) leaveOut(what string) {
	if _, known := r.summary.LeftOut[what]; !known && len(r.summary.LeftOut) >= 10 {
		what = "other"
	}
	r.summary.LeftOut[shorten(what, 40)]++
}

func (r *run) keep(record commentfile.Record) error {
	switch {
	case record.Article != nil:
		return r.table.addArticle(*record.Article)
	case record.Author != nil:
		return r.table.addAuthor(*record.Author)
	case record.Label != nil:
		return r.table.addLabel(record.Place, *record.Label)
	case record.Comment == nil:
		return r.keepArchived(record)
	}
	c := *record.Comment
	if err := check(&c); err != nil {
		r.bad(models.Errorf(models.KindInvalid, "%s: comment %.60q: %v", record.Place, c.Key, err))
		return nil
	}
	added, err := r.table.addComment(record.Place, c)
	if err != nil {
		return err
	}
	if !added {
		r.summary.Twice++
	}
	return nil
}
