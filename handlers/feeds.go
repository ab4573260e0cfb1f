package handlers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/markup"
	"winnow/models"
)

const (
	feedItems = 50
	// feedPause is how often the feed of a site is made at most.
	feedPause = 10 * time.Second
)

// feed is what the formats of feeds have in common.
type feed struct {
	ID       string // a URN
	Title    string
	Address  string // of the page that it is about; empty: nobody knows
	Comments []models.Comment
	links    bool // whether texts have links
}

// feedFormat is a format of feeds.
type feedFormat struct {
	view, contentType string
	write             func(feed) ([]byte, error)
}

var (
	atomFormat = feedFormat{"atom", "application/atom+xml; charset=utf-8", writeAtom}
	jsonFormat = feedFormat{"json feed", "application/feed+json", writeJSONFeed}
)

// atomFeed returns the newest comments of an article, or of a site, as RFC 4287 describes.
func (s *Server) atomFeed(c echo.Context) error { return s.sendFeed(c, atomFormat) }

// jsonFeed is atomFeed as JSON Feed 1.1.
func (s *Server) jsonFeed(c echo.Context) error { return s.sendFeed(c, jsonFormat) }

func (s *Server) sendFeed(c echo.Context, format feedFormat) error {
	l, err := s.readView(c, format.view)
	if err != nil {
		return err
	}
	l.cursor = ""
	ctx := c.Request().Context()
	site, err := s.node.Site(ctx, l.site)
	if err != nil {
		return err
	}
	if !c.QueryParams().Has("article") {
		return s.sendSiteFeed(c, l, site, format)
	}
	if l.article = models.ArticleID(c.QueryParam("article")); l.article == "" || len([]rune(l.article)) > models.MaxID {
		return invalid("article", "must have 1 to %d characters", models.MaxID)
	}
	if l.article, err = s.node.ArticleID(ctx, l.site, l.article); err != nil {
		return err
	}
	return s.sendArticlePage(c, l, func(ctx context.Context, l pageRequest) (renderedPage, error) {
		p, err := s.db.ArticleComments(ctx, l.site, l.article, true, feedItems, "")
		if err != nil {
			return renderedPage{}, err
		}
		for i := range p.Comments {
			p.Comments[i].Article = p.Article // comments of other articles are of this thread
		}
		body, err := format.write(feed{
			ID: "urn:winnow:feed:" + url.PathEscape(l.site) + ":" + url.PathEscape(l.article), Title: cmp.Or(p.Article.Title, l.article),
			Address: webAddress(p.Article.URL), Comments: p.Comments, links: l.settings.Links,
		})
		return newPage(l, p.Version, format.contentType, body), err
	})
}

// sendSiteFeed replies with the feed of a site. Nothing says when it changes, so it is made
// anew now and then.
func (s *Server) sendSiteFeed(c echo.Context, l pageRequest, site models.Site, format feedFormat) error {
	period := s.now().UnixNano() / int64(feedPause)
	page, ok := s.pages.get(l, period)
	if !ok {
		comments, err := s.db.SiteComments(c.Request().Context(), l.site, feedItems)
		if err != nil {
			return err
		}
		body, err := format.write(feed{
			ID: "urn:winnow:feed:" + url.PathEscape(l.site), Title: cmp.Or(site.Name, site.Slug), Comments: comments, links: l.settings.Links,
		})
		if err != nil {
			return err
		}
		page = newPage(l, period, format.contentType, body)
		page.etag = contentTag(body) // the same while nothing changes
		s.pages.put(l, page)
	}
	setCacheControl(c)
	return sendPage(c, page)
}

// webAddress is an address that a page may link to; "" for any other.
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// commentAddress is where a comment stands on the page of its article; "" when nobody knows.
func commentAddress(c models.Comment) string {
	address := webAddress(c.Article.URL)
	if address == "" {
		return ""
	}
	address, _, _ = strings.Cut(address, "#")
	return address + "#comment-" + c.ID
}

// itemTitle names a comment in a list.
func itemTitle(c models.Comment) string {
	return cmp.Or(c.Article.Title, c.Article.ID) + ": " + c.Author.Name
}

func (f feed) updated() time.Time {
	if len(f.Comments) == 0 {
		return time.Unix(0, 0).UTC()
	}
	return f.Comments[0].CreatedAt
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Link      *atomLink  `xml:"link"`
	Author    atomPerson `xml:"author"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Content   atomText   `xml:"content"`
}

type atomDocument struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Link    *atomLink   `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

// writeAtom writes a feed. encoding/xml replaces what XML cannot have.
func writeAtom(f feed) ([]byte, error) {
	link := func(address string) *atomLink {
		if address == "" {
			return nil
		}
		return &atomLink{"alternate", address}
	}
	doc := atomDocument{ID: f.ID, Title: f.Title, Updated: f.updated().Format(time.RFC3339), Link: link(f.Address)}
	for _, c := range f.Comments {
		at := c.CreatedAt.Format(time.RFC3339)
		doc.Entries = append(doc.Entries, atomEntry{
			ID: "urn:uuid:" + c.ID, Title: itemTitle(c), Link: link(commentAddress(c)), Author: atomPerson{c.Author.Name, webAddress(c.Author.URL)},
			Published: at, Updated: at, Content: atomText{"html", markup.Document(c.Body, f.links)},
		})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(doc); err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return b.Bytes(), nil
}

type jsonFeedAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonFeedItem struct {
	ID        string           `json:"id"`
	URL       string           `json:"url,omitempty"`
	Title     string           `json:"title"`
	HTML      string           `json:"content_html"`
	Text      string           `json:"content_text"`
	Published time.Time        `json:"date_published"`
	Authors   []jsonFeedAuthor `json:"authors"`
}

type jsonFeedDocument struct {
	Version string         `json:"version"`
	Title   string         `json:"title"`
	Home    string         `json:"home_page_url,omitempty"`
	Items   []jsonFeedItem `json:"items"`
}

func writeJSONFeed(f feed) ([]byte, error) {
	doc := jsonFeedDocument{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Address, Items: []jsonFeedItem{}}
	for _, c := range f.Comments {
		doc.Items = append(doc.Items, jsonFeedItem{
			ID: "urn:uuid:" + c.ID, URL: commentAddress(c), Title: itemTitle(c), HTML: markup.Document(c.Body, f.links), Text: c.Body,
			Published: c.CreatedAt, Authors: []jsonFeedAuthor{{c.Author.Name, webAddress(c.Author.URL)}},
		})
	}
	return json.Marshal(doc)
}
