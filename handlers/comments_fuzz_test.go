package handlers

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"winnow/models"
)

// FuzzComment reads any bytes as a comment. What is taken must be fit to keep,
// and must mean the same when it is written and read again.
func FuzzComment(f *testing.F) {
	f.Add([]byte(`{"site":"gazette","article":{"id":"a","url":"https://gazette.example/a","title":"A"},"author":{"name":"Reader","email":"r@example.org"},"body":"Hello."}`), true)
	f.Add([]byte(`{"article":{"id":"\u0000"},"author":{"name":" \u200b "},"body":"\ud800","client":{"ip":"::1"},"website":"x"}`), false)
	f.Add([]byte(`{"body":"a","Body":"b"}`), true)
	f.Add([]byte("{\"body\":\"\xff\"}"), true)
	f.Add([]byte(`{"author":{"name":[{"name":1}]}} {}`), false)
	s := &Server{secret: []byte("fuzz"), now: time.Now}
	f.Fuzz(func(t *testing.T, data []byte, key bool) {
		var req commentRequest
		if err := parse(data, &req); err != nil {
			if models.KindOf(err) != models.KindMalformed {
				t.Fatalf("%v is of kind %s", err, models.KindOf(err))
			}
			return
		}
		again, err := json.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		var second commentRequest
		if err := parse(again, &second); err != nil {
			t.Fatalf("%s was taken, and %s is not: %v", data, again, err)
		}
		c, err := s.readComment(req, speaker{site: models.Site{Slug: "gazette"}, key: key})
		if err != nil {
			if models.KindOf(err) != models.KindInvalid {
				t.Fatalf("%v is of kind %s", err, models.KindOf(err))
			}
			return
		}
		if !key && req.Author.ID != "" {
			t.Fatal("a page named an author's id")
		}
		for _, text := range []string{c.Article.ID, c.Article.URL, c.Article.Title, c.ParentID, c.Author.ID, c.Author.Name, c.Author.Email, c.Author.URL, c.Body} {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Fatalf("%q is not fit to keep", text)
			}
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}
