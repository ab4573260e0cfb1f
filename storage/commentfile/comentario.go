package commentfile

import (
	"strings"

	"winnow/models"
)

// readComentario reads the exports of Comentario, version 3, and those of version 1 that
// Commento wrote. In both, authors stand behind the comments.
func readComentario(f *file) error {
	return f.eachElement([]string{"pages", "comments", "commenters"}, func(path, place string, raw []byte) {
		switch path {
		case "pages":
			var p struct {
				ID       text   `json:"id"`
				Path     string `json:"path"`
				Title    string `json:"title"`
				ReadOnly bool   `json:"isReadonly"`
			}
			if f.parse(place, raw, &p) {
				a := Article{Key: string(p.ID), ID: p.Path, Title: p.Title}
				if isAddress(a.Title) { // which stands there until Comentario has read the page
					a.Title = ""
				}
				if p.ReadOnly {
					a.State = models.ArticleClosed
				}
				f.emit(place, Record{Article: &a})
			}
		case "commenters":
			var c struct {
				ID        text   `json:"id"`
				Hex       text   `json:"commenterHex"`
				Name      string `json:"name"`
				Email     string `json:"email"`
				Website   string `json:"websiteUrl"`
				Link      string `json:"link"` // of version 1, "undefined" without one
				Moderator bool   `json:"isModerator"`
			}
			if f.parse(place, raw, &c) {
				f.emit(place, Record{Author: &Author{Key: string(c.ID + c.Hex), Name: c.Name, Email: c.Email, URL: c.Website + c.Link, Staff: c.Moderator}})
			}
		default:
			var c comentarioComment
			if f.parse(place, raw, &c) {
				f.emitComentario(place, c)
			}
		}
	})
}

type comentarioComment struct {
	ID       text    `json:"id"`
	ParentID text    `json:"parentId"`
	PageID   text    `json:"pageId"`
	Markdown string  `json:"markdown"`
	HTML     string  `json:"html"`
	Approved *bool   `json:"isApproved"`
	Pending  bool    `json:"isPending"`
	Deleted  bool    `json:"isDeleted"`
	Sticky   bool    `json:"isSticky"`
	Created  instant `json:"createdTime"`
	Edited   instant `json:"editedTime"`
	User     text    `json:"userCreated"`
	Name     string  `json:"authorName"` // of a stranger

	Hex          text    `json:"commentHex"` // what follows is of version 1
	ParentHex    text    `json:"parentHex"`
	CommenterHex text    `json:"commenterHex"`
	Path         string  `json:"path"`
	URL          string  `json:"url"`
	State        string  `json:"state"`
	WasDeleted   bool    `json:"deleted"`
	CreationDate instant `json:"creationDate"`
}

// noUser is the id of who has no account.
func noUser(id text) bool {
	return id == "" || id == "anonymous" || strings.Trim(string(id), "0-") == ""
}

func (f *file) emitComentario(place string, r comentarioComment) {
	c := Comment{
		Key: string(r.ID + r.Hex), Parent: string(r.ParentID + r.ParentHex), Article: string(r.PageID), Author: Author{Key: string(r.User + r.CommenterHex), Name: r.Name},
		Body: r.Markdown, Status: models.Approved, Featured: r.Sticky, CreatedAt: later(r.Created, r.CreationDate).Time, UpdatedAt: r.Edited.Time,
	}
	if c.Body == "" {
		c.Body = plainText(r.HTML)
	}
	if c.Parent == "root" || noUser(text(c.Parent)) {
		c.Parent = ""
	}
	if noUser(text(c.Author.Key)) {
		c.Author.Key = ""
	}
	if c.Article == "" {
		c.Article = r.Path
		if c.Article == "" {
			c.Article = r.URL
		}
	}
	switch deleted := r.Deleted || r.WasDeleted; {
	case deleted && c.Body == "":
		c.erase()
	case deleted:
		c.remove(RemovedTrash)
	case r.Pending || r.State == "unapproved":
		c.Status, c.Reason = models.Pending, models.ReasonImported
	case r.State == "flagged":
		c.remove(RemovedSpam)
	case r.Approved != nil && !*r.Approved:
		c.remove(RemovedRejected)
	}
	if page, _, _ := strings.Cut(r.URL, "#"); r.PageID != "" && isAddress(page) { // pages have but their paths
		if !f.emit(place, Record{Article: &Article{Key: c.Article, URL: page}}) {
			return
		}
	}
	f.emit(place, Record{Comment: &c})
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
