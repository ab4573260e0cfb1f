package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

// CampaignWindow is how long after the last comment of a campaign another near-copy
// joins it.
const CampaignWindow = 24 * time.Hour

// MaxDistinct is up to how many different authors, and different articles, of one
// campaign are counted.
const MaxDistinct = 256

// maxBands bounds the memory of Campaigns to about 50 MB: at least the last 21,000
// comments.
const maxBands = 1 << 18

type band struct {
	site string
	n    uint64
}

// bandEntry is the group that last had a band.
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

// distinctKeys counts different authors or articles.
type distinctKeys struct {
	local  []uint64 // KeyHash of each that was counted here
	remote int      // how many more other nodes have counted
}

// Campaigns groups near-copies within one process. Its methods may be called
// from many goroutines.
//
// Bands are in two generations. When the current one is full, or as old as the
// window, it becomes the previous one, and that is dropped.
type Campaigns struct {
	now func() time.Time

	mu                sync.Mutex
	current, previous map[band]bandEntry
	rotatedAt         int64 // when the current generation began, Unix microseconds
}

// NewCampaigns returns a Campaigns that reads the time from now, or from
// time.Now when that is nil.
func NewCampaigns(now func() time.Time) *Campaigns {
	if now == nil {
		now = time.Now
	}
	return &Campaigns{now: now, current: map[band]bandEntry{}, rotatedAt: now().UnixMicro()}
}

// Assign counts a comment and returns its group: that of earlier comments on the site
// with a similar sketch, or a new one, named by id. Different authors are counted
// by their keys, which are stored as hashes. The error is always nil.
func (c *Campaigns) Assign(_ context.Context, site string, sketch models.Sketch, id, author, article string) (models.Campaign, error) {
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

// Merge takes over the group that Redis found for a comment, so that the next copy
// counted here joins it and continues from its counts.
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

// store records that a group was the last to have the bands of a sketch.
func (c *Campaigns) store(now int64, site string, sketch models.Sketch, g *group) {
	if len(c.current) >= maxBands || now-c.rotatedAt >= CampaignWindow.Microseconds() {
		c.previous, c.current, c.rotatedAt = c.current, map[band]bandEntry{}, now
	}
	for _, n := range sketch {
		c.current[band{site, n}] = bandEntry{g, now}
	}
}

// find returns the group that most bands point to, the first one if several have
// as many, or nil when they are too few.
func (c *Campaigns) find(now int64, site string, sketch models.Sketch) *group {
	var groups [models.SketchSize]*group
	var votes [models.SketchSize]int
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
	if best < models.MinSharedBands {
		return nil
	}
	return found
}

// KeyHash is the hash by which authors' and articles' keys are compared: 64-bit
// FNV-1a, the same on all nodes. hash/fnv would allocate for each key.
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

// merge adds a key; with it there are at least total.
func (d *distinctKeys) merge(key string, total int) {
	d.add(key)
	d.remote = max(d.remote, total-len(d.local))
}

func (d *distinctKeys) count() int { return len(d.local) + d.remote }
