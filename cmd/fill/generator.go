package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage"
)

// generator makes comments in the order of time, and counts them.
type generator struct {
	size       sizes
	random     *rand.Rand
	articleAge *rand.Zipf // distribution: how many articles ago the commented one was published
	first      time.Time
	step       time.Duration // between two comments
	generated  int
	articles   []article // in order of publication, alternating between the sites
	authors    []count   // alternating between the sites
	pending    map[string]int64
	arrivals   map[dayKey]*count
	decided    map[decidedKey]*count
	histograms map[histogramKey]*[bins]int64
	hours      map[dayKey]*hourCount // by the number of the hour
}

const bins = 20 // of a histogram

type (
	count  struct{ approved, rejected, pending int64 }
	dayKey struct {
		number int64
		site   string
	}
	hourCount struct {
		count
		decisions int64 // all of them at once
	}
	decidedKey struct {
		dayKey
		moderator, machine string
	}
	histogramKey struct {
		dayKey
		kind string
	}
	article struct {
		site, id string
		last     string // id of its newest comment
		activeAt int64  // arrival of that, to the minute
		comments count
		used     bool
	}
)

func (c *count) add(status string) {
	switch status {
	case "approved":
		c.approved++
	case "rejected":
		c.rejected++
	default:
		c.pending++
	}
}

const period = 2 * 365 * 24 * time.Hour

// newGenerator makes comments that end at a time. Equal sizes give equal comments.
func newGenerator(size sizes, until time.Time) *generator {
	c := &generator{
		size: size, random: rand.New(rand.NewPCG(1, uint64(size.comments))),
		first: until.Add(-period), step: period / time.Duration(size.comments),
		articles: make([]article, size.articles), authors: make([]count, size.authors), pending: map[string]int64{},
		arrivals: map[dayKey]*count{}, decided: map[decidedKey]*count{}, histograms: map[histogramKey]*[bins]int64{},
		hours: map[dayKey]*hourCount{},
	}
	c.articleAge = rand.NewZipf(c.random, 1.1, 20, uint64(size.articles-1))
	for n := range c.articles {
		c.articles[n] = article{site: siteName(n % size.sites), id: fmt.Sprintf("article-%d", n)}
	}
	return c
}

// entry returns the value of a key, a new one when there is none.
func entry[K comparable, V any](counts map[K]*V, k K) *V {
	if counts[k] == nil {
		counts[k] = new(V)
	}
	return counts[k]
}

var (
	commentColumns = strings.Fields(`id site article parent_id author_id author_name author_email author_url author_key
		client_hash client_net user_agent referrer status reason machine risk flags version created_at updated_at lease_by
		lease_until body search campaign spam abuse action said model hold_at reject_at signals`)
	decisionColumns = strings.Fields(`id batch comment_id site moderator action reason note old_status old_reason created_at undone_by`)
	labelColumns    = strings.Fields(`id comment_id replaced_by label site author author_email author_url url lang source labelled_by created_at body`)
	eventColumns    = strings.Fields(`kind site subject article status at`)
)

const (
	hourMicros = 60 * 60 * 1_000_000
	dayMicros  = 24 * hourMicros
)

// next makes n comments with their decisions, labels and events.
func (c *generator) next(n int) []rows {
	comments := rows{table: "comments", columns: commentColumns}
	decisions := rows{table: "decisions", columns: decisionColumns}
	labels := rows{table: "labels", columns: labelColumns}
	events := rows{table: "events", columns: eventColumns}
	for range n {
		at := c.first.Add(time.Duration(c.generated) * c.step)
		c.generated++
		micros := at.UnixMicro()
		a, author := c.article()
		name := authorName(author)
		machine, status, reason := c.outcome()
		id, parent := c.id(a.site, at), ""
		if c.random.IntN(3) == 0 {
			parent = a.last
		}
		if status == "approved" { // others have no replies
			a.last = id
		}
		body, search := c.body(), ""
		if status == "pending" {
			search = strings.ToLower(name + "\n" + body)
			c.pending[a.site]++
		}
		a.activeAt = micros - micros%time.Minute.Microseconds()
		a.comments.add(status)
		c.authors[author].add(status)
		action := map[string]string{"approved": "approve", "pending": "hold", "rejected": "reject"}[machine]
		risk := c.random.Float64()
		came := dayKey{micros / dayMicros, a.site}
		entry(c.arrivals, came).add(machine)
		hour := entry(c.hours, dayKey{micros / hourMicros, a.site})
		hour.add(machine)
		entry(c.histograms, histogramKey{came, "scored"})[int(risk*bins)]++
		comments.values = append(comments.values, []any{
			id, a.site, a.id, parent, "", name, "", "", models.Author{Name: name}.Key(), "", "192.0.2.0/24", "Mozilla/5.0", "", status, reason,
			machine, risk, 0, 1, micros, micros, "", 0, body, search, "", risk, nil, action, reason, "starter", 0.5, 0.99,
			`[{"name":"word:harbour","weight":0.7}]`,
		})
		if machine == "pending" && status != machine {
			moderator := fmt.Sprintf("moderator-%d", c.random.IntN(20))
			decided, class, decision := "approve", "ham", c.id(a.site, at)
			if status == "rejected" {
				decided, class = "reject", "spam"
			}
			entry(c.decided, decidedKey{came, moderator, machine}).add(status)
			hour.decisions++
			entry(c.histograms, histogramKey{came, decided})[int(risk*bins)]++
			entry(c.histograms, histogramKey{came, "waited"})[0]++
			decisions.values = append(decisions.values, []any{decision, "", id, a.site, moderator, decided, reason, "", machine, "spam", micros, ""})
			labels.values = append(labels.values, []any{decision, id, "", class, a.site, name, "", "", "", "", "decision", moderator, micros, body})
		}
		if c.first.Add(period).Sub(at) < 24*time.Hour {
			events.values = append(events.values, []any{"comment.created", a.site, id, a.id, status, micros})
		}
	}
	return []rows{comments, decisions, labels, events}
}

