package commentfile

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/classifier/labelfile"
	"winnow/models"
)

// TableOptions say how a table is read, for what it does not show by itself.
type TableOptions struct {
	Columns   map[string]string // column by field; see ParseColumns
	Separator rune              // 0: found
	Encoding  string            // "": found
	DateOrder labelfile.DateOrder
}

// columnNames are the fields of a table, and the names of columns that are taken for them,
// the first of them first.
var columnNames = map[string][]string{
	"id":           {"id", "comment_id", "nr"},
	"parent":       {"parent", "parent_id", "reply_to", "in_reply_to", "comment_parent"},
	"article":      {"article", "article_id", "post_id", "page_id", "thread_id", "story_id", "thread", "page", "story"},
	"url":          {"url", "article_url", "page_url", "permalink", "link"},
	"title":        {"title", "article_title", "page_title", "headline"},
	"section":      {"section"},
	"text":         {"text", "body", "comment", "content", "message", "comment_text", "comment_body", "comment_content", "kommentar", "nachricht"},
	"author":       {"author", "author_name", "name", "user_name", "username", "nickname", "nick", "user", "autor"},
	"author_id":    {"author_id", "user_id"},
	"author_email": {"author_email", "email", "e_mail", "mail"},
	"author_url":   {"author_url", "website", "homepage"},
	"status":       {"status", "state", "approved"},
	"created_at":   {"created_at", "created", "date", "datetime", "timestamp", "time", "published_at", "posted_at", "datum"},
	"updated_at":   {"updated_at", "updated", "edited_at"},
}

// states are the values of the column status.
var states = map[string]models.Status{
	"": models.Approved, "approved": models.Approved, "approve": models.Approved, "published": models.Approved, "visible": models.Approved,
	"1": models.Approved, "true": models.Approved, "yes": models.Approved,
	"pending": models.Pending, "waiting": models.Pending, "held": models.Pending, "hold": models.Pending, "unapproved": models.Pending,
	"0": models.Pending, "false": models.Pending, "no": models.Pending,
	"rejected": models.Rejected, "spam": models.Rejected, "trash": models.Rejected, "deleted": models.Rejected, "removed": models.Rejected, "hidden": models.Rejected,
}

// ParseColumns reads pairs such as "text=Kommentar,author=Name".
func ParseColumns(pairs string) (map[string]string, error) {
	columns := map[string]string{}
	var bad models.Invalid
	for pair := range strings.SplitSeq(pairs, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		field, column, ok := strings.Cut(pair, "=")
		field, column = strings.TrimSpace(field), strings.TrimSpace(column)
		if _, known := columnNames[field]; !ok || !known || column == "" {
			bad.Add("columns", "must be pairs such as text=Kommentar, with the fields %s, not %.40q", strings.Join(slices.Sorted(maps.Keys(columnNames)), ", "), pair)
			continue
		}
		columns[field] = column
	}
	return columns, bad.Err()
}

// readTable reads a table with a comment in each row.
func readTable(_ context.Context, src Source, opt TableOptions) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f := &file{name: src.Name, yield: yield}
		in, err := unpack(src.In)
		if err != nil {
			f.end(err)
			return
		}
		read := labelfile.Options{Separator: opt.Separator, Encoding: opt.Encoding, DateOrder: opt.DateOrder}
		t := tableReader{file: f, opt: opt}
		for row, err := range labelfile.Rows(in, strings.TrimSuffix(src.Name, ".gz"), read) {
			if !f.rowError(row, err) {
				f.end(t.row(row))
			}
			if f.stopped {
				return
			}
		}
	}
}

// rowError hands on what is wrong with a row, or with the table as a whole.
func (f *file) rowError(row labelfile.Row, err error) bool {
	switch {
	case err == nil || f.stopped:
		return err != nil
	case row.Line > 0:
		f.stopped = !f.yield(Record{}, err)
	default:
		f.stopped = true
		f.yield(Record{}, &endError{err})
	}
	return true
}

