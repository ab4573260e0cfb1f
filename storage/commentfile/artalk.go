package commentfile

import (
	"strings"

	"winnow/models"
)

// readArtalk reads Artrans, the format in which Artalk exports and imports: a list of
// comments, whose values are texts.
func readArtalk(f *file) error {
	return f.eachElement([]string{"", "data", "artrans"}, func(_, place string, raw []byte) {
		var r struct {
			ID        text    `json:"id"`
			Parent    text    `json:"rid"`
			Content   string  `json:"content"`
			CreatedAt instant `json:"created_at"`
			UpdatedAt instant `json:"updated_at"`
			Pending   text    `json:"is_pending"`
			Nick      string  `json:"nick"`
			Email     string  `json:"email"`
			Link      string  `json:"link"`
			PageKey   string  `json:"page_key"`
			PageTitle string  `json:"page_title"`
			AdminOnly text    `json:"page_admin_only"`
			Pinned    text    `json:"is_pinned"`
		}
		if !f.parse(place, raw, &r) {
			return
		}
		c := Comment{
			Key: string(r.ID), Parent: string(r.Parent), Article: r.PageKey, Body: r.Content, Status: models.Approved, Featured: r.Pinned.isTrue(),
			Author: Author{Name: r.Nick, Email: r.Email, URL: r.Link}, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		}
		if c.Parent == "0" {
			c.Parent = ""
		}
		if r.Pending.isTrue() {
			c.Status, c.Reason = models.Pending, models.ReasonImported
		}
		if a := pageArticle(r.PageKey, r.PageTitle); a.Key != "" {
			if r.AdminOnly.isTrue() {
				a.State = models.ArticleClosed
			}
			if !f.emit(place, Record{Article: &a}) {
				return
			}
		}
		f.emit(place, Record{Comment: &c})
	})
}

// pageArticle is the article of systems that name pages by their path or their address.
func pageArticle(page, title string) Article {
	a := Article{Key: page, Title: title}
	if strings.HasPrefix(page, "http://") || strings.HasPrefix(page, "https://") {
		a.URL = page
	} else {
		a.ID = page
	}
	return a
}
