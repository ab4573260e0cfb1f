package handlers

import (
	"bytes"
	"context"
	"html/template"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/markup"
	"winnow/storage"
)

// threadsHTML is a page of threads as part of an HTML page, with the vocabulary of schema.org as
// microdata. html/template escapes each value for its place; what package markup has rendered is
// safe already. Ids are those of the anchors that permalinks have.
var threadsHTML = template.Must(template.New("threads").Parse(`<section class="winnow-comments" itemscope itemtype="https://schema.org/Article"
{{- with .Address}} itemid="{{.}}"{{end}} data-article="{{.Article}}"{{with .State}} data-state="{{.}}"{{end}}{{with .Next}} data-next="{{.}}"{{end}}>
<meta itemprop="commentCount" content="{{.Total}}">
{{- range .Threads}}
<div class="winnow-thread"{{with .More}} data-more="{{.}}"{{end}}>
{{- template "comment" .Root}}
{{- range .Replies}}{{template "comment" .}}{{end}}
</div>
{{- end}}
</section>
{{- define "comment"}}
{{- if .Removed}}
<article class="winnow-comment winnow-removed" id="comment-{{.ID}}" data-depth="{{.Depth}}"></article>
{{- else}}
<article class="winnow-comment{{if .Featured}} winnow-featured{{end}}" id="comment-{{.ID}}" data-depth="{{.Depth}}" itemprop="comment" itemscope itemtype="https://schema.org/Comment">
<header><span itemprop="author" itemscope itemtype="https://schema.org/Person"><bdi itemprop="name">{{.Author.Name}}</bdi>{{with .Author.URL}}<link itemprop="url" href="{{.}}">{{end}}</span>
{{- with .To}} <span class="winnow-to" aria-label="in reply to"><bdi>{{.}}</bdi></span>{{end}}
<a itemprop="url" href="{{.Address}}"><time itemprop="dateCreated" datetime="{{.At}}">{{.Shown}}</time></a></header>
<div itemprop="text" dir="auto">{{.Text}}</div>
</article>
{{- end}}
{{- end}}
`))

// htmlComment is a comment for the template.
type htmlComment struct {
	threadComment
	Address string // of the comment on the page of its article
	At      string // when it was written, RFC 3339
	Shown   string // the same for people
	Text    template.HTML
}

type htmlThread struct {
	Root    htmlComment
	Replies []htmlComment
	More    int
}

type htmlPage struct {
	Address string // of the article; empty: nobody knows
	Article string
	State   string
	Next    string
	Total   int
	Threads []htmlThread
}

// listThreadsHTML returns the threads of an article as HTML.
func (s *Server) listThreadsHTML(c echo.Context) error {
	l, err := s.readThreads(c, "html")
	if err != nil {
		return err
	}
	return s.sendArticlePage(c, l, s.renderThreadsHTML)
}

func (s *Server) renderThreadsHTML(ctx context.Context, l pageRequest) (renderedPage, error) {
	p, err := s.db.Threads(ctx, l.site, l.article, storage.ThreadOrder(l.order), l.limit, l.cursor)
	if err != nil {
		return renderedPage{}, err
	}
	page := htmlPage{Address: webAddress(p.Article.URL), Article: l.article, State: l.state(), Next: p.Next, Total: p.Total}
	for _, t := range p.Threads {
		thread := htmlThread{Root: s.htmlComment(l, page.Address, t.ThreadComment), More: t.More}
		for _, c := range t.Replies {
			thread.Replies = append(thread.Replies, s.htmlComment(l, page.Address, c))
		}
		page.Threads = append(page.Threads, thread)
	}
	var b bytes.Buffer
	if err := threadsHTML.Execute(&b, page); err != nil {
		return renderedPage{}, err
	}
	return newPage(l, p.Version, echo.MIMETextHTMLCharsetUTF8, b.Bytes()), nil
}

func (s *Server) htmlComment(l pageRequest, address string, c storage.ThreadComment) htmlComment {
	shown := htmlComment{threadComment: s.comment(l, c), Address: address + "#comment-" + c.ID}
	if c.Removed {
		return shown
	}
	shown.At, shown.Shown = c.CreatedAt.Format(time.RFC3339), c.CreatedAt.Format("2006-01-02 15:04 UTC")
	shown.Text = template.HTML(markup.Document(c.Body, l.settings.Links)) // sanitised
	return shown
}
