package commentfile

import (
	"cmp"
	"net/url"
	"strings"

	"winnow/models"
)

// readArtalk reads Artrans, the format in which Artalk exports and imports: a list of
// comments, whose values are texts. It may have those of several sites, on which pages can
// have the same keys: the ids of pages of all sites but the first say which site they are of.
func readArtalk(f *file) error {
	first := ""
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
			Site      string  `json:"site_name"`
			SiteURLs  string  `json:"site_urls"` // with commas
		}
		if !f.parse(place, raw, &r) {
			return
		}
		if first == "" {
			first = r.Site
		}
		a := artalkPage(r.PageKey, r.PageTitle, r.SiteURLs)
		if r.Site != first && a.URL != r.PageKey && a.Key != "" {
			a.Key = r.Site + " " + r.PageKey
			a.ID = cmp.Or(a.URL, a.Key)
		}
		c := Comment{
			Key: string(r.ID), Parent: string(r.Parent), Article: a.Key, Body: r.Content, Status: models.Approved, Featured: r.Pinned.isTrue(),
			Author: Author{Name: r.Nick, Email: r.Email, URL: r.Link}, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
		}
		if c.Parent == "0" {
			c.Parent = ""
		}
		if r.Pending.isTrue() {
			c.Status, c.Reason = models.Pending, models.ReasonImported
		}
		if a.Key != "" {
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

// artalkPage is the article of a page, with the address that Artalk makes of its key.
func artalkPage(key, title, siteURLs string) Article {
	a := pageArticle(key, title)
	base, _, _ := strings.Cut(siteURLs, ",")
	site, err := url.Parse(strings.TrimSpace(base))
	page, pageErr := url.Parse(key)
	if a.URL == "" && err == nil && pageErr == nil && site.Host != "" {
		a.URL = site.ResolveReference(page).String()
	}
	return a
}

// pageArticle is the article of systems that name pages by their path or their address.
func pageArticle(page, title string) Article {
	a := Article{Key: page, Title: title}
	if isAddress(page) {
		a.URL = page
	} else {
		a.ID = page
	}
	return a
}
