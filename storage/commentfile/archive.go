package commentfile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"winnow/models"
)

// An archive is JSON Lines. The first line says what it is; each further one has a type and
// the fields below. Times are RFC 3339 in UTC. The types come in this order:
//
//	settings  once: the settings of the site, as GET /v1/sites/{slug} has them
//	rules     once: its rules, as GET /v1/sites/{slug}/rules has them
//	article   one each
//	comment   one each, of every status, in the order of their times
//	label     one each that is in force
//	decision  one each: the decisions of moderators in the order of their times, and then the
//	          escalations; those that were undone too. A label of a decision has its id.
//	ban       one each that is in force
//
// It has no secrets: no keys of the site, no passwords, no secret of reader tokens, no
// address of a notice's webhook, no key of a service for second opinions. Lines of a type
// that is not known are left out, and so are fields. A line without a type is a comment, as
// in winnow export comments.

const (
	archiveName    = "winnow-archive"
	archiveVersion = 1
)

// ArchiveHeader is the first line of an archive.
type ArchiveHeader struct {
	Type       string    `json:"type"` // winnow-archive
	Version    int       `json:"version"`
	Site       string    `json:"site"` // slug
	Name       string    `json:"name"`
	ExportedAt time.Time `json:"exported_at"`
}

// archiveArticle is an article. MergedInto is the id of the one that it stands for.
type archiveArticle struct {
	Type        string              `json:"type"`
	ID          string              `json:"id"`
	URL         string              `json:"url,omitempty"`
	Title       string              `json:"title,omitempty"`
	Section     string              `json:"section,omitempty"`
	Described   bool                `json:"described,omitempty"`
	PublishedAt time.Time           `json:"published_at,omitzero"`
	AddedAt     time.Time           `json:"added_at,omitzero"`
	State       models.ArticleState `json:"state,omitempty"`
	StateUntil  time.Time           `json:"state_until,omitzero"`
	ClosesAt    time.Time           `json:"closes_at,omitzero"`
	KeepOpen    bool                `json:"keep_open,omitempty"`
	MergedInto  string              `json:"merged_into,omitempty"`
}

// archiveComment is a comment of any status, without what came from its address and
// without the verdict. An empty body was removed.
type archiveComment struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Article struct {
		ID    string `json:"id"`
		URL   string `json:"url,omitempty"`
		Title string `json:"title,omitempty"`
	} `json:"article"`
	ParentID  string        `json:"parent_id,omitempty"`
	Author    models.Author `json:"author"`
	Body      string        `json:"body"`
	Lang      string        `json:"lang,omitempty"`
	Status    models.Status `json:"status"`
	Arrived   models.Status `json:"arrived,omitempty"` // what the filter made of it, before anybody decided
	Reason    models.Reason `json:"reason,omitempty"`
	WrittenBy string        `json:"written_by,omitempty"`
	Featured  bool          `json:"featured,omitempty"`
	Redacted  bool          `json:"redacted,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// archiveLabel is a label that is in force, of a comment or of an imported text.
type archiveLabel struct {
	Type      string `json:"type"`
	CommentID string `json:"comment_id,omitempty"`
	models.Label
}

// archiveSettings are the settings of a site, which has another slug and another age where
// they go.
type archiveSettings struct {
	Type string `json:"type"`
	models.Site
	Slug      *string    `json:"slug,omitempty"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
}

// archiveRules are the rules of a site.
type archiveRules struct {
	Type  string       `json:"type"`
	Rules models.Rules `json:"rules"`
}

// archiveDecision is a decision or, with the action escalate, an escalation.
type archiveDecision struct {
	Type string `json:"type"`
	Decision
}

// archiveBan is a ban or shadow ban with those of its marks whose values are known: ids,
// names, e-mail addresses and networks. Of browsers and households only hashes are stored,
// with a key that is a secret: these marks stay behind.
type archiveBan struct {
	Type string `json:"type"`
	models.BanEntry
}

// ArchiveWriter writes an archive.
type ArchiveWriter struct {
	out  *bufio.Writer
	json *json.Encoder
}

// NewArchiveWriter begins an archive of a site.
func NewArchiveWriter(w io.Writer, site models.Site, at time.Time) (*ArchiveWriter, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	a := &ArchiveWriter{out: out, json: json.NewEncoder(out)}
	a.json.SetEscapeHTML(false)
	return a, a.json.Encode(ArchiveHeader{Type: archiveName, Version: archiveVersion, Site: site.Slug, Name: site.Name, ExportedAt: at.UTC()})
}

// Article writes an article.
func (a *ArchiveWriter) Article(e models.ArticleEntry) error {
	return a.json.Encode(archiveArticle{
		Type: "article", ID: e.ID, URL: e.URL, Title: e.Title, Section: e.Section, Described: e.Described, PublishedAt: e.PublishedAt, AddedAt: e.AddedAt,
		State: e.State, StateUntil: e.Until, ClosesAt: e.ClosesAt, KeepOpen: e.KeepOpen, MergedInto: e.MergedInto,
	})
}

