package handlers

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/labstack/echo/v4"

	"winnow/handlers/static"
	"winnow/models"
)

// pageRequest names one page of what everybody may read of an article, and is its cache key.
type pageRequest struct {
	view          string // which page: that of a call
	site, article string
	order         string
	limit         int
	cursor        string
	comment       string // that the page is about; "": all of the article
	closed        bool   // no new comments on the article
	settings      pageSettings
}

// renderedPage is a page of comments, ready to send.
type renderedPage struct {
	version     int64
	etag        string
	contentType string
	body        []byte
	compressed  func() []byte // body as gzip, made for the first request that accepts it
}

func newPage(l pageRequest, version int64, contentType string, body []byte) renderedPage {
	return renderedPage{
		version, contentTag(fmt.Appendf(nil, "%#v %d", l, version)), contentType, body,
		sync.OnceValue(func() []byte { return static.Compress(body, gzip.BestSpeed) }),
	}
}

// contentTag is an ETag for what has this content.
func contentTag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// sendArticlePage replies with a page of an article, from memory when nothing that readers
// see of the article has changed since it was rendered.
func (s *Server) sendArticlePage(c echo.Context, l pageRequest, render func(context.Context, pageRequest) (renderedPage, error)) error {
	ctx := c.Request().Context()
	entry, err := s.node.Article(ctx, l.site, l.article)
	if err != nil {
		return err
	}
	l.closed = entry.AsOf(s.now()).State == models.ArticleClosed
	version, err := s.node.ArticleVersion(ctx, l.site, l.article)
	if err != nil {
		return err
	}
	page, ok := s.pages.get(l, version)
	if !ok {
		if page, err = render(ctx, l); err != nil {
			return err
		}
		s.pages.put(l, page)
	}
	setCacheControl(c)
	return sendPage(c, page)
}

// maxPageCache is the memory that cached pages may take, in bytes.
const maxPageCache = 32 << 20

// pageCache keeps rendered pages, each for one version of its article. A page may
// be newer than the version that get is called with, never older. When the cache is full
// it evicts arbitrary pages: a popular one is soon rendered again. The zero value is
// ready to use.
type pageCache struct {
	mu      sync.RWMutex
	entries map[pageRequest]renderedPage
	size    int
}

func (p *pageCache) get(l pageRequest, version int64) (renderedPage, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	r, ok := p.entries[l]
	return r, ok && r.version >= version
}

func (p *pageCache) put(l pageRequest, r renderedPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.entries == nil {
		p.entries = map[pageRequest]renderedPage{}
	}
	p.evict(l)
	for other := range p.entries {
		if p.size+entrySize(l, r) <= maxPageCache {
			break
		}
		p.evict(other)
	}
	p.entries[l] = r
	p.size += entrySize(l, r)
}

func (p *pageCache) evict(l pageRequest) {
	if r, ok := p.entries[l]; ok {
		p.size -= entrySize(l, r)
		delete(p.entries, l)
	}
}

// entrySize estimates the memory of an entry, in bytes.
func entrySize(l pageRequest, r renderedPage) int {
	return len(r.body)*3/2 + len(l.article) + len(l.cursor) + len(l.comment) + 256 // the compressed form takes up to half as much again
}
