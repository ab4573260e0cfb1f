package storage

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

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

// pageWordColumn is "" when the page says nothing, or the comment is published.
func pageWordColumn(n NewComment) string {
	if n.Comment.Status == models.Approved {
		return ""
	}
	a := n.PageWord
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
	}, c.ID, c.CreatedAt)
	return nil
}

// onRejection notes that a comment is rejected: if it has been published, and its page has
// said what the article is called, that counts no more.
func (s *counterDeltas) onRejection(c models.Comment) {
	if s.rejected == nil {
		s.rejected = map[string]rejectedComments{}
	}
	r := s.rejected[c.Site]
	r.ids, r.articles = append(r.ids, c.ID), append(r.articles, c.Article.ID)
	if c.PostedOn != "" {
		r.articles = append(r.articles, c.PostedOn)
	}
	s.rejected[c.Site] = r
}

// rejectedComments are comments of a site, and the articles that they may have named.
type rejectedComments struct{ ids, articles []string }

// removePageWords removes from articles that nobody has described what the pages of
// rejected comments had said. The next published comment's page may name them.
func (t *tx) removePageWords(rejected map[string]rejectedComments) error {
	for _, site := range slices.Sorted(maps.Keys(rejected)) {
		var w sqldb.Where
		w.Add("site = ?", site)
		w.AddText("NOT described")
		w.In("id", slices.Compact(slices.Sorted(slices.Values(rejected[site].articles))))
		w.In("named_by", rejected[site].ids)
		if _, err := t.Exec(`UPDATE articles SET url = '', title = '', section = '', named_by = '', version = version + 1`+w.String(), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}
