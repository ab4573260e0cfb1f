package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

// Window is how long a comment waits for its near-copies. Each copy begins it
// anew.
const CampaignWindow = 24 * time.Hour

// MaxDistinct is how many authors, and how many articles, of one campaign are
// told apart.
const MaxDistinct = 256

// maxBands bounds the memory of Campaigns to some 50 MB, and lets it remember
// the last 21,000 comments at least.
const maxBands = 1 << 18

type band struct {
	site string
	n    uint64
}

// sighting is who had a band last.
type bandEntry struct {
	group *group
	at    int64 // Unix microseconds
}

type group struct {
	id                string
	first             int64 // Unix microseconds
	count             int
	authors, articles distinctKeys
}

// distinct are what groups tell apart.
type distinctKeys struct {
	local  []uint64 // Distinct of each
	remote int      // how many others were heard of
}

// Campaigns groups near-copies within one process. Its methods may be called
// from many goroutines.
//
// Bands are kept in two generations: when the younger one is full, or as old
// as the window, it becomes the older, and the older goes.
type Campaigns struct {
	now func() time.Time

	mu                sync.Mutex
	current, previous map[band]bandEntry
	rotatedAt         int64 // when the generations last changed
}

// NewCampaigns returns a Campaigns that reads the time from now, or from
// time.Now when that is nil.
func NewCampaigns(now func() time.Time) *Campaigns {
	if now == nil {
		now = time.Now
	}
	return &Campaigns{now: now, current: map[band]bandEntry{}, rotatedAt: now().UnixMicro()}
}

// See counts a comment and returns the group that it belongs to: that of the
// earlier comments on the site whose sketches are alike, or one of its own,
// named by id. The author's key tells authors apart; it is kept as a hash. The
// error is always nil.
func (c *Campaigns) See(_ context.Context, site string, sketch models.Sketch, id, author, article string) (models.Campaign, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UnixMicro()
	g := c.find(now, site, sketch)
	if g == nil {
		g = &group{id: id, first: now}
	}
	g.count++
	g.authors.add(author)
	g.articles.add(article)
	c.store(now, site, sketch, g)
	return models.Campaign{
		ID: g.id, Count: g.count, Authors: g.authors.count(), Articles: g.articles.count(), First: time.UnixMicro(g.first).UTC(),
	}, nil
}

// Learn takes over what another Campaigns found of a comment, so that a copy
// that is seen here next joins the same group, and is counted on from there.
func (c *Campaigns) Merge(site string, sketch models.Sketch, author, article string, found models.Campaign) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UnixMicro()
	g := c.find(now, site, sketch)
	if g == nil || g.id != found.ID {
		g = &group{id: found.ID}
	}
	g.first, g.count = found.First.UnixMicro(), max(g.count, found.Count)
	g.authors.merge(author, found.Authors)
	g.articles.merge(article, found.Articles)
	c.store(now, site, sketch, g)
}

// note keeps that the bands of a sketch were last seen in a group.
func (c *Campaigns) store(now int64, site string, sketch models.Sketch, g *group) {
	if len(c.current) >= maxBands || now-c.rotatedAt >= CampaignWindow.Microseconds() {
		c.previous, c.current, c.rotatedAt = c.current, map[band]bandEntry{}, now
	}
	for _, n := range sketch {
		c.current[band{site, n}] = bandEntry{g, now}
	}
}

// find returns the group that most bands point to, the first of equals, or nil
// when they are too few.
func (c *Campaigns) find(now int64, site string, sketch models.Sketch) *group {
	var groups [models.Bands]*group
	var votes [models.Bands]int
	best := 0
	var found *group
	for _, n := range sketch {
		s, known := c.current[band{site, n}]
		if !known {
			s, known = c.previous[band{site, n}]
		}
		if !known || now-s.at >= CampaignWindow.Microseconds() {
			continue
		}
		i := 0
		for groups[i] != nil && groups[i] != s.group {
			i++
		}
		groups[i] = s.group
		if votes[i]++; votes[i] > best {
			best, found = votes[i], s.group
		}
	}
	if best < models.Alike {
		return nil
	}
	return found
}

// Distinct is what is kept of an author's or article's key to tell it from
// others: its 64-bit FNV-1a, which all nodes share. The one of hash/fnv would
// take memory for each key.
func KeyHash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h
}

func (d *distinctKeys) add(key string) {
	if n := KeyHash(key); d.count() < MaxDistinct && !slices.Contains(d.local, n) {
		d.local = append(d.local, n)
	}
}

// learn adds a key, and that with it there are so many at least.
func (d *distinctKeys) merge(key string, total int) {
	d.add(key)
	d.remote = max(d.remote, total-len(d.local))
}

func (d *distinctKeys) count() int { return len(d.local) + d.remote }
