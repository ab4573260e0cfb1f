package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
)

// crowd makes up comments, one after the other in time, and counts them.
type crowd struct {
	size     sizes
	random   *rand.Rand
	first    time.Time
	step     time.Duration // between two comments
	made     int
	articles []article
	authors  map[key]*count // by site and name
	pending  map[string]int64
	arrivals map[day]*count
	judged   map[judging]*count
}

type (
	key   struct{ site, name string }
	count struct{ approved, rejected, pending int64 }
	day   struct {
		number int64
		site   string
	}
	judging struct {
		day
		moderator, machine string
	}
	article struct {
		site, id string
		last     string // id of its newest comment
		approved int64
		seen     bool
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

const span = 2 * 365 * 24 * time.Hour

// newCrowd speaks until the given time; the same sizes give the same comments.
func newCrowd(size sizes, until time.Time) *crowd {
	c := &crowd{
		size: size, random: rand.New(rand.NewPCG(1, uint64(size.comments))),
		first: until.Add(-span), step: span / time.Duration(size.comments),
		articles: make([]article, size.articles), authors: map[key]*count{}, pending: map[string]int64{},
		arrivals: map[day]*count{}, judged: map[judging]*count{},
	}
	for n := range c.articles {
		c.articles[n] = article{site: siteName(n % size.sites), id: fmt.Sprintf("article-%d", n)}
	}
	return c
}

// of returns the count of a key, new when there is none.
func of[K comparable](counts map[K]*count, k K) *count {
	if counts[k] == nil {
		counts[k] = &count{}
	}
	return counts[k]
}

var (
	commentColumns = strings.Fields(`id site article parent_id author_id author_name author_email author_url author_key
		client_hash client_net user_agent referrer status reason machine risk flags version created_at updated_at lease_by
		lease_until body search campaign spam abuse action said model hold_at reject_at signals`)
	decisionColumns = strings.Fields(`id batch comment_id site moderator action reason note old_status old_reason created_at undone_by`)
	labelColumns    = strings.Fields(`id comment_id replaced_by label site author author_email author_url url lang source labelled_by created_at body`)
	eventColumns    = strings.Fields(`id kind site subject article status at`)
)

const dayMicros = 24 * 60 * 60 * 1_000_000

// next makes n comments with what belongs to them.
func (c *crowd) next(n int) []rows {
	comments := rows{table: "comments", columns: commentColumns}
	decisions := rows{table: "decisions", columns: decisionColumns}
	labels := rows{table: "labels", columns: labelColumns}
	events := rows{table: "events", columns: eventColumns}
	for range n {
		at := c.first.Add(time.Duration(c.made) * c.step)
		c.made++
		micros := at.UnixMicro()
		a := c.article()
		name := fmt.Sprintf("Reader %d", c.random.IntN(c.size.authors))
		machine, status, reason := c.fate()
		id, parent := c.id(at), ""
		if c.random.IntN(3) == 0 {
			parent = a.last
		}
		a.last = id
		body, search := c.body(), ""
		if status == "pending" {
			search = strings.ToLower(name + "\n" + body)
			c.pending[a.site]++
		}
		if status == "approved" {
			a.approved++
		}
		of(c.authors, key{a.site, "name:" + name}).add(status)
		of(c.arrivals, day{micros / dayMicros, a.site}).add(machine)
		action := map[string]string{"approved": "approve", "pending": "hold", "rejected": "reject"}[machine]
		risk := c.random.Float64()
		comments.values = append(comments.values, []any{
			id, a.site, a.id, parent, "", name, "", "", "name:" + name, "", "192.0.2.0/24", "Mozilla/5.0", "", status, reason,
			machine, risk, 0, 1, micros, micros, "", 0, body, search, "", risk, nil, action, reason, "starter", 0.5, 0.99,
			`[{"name":"word:harbour","weight":0.7}]`,
		})
		if machine == "pending" && status != machine {
			moderator := fmt.Sprintf("moderator-%d", c.random.IntN(20))
			decided, class, decision := "approve", "ham", c.id(at)
			if status == "rejected" {
				decided, class = "reject", "spam"
			}
			of(c.judged, judging{day{micros / dayMicros, a.site}, moderator, machine}).add(status)
			decisions.values = append(decisions.values, []any{decision, "", id, a.site, moderator, decided, reason, "", machine, "spam", micros, ""})
			labels.values = append(labels.values, []any{decision, id, "", class, a.site, name, "", "", "", "", "decision", moderator, micros, body})
		}
		if c.first.Add(span).Sub(at) < 24*time.Hour {
			events.values = append(events.values, []any{c.id(at), "comment.created", a.site, id, a.id, status, micros})
		}
	}
	return []rows{comments, decisions, labels, events}
}

// article favours few, as readers do.
func (c *crowd) article() *article {
	n := c.random.IntN(len(c.articles))
	if c.random.IntN(2) == 0 {
		n = c.random.IntN(1 + n/10)
	}
	a := &c.articles[n]
	a.seen = true
	return a
}

// fate is what the machine did with a comment and what became of it: of ten
// that were held, nine are decided.
func (c *crowd) fate() (machine, status, reason string) {
	switch n := c.random.IntN(100); {
	case n < 85:
		return "approved", "approved", ""
	case n < 90:
		return "rejected", "rejected", "spam"
	case n < 95:
		return "pending", "approved", ""
	case n < 99:
		return "pending", "rejected", "spam"
	}
	return "pending", "pending", "spam"
}

var words = strings.Fields(`the harbour council budget road school match minister train river market price answer neighbour
	morning letter summer fair wrong true never always people city garden voice bridge house paper question reader editor`)

func (c *crowd) body() string {
	text := make([]string, 8+c.random.IntN(50))
	for n := range text {
		text[n] = words[c.random.IntN(len(words))]
	}
	return strings.Join(text, " ")
}

// id is a UUIDv7 of a time, random after its 48 bits of milliseconds.
func (c *crowd) id(at time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|uint64(c.random.Uint32()&0xffff))
	binary.BigEndian.PutUint64(id[8:], c.random.Uint64())
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// counters are what storage keeps beside the comments.
func (c *crowd) counters() []rows {
	articles := rows{table: "articles", columns: strings.Fields("site id url title version approved")}
	for _, a := range c.articles {
		if a.seen {
			articles.values = append(articles.values, []any{a.site, a.id, "https://gazette.example/" + a.id, "The harbour reopens", a.approved + 1, a.approved})
		}
	}
	sites := rows{table: "site_counts", columns: strings.Fields("site pending")}
	for site, n := range c.pending {
		sites.values = append(sites.values, []any{site, n})
	}
	authors := rows{table: "authors", columns: strings.Fields("site key approved rejected pending")}
	for k, n := range c.authors {
		authors.values = append(authors.values, []any{k.site, k.name, n.approved, n.rejected, n.pending})
	}
	arrivals := rows{table: "arrivals", columns: strings.Fields("day site approved rejected held")}
	for d, n := range c.arrivals {
		arrivals.values = append(arrivals.values, []any{d.number, d.site, n.approved, n.rejected, n.pending})
	}
	judged := rows{table: "judgements", columns: strings.Fields("day site moderator machine approved rejected")}
	for j, n := range c.judged {
		judged.values = append(judged.values, []any{j.number, j.site, j.moderator, j.machine, n.approved, n.rejected})
	}
	return []rows{articles, sites, authors, arrivals, judged}
}
