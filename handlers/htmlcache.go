package handlers

import (
	"sync"

	"winnow/handlers/markup"
	"winnow/storage"
)

// htmlCache keeps the rendered texts of comments: on a busy article each new comment makes
// a new page, whose other comments are the same. The zero value is ready to use.
type htmlCache struct {
	mu      sync.Mutex
	entries map[htmlKey]string
	size    int
}

type htmlKey struct {
	comment string
	version int64
	links   bool
}

const (
	maxHTMLCache  = 8 << 20 // bytes
	htmlEntrySize = 128     // beside the text
)

// of returns the HTML of a comment, "" for one whose text says the same.
func (h *htmlCache) of(c storage.ThreadComment, links bool) string {
	key := htmlKey{c.ID, c.Version, links}
	h.mu.Lock()
	rendered, ok := h.entries[key]
	h.mu.Unlock()
	if ok {
		return rendered
	}
	if rendered = markup.HTML(c.Body, links); rendered == "" {
		return "" // to find that out takes no longer than to look it up
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.entries == nil {
		h.entries = map[htmlKey]string{}
	}
	for other, text := range h.entries {
		if h.size+len(rendered)+htmlEntrySize <= maxHTMLCache {
			break
		}
		h.size -= len(text) + htmlEntrySize
		delete(h.entries, other)
	}
	if _, ok := h.entries[key]; !ok {
		h.entries[key] = rendered
		h.size += len(rendered) + htmlEntrySize
	}
	return rendered
}
