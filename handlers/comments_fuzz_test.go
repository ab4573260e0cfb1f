package handlers

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"winnow/models"
)

// FuzzComment parses any bytes as a comment. An accepted comment must be
// storable, and must be the same after it is written and parsed again.
func FuzzComment(f *testing.F) {
	f.Add([]byte(`{"site":"gazette","article":{"id":"a","url":"https://gazette.example/a","title":"A"},"author":{"name":"Reader","email":"r@example.org"},"body":"Hello."}`), true)
	f.Add([]byte(`{"article":{"id":"\u0000"},"author":{"name":" \u200b "},"body":"\ud800","client":{"ip":"::1"},"website":"x"}`), false)
	f.Add([]byte(`{"body":"a","Body":"b"}`), true)
	f.Add([]byte("{\"body\":\"\xff\"}"), true)
	f.Add([]byte(`{"author":{"name":[{"name":1}]}} {}`), false)
	f.Fuzz(func(t *testing.T, data []byte, byKey bool) {
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
			t.Fatalf("%s was accepted, and %s is not: %v", data, again, err)
		}
		var bad models.Invalid
		c := req.comment(submitter{site: models.Site{Slug: "gazette"}, byKey: byKey}, &bad)
		if err := bad.Err(); err != nil {
			if models.KindOf(err) != models.KindInvalid {
				t.Fatalf("%v is of kind %s", err, models.KindOf(err))
			}
			return
		}
		if !byKey && req.Author.ID != "" {
			t.Fatal("a page set an author's id")
		}
		for _, text := range []string{c.Article.ID, c.Article.URL, c.Article.Title, c.ParentID, c.Author.ID, c.Author.Name, c.Author.Email, c.Author.URL, c.Body} {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Fatalf("%q is not storable", text)
			}
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}
