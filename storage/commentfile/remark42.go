package commentfile

import (
	"strings"

	"winnow/models"
)

// readRemark42 reads a backup of Remark42 (version 1): a line about readers and pages, then
// a line for each comment.
func readRemark42(f *file) error {
	return f.eachLine(func(place string, raw []byte) {
		var r struct {
			Version *int `json:"version"`
			Posts   []struct {
				URL      string `json:"url"`
				ReadOnly bool   `json:"read_only"`
			} `json:"posts"`
			remark42Comment
		}
		if !f.parse(place, raw, &r) {
			return
		}
		if r.Version == nil {
			f.emitRemark42(place, r.remark42Comment)
			return
		}
		if *r.Version != 1 {
			f.bad(place, invalid("version %d of Remark42's backups is not known", *r.Version))
		}
		for _, p := range r.Posts {
			if p.ReadOnly && p.URL != "" {
				f.emit(place, Record{Article: &Article{Key: p.URL, URL: p.URL, State: models.ArticleClosed}})
			}
		}
	})
}

type remark42Comment struct {
	ID     text   `json:"id"`
	Parent text   `json:"pid"`
	Text   string `json:"text"` // HTML
	Orig   string `json:"orig"` // as it was written
	Title  string `json:"title"`
	User   struct {
		ID    text   `json:"id"`
		Name  string `json:"name"`
		Admin bool   `json:"admin"`
	} `json:"user"`
	Locator struct {
		URL string `json:"url"`
	} `json:"locator"`
	Time instant `json:"time"`
	Edit *struct {
		Time instant `json:"time"`
	} `json:"edit"`
	Pin     bool `json:"pin"`
	Deleted bool `json:"delete"`
}

func (f *file) emitRemark42(place string, r remark42Comment) {
	c := Comment{
		Key: string(r.ID), Parent: string(r.Parent), Article: r.Locator.URL, Status: models.Approved, Featured: r.Pin, CreatedAt: r.Time.Time,
		Author: Author{Key: string(r.User.ID), Name: plainText(r.User.Name), Staff: r.User.Admin}, Body: r.Orig,
	}
	if c.Body == "" {
		c.Body = plainText(r.Text)
	}
	if strings.HasPrefix(c.Author.Key, "anonymous_") { // made of the name
		c.Author.Key = ""
	}
	if r.Edit != nil {
		c.UpdatedAt = r.Edit.Time.Time
	}
	switch {
	case r.Deleted && c.Body == "":
		c.erase()
	case r.Deleted:
		c.remove(RemovedTrash)
	}
	if c.Article != "" && !f.emit(place, Record{Article: &Article{Key: c.Article, URL: c.Article, Title: plainText(r.Title)}}) {
		return
	}
	f.emit(place, Record{Comment: &c})
}
