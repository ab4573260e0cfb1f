package memory

import (
	"context"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

// MaxDistinct is up to how many different authors, and different articles, of one
// campaign are counted.
const MaxDistinct = 256

// MaxEstablished is how many established authors must give a contact before it
// groups nobody any more.
const MaxEstablished = 2

// These bound the memory of Campaigns to about 60 MB: at least the last 21,000
// comments, and as many contacts.
const (
	maxBands    = 1 << 18
	maxContacts = 1 << 16
)

// band is a number of a sketch, or a contact, on one site.
type band struct {
	site string
	n    uint64
}

// bandEntry is the group that last had a band.
type bandEntry struct {
	group *group
	at    int64 // Unix microseconds
}

// contactEntry is the group that has a contact.
type contactEntry struct {
	group *group // nil: none yet
	since int64  // Unix microseconds
	// Hashes of established authors who give it; 0: none.
	established [MaxEstablished]uint64
}

// generations keeps values for about the window, in two maps. When the current one
// is full, or as old as the window, it becomes the previous one, and that is
// dropped.
type generations[V any] struct {
	current, previous map[band]V
	rotatedAt         int64 // when the current one began, Unix microseconds
}

func newGenerations[V any](now int64) generations[V] {
	return generations[V]{current: map[band]V{}, rotatedAt: now}
}

func (g *generations[V]) get(b band) (V, bool) {
	v, known := g.current[b]
	if !known {
		v, known = g.previous[b]
	}
	return v, known
}

// rotate makes room for new values.
func (g *generations[V]) rotate(now int64, limit int) {
	if len(g.current) >= limit || now-g.rotatedAt >= window {
		g.previous, g.current, g.rotatedAt = g.current, map[band]V{}, now
	}
}

const window = int64(models.CampaignWindow / time.Microsecond)

type group struct {
	id                string
	first             int64 // Unix microseconds
	count             int
	authors, articles distinctKeys
	words             models.WordSet // of the comment that joined last
}

// distinctKeys counts different authors or articles.
type distinctKeys struct {
	local  []uint64 // KeyHash of each that was counted here
	remote int      // how many more other nodes have counted
}

// Campaigns groups near-copies, and comments with the same contact, within one
// process. Its methods may be called from many goroutines.
type Campaigns struct {
	now func() time.Time

	mu       sync.Mutex
	bands    generations[bandEntry]
	contacts generations[contactEntry]
}

// NewCampaigns returns a Campaigns that reads the time from now, or from
// time.Now when that is nil.
func NewCampaigns(now func() time.Time) *Campaigns {
	if now == nil {
		now = time.Now
	}
	at := now().UnixMicro()
	return &Campaigns{now: now, bands: newGenerations[bandEntry](at), contacts: newGenerations[contactEntry](at)}
}

// Assign counts a comment and returns its group: that of earlier comments on the
// site with the same contact or a similar sketch, the larger one when they differ,
// or a new one, named by the comment's id. Different authors are counted by their
// keys, which are stored as hashes. The error is always nil.
func (c *Campaigns) Assign(_ context.Context, q models.CampaignQuery) (models.Campaign, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UnixMicro()
	g, contact := c.match(now, q)
	if g == nil {
		g = &group{id: q.ID, first: now}
	}
	g.count++
	g.authors.add(q.Author)
	g.articles.add(q.Article)
	c.store(now, q, g)
	return models.Campaign{
		ID: g.id, Count: g.count, Authors: g.authors.count(), Articles: g.articles.count(),
		First: time.UnixMicro(g.first).UTC(), Contact: contact,
	}, nil
}

// Merge takes over the group that Redis found for a comment, so that the next copy
// counted here joins it and continues from its counts.
func (c *Campaigns) Merge(q models.CampaignQuery, found models.Campaign) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UnixMicro()
	g, _ := c.match(now, q)
	if g == nil || g.id != found.ID {
		g = &group{id: found.ID}
	}
	g.first, g.count = found.First.UnixMicro(), max(g.count, found.Count)
	g.authors.merge(q.Author, found.Authors)
	g.articles.merge(q.Article, found.Articles)
	c.store(now, q, g)
}

