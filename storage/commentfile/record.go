package commentfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"winnow/models"
)

// Record is one thing that a file says. One of its pointers is set, or LeftOut.
type Record struct {
	Place   string // in the file, such as "blog.xml:120"
	Article *Article
	Author  *Author
	Comment *Comment
	Label   *Label
	// Only archives have these.
	Settings *models.Site
	Rules    *models.Rules
	Decision *Decision
	Ban      *models.BanEntry
	LeftOut  string // what this record is, when it is no comment: "pingback"
}

// Article is a page that has comments.
type Article struct {
	Key         string              `json:"key"`          // by which comments of the file name it
	ID          string              `json:"id,omitempty"` // that the site itself has given it; "": none
	URL         string              `json:"url,omitempty"`
	Title       string              `json:"title,omitempty"`
	Section     string              `json:"section,omitempty"`
	Described   bool                `json:"described,omitempty"` // the newsroom's word, not that of a page
	PublishedAt time.Time           `json:"published_at,omitzero"`
	AddedAt     time.Time           `json:"added_at,omitzero"`
	State       models.ArticleState `json:"state,omitempty"` // "": open
	StateUntil  time.Time           `json:"state_until,omitzero"`
	ClosesAt    time.Time           `json:"closes_at,omitzero"`
	KeepOpen    bool                `json:"keep_open,omitempty"`
	MergedInto  string              `json:"merged_into,omitempty"` // key of the article that it stands for
}

// Author is who writes comments.
type Author struct {
	Key   string `json:"key,omitempty"` // by which comments of the file name a reader with an account; "": a stranger
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
	Staff bool   `json:"staff,omitempty"`
}

// Removal says how a rejected comment was removed where it comes from.
type Removal string

const (
	RemovedSpam     Removal = "spam"
	RemovedTrash    Removal = "trash"    // by somebody, as something else than spam
	RemovedRejected Removal = "rejected" // by a moderator, for a reason that the file does not have
)

// Comment is one comment with its state.
type Comment struct {
	Key       string        `json:"key"`              // its id in the file
	Parent    string        `json:"parent,omitempty"` // key of the comment that it answers
	Article   string        `json:"article"`          // key
	Author    Author        `json:"author"`           // what is missing here may stand in an Author with the same key
	Body      string        `json:"body"`             // plain text; "": it was removed
	Lang      string        `json:"lang,omitempty"`
	Status    models.Status `json:"status"`
	Arrived   models.Status `json:"arrived,omitempty"` // its first status; "": not known
	Reason    models.Reason `json:"reason,omitempty"`
	Removal   Removal       `json:"removal,omitempty"` // for a label
	WrittenBy string        `json:"written_by,omitempty"`
	Featured  bool          `json:"featured,omitempty"`
	Redacted  bool          `json:"redacted,omitempty"`
	CreatedAt time.Time     `json:"created_at,omitzero"`
	UpdatedAt time.Time     `json:"updated_at,omitzero"`
}

// Label is a label that is in force, of a comment or of a text without one.
type Label struct {
	Comment string // key; "": of none
	models.Label
}

// Decision is a decision or an escalation of a moderator, with what an undo puts back.
type Decision struct {
	models.Decision
	OldStatus models.Status `json:"old_status"`
	OldReason models.Reason `json:"old_reason,omitempty"`
}

// remove makes a comment one that was removed there.
func (c *Comment) remove(how Removal) {
	c.Status, c.Removal, c.Reason = models.Rejected, how, models.ReasonOther
	if how == RemovedSpam {
		c.Reason = models.ReasonSpam
	}
}

// erase makes a comment one whose text is gone. Its replies stay.
func (c *Comment) erase() {
	c.Status, c.Reason, c.Removal = models.Rejected, models.ReasonErased, ""
	c.Body, c.Author = "", Author{}
}

// Source is a file to read.
type Source struct {
	Name string // for messages, and for its extension
	In   io.Reader
	Path string // of a file on disk, for formats that cannot be read in order; "": none
}

// Format reads the files of one system.
type Format struct {
	Name    string // as on the command line
	About   string // what the file is and where it comes from
	Table   bool   // TableOptions apply
	Archive bool   // it is written by this program
	Read    func(context.Context, Source, TableOptions) iter.Seq2[Record, error]
}

// Formats are all that can be read, in the order of the documentation.
var Formats = []Format{
	{Name: "wordpress", About: "a WordPress export (WXR, .xml)", Read: streamed(readWordPress)},
	{Name: "disqus", About: "a Disqus export (.xml)", Read: streamed(readDisqus)},
	{Name: "remark42", About: "a Remark42 backup (JSON Lines)", Read: streamed(readRemark42)},
	{Name: "coral", About: "Coral: its collections comments, stories and users, as mongoexport writes them", Read: streamed(readCoral)},
	{Name: "isso", About: "the SQLite database of Isso", Read: readIsso},
	{Name: "comentario", About: "a Comentario export (JSON)", Read: streamed(readComentario)},
	{Name: "artalk", About: "Artalk's Artrans (JSON)", Read: streamed(readArtalk)},
	{Name: "waline", About: "a Waline export (JSON, or .csv of its table)", Read: readWaline},
	{Name: "comments", About: "an archive that winnow export all has written", Archive: true, Read: streamed(readArchive)},
	{Name: "csv", About: "a table: .csv, .tsv or .xlsx", Table: true, Read: readTable},
}

// streamed adapts the reader of a text without options.
func streamed(read func(*file) error) func(context.Context, Source, TableOptions) iter.Seq2[Record, error] {
	return func(_ context.Context, src Source, _ TableOptions) iter.Seq2[Record, error] {
		return func(yield func(Record, error) bool) {
			f := &file{name: src.Name, yield: yield}
			var err error
			if f.in, err = open(src.In); err == nil {
				err = read(f)
			}
			f.end(err)
		}
	}
}

// file is a file that is being read.
type file struct {
	name    string
	in      *bounded
	yield   func(Record, error) bool
	stopped bool // the caller wants no more
}

// invalid is what is wrong with a file or one of its records.
func invalid(format string, args ...any) error {
	return models.Errorf(models.KindInvalid, format, args...)
}

// emit hands a record to the caller, and reports whether there may be more.
func (f *file) emit(place string, r Record) bool {
	r.Place = f.name + place
	f.stopped = f.stopped || !f.yield(r, nil)
	return !f.stopped
}

// bad reports a record that cannot be read.
func (f *file) bad(place string, err error) bool {
	f.stopped = f.stopped || !f.yield(Record{}, invalid("%s%s: %v", f.name, place, err))
	return !f.stopped
}

// end reports what has ended the file early.
func (f *file) end(err error) {
	if err == nil || f.stopped {
		return
	}
	f.stopped = true
	f.yield(Record{}, &endError{fmt.Errorf("%s: %w", f.name, err)})
}

// endError ends a file, unlike what is wrong with one record.
type endError struct{ cause error }

func (e *endError) Error() string { return e.cause.Error() }
func (e *endError) Unwrap() error { return e.cause }

// Ends reports whether an error of a reader has ended the file.
func Ends(err error) bool {
	var end *endError
	return errors.As(err, &end)
}