// article picks an article and an author of its site. Every tenth comment is on the
// first article of a site; the others are on recent articles, half of them on one
// article in thirteen. Few authors write many comments.
func (c *generator) article() (a *article, author int) {
	n := c.random.IntN(c.size.sites)
	if c.random.IntN(10) > 0 {
		published := c.generated * c.size.articles / (c.size.comments + 1)
		n = max(0, published-int(c.articleAge.Uint64()))
		if c.random.IntN(2) == 0 {
			n -= n % 13
		}
	}
	a = &c.articles[n]
	a.used = true
	author = int(float64(c.size.authors) * c.random.Float64() * c.random.Float64())
	return a, author - author%c.size.sites + n%c.size.sites
}

func authorName(n int) string { return fmt.Sprintf("Reader %d", n) }

// outcome returns the automatic and the final status of a comment. Pending ones may
// be of any age.
func (c *generator) outcome() (machine, status, reason string) {
	if c.random.IntN(c.size.comments) < c.size.pending {
		return "pending", "pending", []string{"spam", "spam", "abuse", "premoderation"}[c.random.IntN(4)]
	}
	switch n := c.random.IntN(100); {
	case n < 86:
		return "approved", "approved", ""
	case n < 91:
		return "rejected", "rejected", "spam"
	case n < 96:
		return "pending", "approved", ""
	}
	return "pending", "rejected", "spam"
}

var words = strings.Fields(`the harbour council budget road school match minister train river market price answer neighbour
	morning letter summer fair wrong true never always people city garden voice bridge house paper question reader editor`)

func (c *generator) body() string {
	text := make([]string, 8+c.random.IntN(50))
	for n := range text {
		text[n] = words[c.random.IntN(len(words))]
	}
	return strings.Join(text, " ")
}

// id is a UUIDv7 of a time, random after its 48 bits of milliseconds, with the tag of a site.
func (c *generator) id(site string, at time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|uint64(c.random.Uint32()&0xffff))
	binary.BigEndian.PutUint64(id[8:], c.random.Uint64())
	binary.BigEndian.PutUint16(id[14:], storage.SiteTag(site))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// counters returns the rows of the tables in which storage counts.
func (c *generator) counters() []rows {
	articles := rows{table: "articles", columns: strings.Fields("site id url title version approved rejected pending active_at")}
	for _, a := range c.articles {
		if n := a.comments; a.used {
			articles.values = append(articles.values, []any{
				a.site, a.id, "https://gazette.example/" + a.id, "The harbour reopens", n.approved + 1, n.approved, n.rejected, n.pending, a.activeAt,
			})
		}
	}
	sites := rows{table: "site_counts", columns: strings.Fields("site pending")}
	for site, n := range c.pending {
		sites.values = append(sites.values, []any{site, n})
	}
	authors := rows{table: "authors", columns: strings.Fields("site key folded approved rejected pending")}
	for author, n := range c.authors {
		if n != (count{}) {
			name := authorName(author)
			authors.values = append(authors.values, []any{siteName(author % c.size.sites), models.Author{Name: name}.Key(), names.Fold(name), n.approved, n.rejected, n.pending})
		}
	}
	arrivals := rows{table: "arrivals", columns: strings.Fields("day site approved rejected held")}
	for d, n := range c.arrivals {
		arrivals.values = append(arrivals.values, []any{d.number, d.site, n.approved, n.rejected, n.pending})
	}
	decided := rows{table: "judgements", columns: strings.Fields("day site moderator machine approved rejected")}
	for j, n := range c.decided {
		decided.values = append(decided.values, []any{j.number, j.site, j.moderator, j.machine, n.approved, n.rejected})
	}
	histograms := rows{table: "histograms", columns: strings.Fields("day site kind")}
	for i := range bins {
		histograms.columns = append(histograms.columns, fmt.Sprintf("n%d", i))
	}
	for b, n := range c.histograms {
		row := []any{b.number, b.site, b.kind}
		for _, v := range n {
			row = append(row, v)
		}
		histograms.values = append(histograms.values, row)
	}
	hours := rows{table: "hourly", columns: strings.Fields("site hour approved rejected held decisions waits0 waits1 waits2 waits3 waits4 waits5 waits6")}
	for h, n := range c.hours {
		hours.values = append(hours.values, []any{h.site, h.number, n.approved, n.rejected, n.pending, n.decisions, n.decisions, 0, 0, 0, 0, 0, 0})
	}
	return []rows{articles, sites, authors, arrivals, decided, histograms, hours}
}
