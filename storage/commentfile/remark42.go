package commentfile

import (
	"crypto/sha1" //nolint:gosec // it is Remark42's, and protects nothing
	"fmt"
	"html"
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
			Users []struct {
				ID      text `json:"id"`
				Details struct {
					Email string `json:"email"`
				} `json:"details"`
			} `json:"users"`
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
			if page := html.UnescapeString(p.URL); p.ReadOnly && page != "" {
				f.emit(place, Record{Article: &Article{Key: page, URL: page, State: models.ArticleClosed}})
			}
		}
		for _, u := range r.Users {
			if u.ID != "" && u.Details.Email != "" {
				f.emit(place, Record{Author: &Author{Key: string(u.ID), Email: u.Details.Email}})
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

// madeOfName reports whether somebody has no account, but an id that Remark42 has made of a
// name: that of a stranger, or of a comment that it has imported itself.
func madeOfName(a Author) bool {
	provider, hash, _ := strings.Cut(a.Key, "_")
	if provider == "disqus" || provider == "commento" {
		return hash == hashOf(a.Name) || hash == hashOf("anonymous")
	}
	return provider == "anonymous" || provider == "wordpress"
}

func hashOf(name string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte(name))) //nolint:gosec // it is Remark42's, and protects nothing
}

func (f *file) emitRemark42(place string, r remark42Comment) {
	c := Comment{
		// Remark42 keeps the address of a page as it stands in HTML.
		Key: string(r.ID), Parent: string(r.Parent), Article: html.UnescapeString(r.Locator.URL), Status: models.Approved, Featured: r.Pin, CreatedAt: r.Time.Time,
		Author: Author{Key: string(r.User.ID), Name: plainText(r.User.Name), Staff: r.User.Admin}, Body: r.Orig,
	}
	if c.Body == "" {
		c.Body = plainText(r.Text)
	}
	if madeOfName(c.Author) {
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
