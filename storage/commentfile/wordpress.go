package commentfile

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"winnow/models"
)

// readWordPress reads WordPress eXtended RSS of the versions 1.0 to 1.2: an item for
// each post, with its comments in it.
func readWordPress(f *file) error {
	x := newXMLFile(f)
	inChannel := false
	for !x.stopped {
		x.in.next()
		token, err := x.next()
		if errors.Is(err, io.EOF) && inChannel {
			return nil
		}
		if err != nil {
			return noEOF(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch {
		case x.depth == 1 && start.Name.Local != "rss":
			return invalid("%s: this is no WordPress export: it begins with <%.40s>, not <rss>", x.at(), start.Name.Local)
		case x.depth == 1:
		case x.depth == 2 && start.Name.Local == "channel":
			inChannel = true
		case x.depth == 3 && start.Name.Local == "item":
			err = readWordPressItem(x)
		default:
			err = x.skip()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isWordPress(n xml.Name) bool {
	return n.Space == "wp" || strings.Contains(n.Space, "wordpress.org/export/")
}

// readWordPressItem reads a post. Its id comes before its comments.
func readWordPressItem(x *xmlFile) error {
	a, comments := wordPressPost{Article: Article{Described: true}}, 0
	for to := x.depth - 1; x.depth > to && !x.stopped; {
		x.in.next()
		token, err := x.next()
		if err != nil {
			return noEOF(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "encoded" || start.Name.Local == "postmeta" || start.Name.Local == "category" {
			if err := x.skip(); err != nil {
				return err
			}
			continue
		}
		place := x.place()
		n, err := x.read(start)
		var large *tooLargeError
		if errors.As(err, &large) {
			x.bad(place, err)
			continue
		}
		if err != nil {
			return noEOF(err)
		}
		if start.Name.Local == "comment" && isWordPress(start.Name) {
			comments++
			emitWordPressComment(x, place, &a, n)
			continue
		}
		a.fromWordPress(n)
	}
	if comments > 0 {
		x.emit(x.place(), Record{Article: &a.Article})
	}
	return nil
}

// wordPressPost is a post, which not everybody may read.
type wordPressPost struct {
	Article
	hidden bool
}

func (a *wordPressPost) fromWordPress(n node) {
	text := strings.TrimSpace(n.text)
	switch name := n.name.Local; {
	case n.name.Space == "" && name == "title":
		a.Title = plainText(text)
	case n.name.Space == "" && name == "link":
		a.URL = text
	case name == "post_id" && isWordPress(n.name):
		a.Key, a.ID = text, text
	case name == "post_date_gmt" && isWordPress(n.name):
		a.PublishedAt = wordPressTime(text)
	case name == "comment_status" && isWordPress(n.name) && text == "closed":
		a.State = models.ArticleClosed
	case name == "status" && isWordPress(n.name):
		a.hidden = a.hidden || text != "publish" && text != "inherit" // as a private one, a draft, or one in the trash
	case name == "post_password" && isWordPress(n.name):
		a.hidden = a.hidden || text != ""
	}
}

func emitWordPressComment(x *xmlFile, place string, a *wordPressPost, n node) {
	if a.Key == "" {
		a.Key = a.URL
	}
	if kind := n.child("comment_type"); kind != "" && kind != "comment" {
		x.emit(place, Record{LeftOut: kind})
		return
	}
	c := Comment{
		Key: n.child("comment_id"), Parent: n.child("comment_parent"), Article: a.Key,
		Author: Author{
			Key: n.child("comment_user_id"), Name: plainText(n.child("comment_author")),
			Email: n.child("comment_author_email"), URL: n.child("comment_author_url"),
		},
		Body: plainText(n.child("comment_content")), Status: models.Approved,
	}
	for _, field := range []string{"comment_date_gmt", "comment_date"} { // the second one is that of the blog's clock
		if c.CreatedAt.IsZero() {
			c.CreatedAt = wordPressTime(n.child(field))
		}
	}
	if c.CreatedAt.IsZero() {
		x.bad(place, invalid("comment %.40q has no date that can be read, but %.40q and %.40q", c.Key, n.child("comment_date_gmt"), n.child("comment_date")))
		return
	}
	if c.Parent == "0" {
		c.Parent = ""
	}
	if c.Author.Key == "0" {
		c.Author.Key = ""
	}
	switch state := n.child("comment_approved"); state {
	case "1", "approve", "approved":
		if a.hidden { // and everybody may read what is published here
			c.Status, c.Reason = models.Pending, models.ReasonImported
		}
	case "0", "hold", "":
		c.Status, c.Reason = models.Pending, models.ReasonImported
	case "spam":
		c.remove(RemovedSpam)
	case "trash":
		if c.remove(RemovedTrash); trashedAs(n) == "spam" {
			c.remove(RemovedSpam)
		}
	case "post-trashed": // with its post, not for what it says
		c.Status, c.Reason = models.Rejected, models.ReasonOther
	default:
		x.bad(place, invalid("comment %.40q has the unknown state %.40q", c.Key, state))
		return
	}
	x.emit(place, Record{Comment: &c})
}

// trashedAs returns the state that a comment had before it was put into the trash.
func trashedAs(comment node) string {
	for _, meta := range comment.children {
		if meta.name.Local == "commentmeta" && meta.child("meta_key") == "_wp_trash_meta_status" {
			return meta.child("meta_value")
		}
	}
	return ""
}

// wordPressTime reads a time in UTC; the zero time when there is none.
func wordPressTime(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil || t.Year() < 1990 {
		return time.Time{}
	}
	return t
}
