package storage

import (
	"cmp"
	"encoding/json"

	"winnow/models"
	"winnow/storage/sqldb"
)

// What a page says of its article counts only with a comment that is published. Of one that
// waits it is kept until somebody decides the comment, or its text is removed.

// pageWord is what a page says of its article, in comments.page_word.
type pageWord struct {
	URL     string `json:"url,omitempty"`
	Title   string `json:"title,omitempty"`
	Section string `json:"section,omitempty"`
}

// pageWordColumn is "" when the page says nothing.
func pageWordColumn(a models.Article) string {
	word := pageWord{sqldb.SanitizeText(a.URL), sqldb.SanitizeText(a.Title), sqldb.SanitizeText(a.Section)}
	if word == (pageWord{}) {
		return ""
	}
	text, _ := json.Marshal(word) // strings can always be written
	return string(text)
}

// takePageWord makes count what the page of a comment has said, as if the comment had been
// published when it was posted. Like then, it counts for nothing where somebody has
// described the article meanwhile.
func (t *tx) takePageWord(k commentRow) error {
	if k.pageWord == "" {
		return nil
	}
	var word pageWord
	if err := json.Unmarshal([]byte(k.pageWord), &word); err != nil {
		return err
	}
	c := k.comment
	t.counters.touchArticle(models.Article{
		Site: c.Site, ID: cmp.Or(c.PostedOn, c.Article.ID), URL: word.URL, Title: word.Title, Section: word.Section,
	}, c.CreatedAt)
	return nil
}
