package commentfile

import (
	"encoding/xml"
	"errors"
	"io"
	"time"

	"winnow/models"
)

// readDisqus reads the XML export of Disqus (disqus.xsd, with the ids in the namespace
// disqus-internals): all threads, which are articles, and then all posts.
func readDisqus(f *file) error {
	x := newXMLFile(f)
	found := false
	for !x.stopped {
		x.in.next()
		token, err := x.next()
		if errors.Is(err, io.EOF) && found {
			return nil
		}
		if err != nil {
			return noEOF(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if x.depth == 1 {
			if found = start.Name.Local == "disqus"; !found {
				return invalid("%s: this is no Disqus export: it begins with <%.40s>, not <disqus>", x.at(), start.Name.Local)
			}
			continue
		}
		if start.Name.Local != "thread" && start.Name.Local != "post" {
			if err := x.skip(); err != nil {
				return err
			}
			continue
		}
		place := x.place()
		n, err := x.read(start)
		var large *tooLargeError
		switch {
		case errors.As(err, &large):
			x.bad(place, err)
		case err != nil:
			return noEOF(err)
		case start.Name.Local == "thread":
			emitDisqusThread(x, place, n)
		default:
			emitDisqusPost(x, place, n)
		}
	}
	return nil
}

func emitDisqusThread(x *xmlFile, place string, n node) {
	a := Article{Key: n.attr("id"), ID: n.child("id"), URL: n.child("link"), Title: plainText(n.child("title"))}
	if n.child("isClosed") == "true" {
		a.State = models.ArticleClosed
	}
	if a.Key == "" {
		x.bad(place, invalid("the thread has no id"))
		return
	}
	x.emit(place, Record{Article: &a})
}

func emitDisqusPost(x *xmlFile, place string, n node) {
	author := n.find("author")
	c := Comment{
		Key: n.attr("id"), Parent: n.find("parent").attr("id"), Article: n.find("thread").attr("id"),
		Author: Author{Key: author.child("username"), Name: plainText(author.child("name")), Email: author.child("email")},
		Body:   plainText(n.child("message")), Status: models.Approved,
	}
	if author.child("isAnonymous") == "true" {
		c.Author.Key = ""
	}
	var err error
	if at := n.child("createdAt"); at != "" {
		if c.CreatedAt, err = time.Parse(time.RFC3339, at); err != nil {
			x.bad(place, invalid("comment %.40q: %.40q is no time", c.Key, at))
			return
		}
	}
	switch {
	case n.child("isSpam") == "true":
		c.remove(RemovedSpam)
	case n.child("isDeleted") == "true" && c.Body == "":
		c.erase()
	case n.child("isDeleted") == "true":
		c.remove(RemovedTrash)
	case n.child("isApproved") == "false":
		c.Status, c.Reason = models.Pending, models.ReasonImported
	}
	x.emit(place, Record{Comment: &c})
}
