package commentfile

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"path/filepath"
	"strings"

	"winnow/classifier/labelfile"
	"winnow/models"
)

// readWaline reads an export of Waline (type waline, version 1), an export of the
// class Comment of LeanCloud, where Waline and Valine keep comments, or a table of the
// comments as databases write it.
func readWaline(ctx context.Context, src Source, _ TableOptions) iter.Seq2[Record, error] {
	name := strings.TrimSuffix(strings.ToLower(src.Name), ".gz")
	if extension := filepath.Ext(name); extension == ".csv" || extension == ".tsv" {
		return readWalineTable(src)
	}
	return streamed(readWalineJSON)(ctx, src, TableOptions{})
}

func readWalineJSON(f *file) error {
	each := func(path, place string, raw []byte) {
		if strings.HasSuffix(path, "Users") {
			f.emitWalineUser(place, raw)
			return
		}
		var r walineComment
		if f.parse(place, raw, &r) {
			f.emitWaline(place, r)
		}
	}
	// JSON Lines begin with an object too; a document has one of these names in its first.
	head, _ := f.in.src.Peek(32 << 10)
	if line, _, several := bytes.Cut(head, []byte("\n")); several && json.Valid(line) && bytes.HasPrefix(line, []byte("{")) || bytes.HasPrefix(head, []byte("#filetype")) {
		return f.eachLine(func(place string, raw []byte) {
			if !bytes.HasPrefix(raw, []byte("#")) {
				each("", place, raw)
			}
		})
	}
	// The address /api/db of a server answers with the document within another one.
	return f.eachElement([]string{"", "data.Comment", "data.Users", "data.data.Comment", "data.data.Users", "results"}, each)
}

func (f *file) emitWalineUser(place string, raw []byte) {
	var u struct {
		ID    text   `json:"objectId"`
		Name  string `json:"display_name"`
		Email string `json:"email"`
		URL   string `json:"url"`
		Type  string `json:"type"`
	}
	if f.parse(place, raw, &u) && u.ID != "" {
		f.emit(place, Record{Author: &Author{Key: string(u.ID), Name: u.Name, Email: u.Email, URL: u.URL, Staff: u.Type == "administrator"}})
	}
}

type walineComment struct {
	ID       text    `json:"objectId"`
	RowID    text    `json:"id"`
	Parent   text    `json:"pid"`
	Comment  string  `json:"comment"`
	Nick     string  `json:"nick"`
	Mail     string  `json:"mail"`
	Link     string  `json:"link"`
	URL      string  `json:"url"`
	Status   string  `json:"status"`
	User     text    `json:"user_id"`
	Inserted instant `json:"insertedAt"`
	Created  instant `json:"createdAt"`
	Sticky   text    `json:"sticky"`
}

func (f *file) emitWaline(place string, r walineComment) {
	c := Comment{
		Key: string(r.ID), Parent: string(r.Parent), Article: r.URL, Body: r.Comment, Status: models.Approved, Featured: r.Sticky.isTrue(),
		Author: Author{Key: string(r.User), Name: r.Nick, Email: r.Mail, URL: r.Link}, CreatedAt: r.Inserted.Time,
	}
	if c.Key == "" {
		c.Key = string(r.RowID)
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = r.Created.Time
	}
	if c.Parent == "0" {
		c.Parent = ""
	}
	if strings.HasPrefix(c.Body, "<") { // Valine stored HTML
		c.Body = plainText(c.Body)
	}
	switch r.Status {
	case "", "approved", "NULL":
	case "waiting":
		c.Status, c.Reason = models.Pending, models.ReasonImported
	case "spam":
		c.remove(RemovedSpam)
	default:
		f.bad(place, invalid("comment %.40q has the unknown status %.40q", c.Key, r.Status))
		return
	}
	if r.URL != "" {
		if a := pageArticle(r.URL, ""); !f.emit(place, Record{Article: &a}) {
			return
		}
	}
	f.emit(place, Record{Comment: &c})
}

// readWalineTable reads the table wl_Comment, as CSV with its names of columns.
func readWalineTable(src Source) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		f := &file{name: src.Name, yield: yield}
		in, err := unpack(src.In)
		if err != nil {
			f.end(err)
			return
		}
		for row, err := range labelfile.Rows(in, strings.TrimSuffix(src.Name, ".gz"), labelfile.Options{}) {
			if !f.rowError(row, err) {
				f.walineRow(row, strings.HasSuffix(strings.TrimSuffix(src.Name, ".gz"), ".tsv"))
			}
			if f.stopped {
				return
			}
		}
	}
}

// escapes are how clients of databases write the text of a column into a line.
var escapes = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`)

func (f *file) walineRow(row labelfile.Row, escaped bool) {
	values := map[string]string{}
	for i, name := range row.Header {
		if i < len(row.Fields) && row.Fields[i] != "NULL" && row.Fields[i] != `\N` {
			values[name] = strings.TrimSpace(row.Fields[i])
		}
	}
	r := walineComment{
		ID: text(values["objectid"]), RowID: text(values["id"]), Parent: text(values["pid"]), Comment: values["comment"], Nick: values["nick"], Mail: values["mail"],
		Link: values["link"], URL: values["url"], Status: values["status"], User: text(values["user_id"]), Sticky: text(values["sticky"]),
	}
	if escaped {
		r.Comment = escapes.Replace(r.Comment)
	}
	for name, into := range map[string]*instant{"insertedat": &r.Inserted, "createdat": &r.Created} {
		at, err := parseTime(values[name])
		if err != nil {
			f.bad(placeOf(row), err)
			return
		}
		into.Time = at
	}
	f.emitWaline(placeOf(row), r)
}