func placeOf(row labelfile.Row) string {
	if row.Sheet != "" {
		return fmt.Sprintf(":%s:%d", row.Sheet, row.Line)
	}
	return fmt.Sprintf(":%d", row.Line)
}

// tableReader knows the columns of the present sheet.
type tableReader struct {
	*file
	opt    TableOptions
	header []string       // as it was resolved
	at     map[string]int // column by field
}

func (t *tableReader) row(row labelfile.Row) error {
	if !slices.Equal(t.header, row.Header) {
		if err := t.resolve(row.Header); err != nil {
			return err
		}
	}
	place := placeOf(row)
	get := func(field string) string {
		if i, ok := t.at[field]; ok && i < len(row.Fields) {
			return strings.TrimSpace(row.Fields[i])
		}
		return ""
	}
	c := Comment{
		Key: get("id"), Parent: get("parent"), Article: cmp.Or(get("article"), get("url")), Body: get("text"),
		Author: Author{Key: get("author_id"), Name: get("author"), Email: get("author_email"), URL: get("author_url")},
	}
	if c.Parent == "0" {
		c.Parent = ""
	}
	if c.Article == "" {
		t.bad(place, invalid("it names no article: neither by an id nor by an address"))
		return nil
	}
	if err := c.fromTable(get, row.Epoch, t.opt.DateOrder); err != nil {
		t.bad(place, err)
		return nil
	}
	if c.Key == "" { // the same row is the same comment the next time
		sum := sha256.Sum256([]byte(strings.Join(row.Fields, "\x00")))
		c.Key = "row " + hex.EncodeToString(sum[:12])
	}
	if a := (Article{Key: c.Article, ID: get("article"), URL: get("url"), Title: get("title"), Section: get("section")}); a.URL != "" || a.Title != "" {
		if !t.emit(place, Record{Article: &a}) {
			return nil
		}
	}
	t.emit(place, Record{Comment: &c})
	return nil
}

// fromTable sets what must be understood.
func (c *Comment) fromTable(get func(string) string, epoch time.Time, order labelfile.DateOrder) (err error) {
	for field, into := range map[string]*time.Time{"created_at": &c.CreatedAt, "updated_at": &c.UpdatedAt} {
		if text := get(field); text != "" {
			if *into, err = labelfile.ParseTime(text, epoch, order); err != nil {
				return invalid("%s: %v", field, err)
			}
		}
	}
	value := strings.ToLower(get("status"))
	status, known := states[value]
	if !known {
		return invalid("status must be approved, pending, spam, trash or rejected, not %.40q", value)
	}
	switch c.Status = status; {
	case value == "spam":
		c.remove(RemovedSpam)
	case value == "rejected":
		c.remove(RemovedRejected)
	case status == models.Rejected:
		c.remove(RemovedTrash)
	case status == models.Pending:
		c.Reason = models.ReasonImported
	}
	return nil
}

// resolve finds the columns of a header.
func (t *tableReader) resolve(header []string) error {
	t.header, t.at = slices.Clone(header), map[string]int{}
	taken := map[int]bool{}
	for _, field := range slices.Sorted(maps.Keys(t.opt.Columns)) {
		i := slices.Index(header, labelfile.ColumnName(t.opt.Columns[field]))
		if i < 0 {
			return invalid("there is no column %q for %s: the header has %.400s", t.opt.Columns[field], field, fmt.Sprintf("%.40q", header))
		}
		t.at[field], taken[i] = i, true
	}
	for _, field := range slices.Sorted(maps.Keys(columnNames)) {
		for _, name := range columnNames[field] {
			if _, found := t.at[field]; found {
				break
			}
			if i := slices.Index(header, name); i >= 0 && !taken[i] {
				t.at[field], taken[i] = i, true
			}
		}
	}
	_, byID := t.at["article"]
	_, byURL := t.at["url"]
	if _, ok := t.at["text"]; !ok || !byID && !byURL {
		return invalid("the header needs a column for text and one for article or url, it has %.200s; name them with --columns text=NAME,article=NAME", strings.Join(header, ", "))
	}
	return nil
}