// Settings writes the settings of the site.
func (a *ArchiveWriter) Settings(s models.Site) error {
	return a.json.Encode(archiveSettings{Type: "settings", Site: s})
}

// Rules writes the rules of the site.
func (a *ArchiveWriter) Rules(r models.Rules) error { return a.json.Encode(archiveRules{"rules", r}) }

// Decision writes a decision, whose label stands by itself.
func (a *ArchiveWriter) Decision(d Decision) error {
	d.Label = ""
	return a.json.Encode(archiveDecision{"decision", d})
}

// Ban writes a ban.
func (a *ArchiveWriter) Ban(b models.BanEntry) error { return a.json.Encode(archiveBan{"ban", b}) }

// Comment writes a comment, and the status that it had at first.
func (a *ArchiveWriter) Comment(c models.Comment, arrived models.Status) error {
	row := archiveComment{
		Type: "comment", ID: c.ID, ParentID: c.ParentID, Author: c.Author, Body: c.Body, Lang: c.Lang, Status: c.Status, Arrived: arrived, Reason: c.Reason,
		WrittenBy: c.WrittenBy, Featured: c.Featured, Redacted: c.Redacted, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if row.Article.ID = c.Article.ID; c.PostedOn != "" {
		row.Article.ID = c.PostedOn
	}
	return a.json.Encode(row)
}

// Label writes a label of a comment; "" is none.
func (a *ArchiveWriter) Label(comment string, l models.Label) error {
	return a.json.Encode(archiveLabel{"label", comment, l})
}

// Flush ends the archive.
func (a *ArchiveWriter) Flush() error { return a.out.Flush() }

func readArchive(f *file) error {
	return f.eachLine(func(place string, raw []byte) {
		var header ArchiveHeader
		if !f.parse(place, raw, &struct {
			Type    *string `json:"type"`
			Version any     `json:"version"` // of a comment: another number
		}{Type: &header.Type}) {
			return
		}
		switch header.Type {
		case archiveName:
			if f.parse(place, raw, &header) && header.Version != archiveVersion {
				f.bad(place, invalid("version %d of archives is not known; this program reads version %d", header.Version, archiveVersion))
			}
		case "article":
			emitParsed(f, place, raw, func(a archiveArticle) Record { return Record{Article: a.article()} })
		case "settings":
			emitParsed(f, place, raw, func(s archiveSettings) Record { return Record{Settings: &s.Site} })
		case "rules":
			emitParsed(f, place, raw, func(r archiveRules) Record { return Record{Rules: &r.Rules} })
		case "decision":
			emitParsed(f, place, raw, func(d archiveDecision) Record { return Record{Decision: &d.Decision} })
		case "ban":
			emitParsed(f, place, raw, func(b archiveBan) Record { return Record{Ban: &b.BanEntry} })
		case "label":
			var l archiveLabel
			if f.parse(place, raw, &l) {
				f.emitArchivedLabel(place, l)
			}
		case "comment", "":
			var c archiveComment
			if f.parse(place, raw, &c) {
				f.emitArchivedComment(place, c)
			}
		default:
			f.emit(place, Record{LeftOut: fmt.Sprintf("%.40s", header.Type)})
		}
	})
}

// emitParsed emits what a line of one type says.
func emitParsed[T any](f *file, place string, raw []byte, record func(T) Record) {
	var v T
	if f.parse(place, raw, &v) {
		f.emit(place, record(v))
	}
}

func (a archiveArticle) article() *Article {
	return &Article{
		Key: a.ID, ID: a.ID, URL: a.URL, Title: a.Title, Section: a.Section, Described: a.Described, PublishedAt: a.PublishedAt, AddedAt: a.AddedAt,
		State: a.State, StateUntil: a.StateUntil, ClosesAt: a.ClosesAt, KeepOpen: a.KeepOpen, MergedInto: a.MergedInto,
	}
}

func (f *file) emitArchivedLabel(place string, l archiveLabel) {
	if l.ID == "" || !l.Label.Label.Valid() || models.Blank(l.Text) {
		f.bad(place, invalid("a label needs an id, a text, and one of the labels ham, spam and abuse"))
		return
	}
	f.emit(place, Record{Label: &Label{Comment: l.CommentID, Label: l.Label}})
}

func (f *file) emitArchivedComment(place string, c archiveComment) {
	if c.Article.URL != "" || c.Article.Title != "" {
		if !f.emit(place, Record{Article: &Article{Key: c.Article.ID, ID: c.Article.ID, URL: c.Article.URL, Title: c.Article.Title}}) {
			return
		}
	}
	f.emit(place, Record{Comment: &Comment{
		Key: c.ID, Parent: c.ParentID, Article: c.Article.ID, Author: Author{Key: c.Author.ID, Name: c.Author.Name, Email: c.Author.Email, URL: c.Author.URL, Staff: c.Author.Staff},
		Body: c.Body, Lang: c.Lang, Status: c.Status, Arrived: c.Arrived, Reason: c.Reason, WrittenBy: c.WrittenBy, Featured: c.Featured, Redacted: c.Redacted,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}})
}