// Restore counts a comment of the group that the database has for it. Comments are
// restored in the order of their arrival, before any is assigned.
func (c *Campaigns) Restore(q models.CampaignQuery, campaign string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := at.UnixMicro()
	g, _ := c.match(now, q)
	if g == nil || g.id != campaign {
		g = &group{id: campaign, first: now}
	}
	g.count++
	g.authors.add(q.Author)
	g.articles.add(q.Article)
	c.store(now, q, g)
}

// match returns the group of a comment, and which of its contacts has led there,
// from 1 on, 0 when the text has; or nil.
func (c *Campaigns) match(now int64, q models.CampaignQuery) (found *group, contact int) {
	if q.HasSketch {
		found = c.find(now, q)
	}
	for i, n := range q.Contacts {
		e := c.contact(now, band{q.Site, n})
		if e.joins(q) && (found == nil || e.group.count > found.count) {
			found, contact = e.group, i+1
		}
	}
	return found, contact
}

// contact returns what is known of a contact; the zero value when nothing is.
func (c *Campaigns) contact(now int64, b band) contactEntry {
	e, known := c.contacts.get(b)
	if !known || now-e.since >= window {
		return contactEntry{}
	}
	return e
}

// joins reports whether a contact brings the author of a comment into its group.
func (e contactEntry) joins(q models.CampaignQuery) bool {
	if e.group == nil || e.established[MaxEstablished-1] != 0 && !e.isCampaign(q) {
		return false
	}
	return q.Standing == models.NewAuthor || e.group.authors.has(q.Author)
}

func (e contactEntry) isCampaign(q models.CampaignQuery) bool {
	return q.Floor > 0 && e.group.authors.count() >= q.Floor
}

// store records that a group was the last to have the bands of a sketch, and has
// the contacts of the comment.
func (c *Campaigns) store(now int64, q models.CampaignQuery, g *group) {
	if q.HasSketch {
		c.bands.rotate(now, maxBands)
		for _, n := range q.Sketch {
			c.bands.current[band{q.Site, n}] = bandEntry{g, now}
		}
		g.words = q.Words
	}
	for _, n := range q.Contacts {
		c.contacts.rotate(now, maxContacts)
		b := band{q.Site, n}
		e := c.contact(now, b)
		if e.since == 0 {
			e.since = now
		}
		switch {
		case q.Standing == models.NewAuthor || e.group == g:
			if e.group == nil || e.group.count < g.count {
				e.group = g
			}
			if e.isCampaign(q) {
				e.since = now
			}
		case q.Standing == models.EstablishedAuthor:
			e.establish(KeyHash(q.Author))
		default:
			continue
		}
		c.contacts.current[b] = e
	}
}

// establish notes an established author who gives the contact.
func (e *contactEntry) establish(author uint64) {
	for i, known := range e.established {
		if known == 0 || known == author {
			e.established[i] = author
			return
		}
	}
}

// find returns the group that most bands point to, the first one if several have
// as many, of those with near-copies of a text; or nil.
func (c *Campaigns) find(now int64, q models.CampaignQuery) *group {
	var groups [models.SketchSize]*group
	var votes [models.SketchSize]int
	for _, n := range q.Sketch {
		s, known := c.bands.get(band{q.Site, n})
		if !known || now-s.at >= window {
			continue
		}
		i := 0
		for groups[i] != nil && groups[i] != s.group {
			i++
		}
		groups[i] = s.group
		votes[i]++
	}
	best := -1
	for i, g := range groups {
		if g != nil && (best < 0 || votes[i] > votes[best]) &&
			(votes[i] >= models.MinSharedBands || votes[i] >= models.MinSimilarBands && g.words.Alike(&q.Words)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return groups[best]
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

func (d *distinctKeys) has(key string) bool { return slices.Contains(d.local, KeyHash(key)) }

// merge adds a key; with it there are at least total.
func (d *distinctKeys) merge(key string, total int) {
	d.add(key)
	d.remote = max(d.remote, total-len(d.local))
}

func (d *distinctKeys) count() int { return len(d.local) + d.remote }
