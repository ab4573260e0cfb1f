package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"winnow/storage/sqldb"
)

// operation is something to measure. do returns how long it took, or 0 when that
// must not count.
type operation struct {
	name string
	do   func(ctx context.Context, d *testServer, connection int) (time.Duration, error)
}

var operations = []operation{
	{"post", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		took, _, err := d.post(ctx, pick(d.newest, connection))
		return took, err
	}},
	{"post to an old article", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		took, _, err := d.post(ctx, pick(d.anyAge, connection))
		return took, err
	}},
	// A comment was just published, so the page is not cached.
	{"page, from the database", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		at := pick(d.newest, connection)
		_, published, err := d.post(ctx, at)
		if err != nil || !published {
			return 0, err
		}
		return d.page(ctx, at, "")
	}},
	{"page of an old article", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		return d.page(ctx, pick(d.anyAge, connection), firstPageUncached())
	}},
	{"page, from the cache", func(ctx context.Context, d *testServer, _ int) (time.Duration, error) {
		return d.page(ctx, d.anyAge[0], "")
	}},
	{"counts of 20 articles", func(ctx context.Context, d *testServer, _ int) (time.Duration, error) { return d.counts(ctx, d.newest) }},
	{"counts of 20 old articles", func(ctx context.Context, d *testServer, _ int) (time.Duration, error) { return d.counts(ctx, d.anyAge) }},
	listOperation("queue by risk", "/v1/queue?sort=risk"),
	listOperation("queue, oldest first", "/v1/queue?sort=oldest"),
	listOperation("queue, newest first", "/v1/queue?sort=newest"),
	listOperation("queue of a site by risk", "/v1/queue?sort=risk&site={site}"),
	listOperation("queue of a site, oldest first", "/v1/queue?sort=oldest&site={site}"),
	listOperation("queue of a site, newest first", "/v1/queue?sort=newest&site={site}"),
	listOperation("queue of a reason", "/v1/queue?reason=abuse"),
	listOperation("queue of a reason of a site", "/v1/queue?reason=abuse&site={site}"),
	listOperation("queue of an article", "/v1/queue?article={article}&site={site}"),
	listOperation("queue of an author", "/v1/queue?author={author}"),
	listOperation("queue with a usual word", "/v1/queue?q=harbour"),
	listOperation("queue with an unknown word", "/v1/queue?q=zeppelin"),
	listOperation("search for a usual word", "/v1/search?q=harbour&site={site}"),
	listOperation("search for an unknown word", "/v1/search?q=zeppelin&site={site}"),
	listOperation("search for a beginning", "/v1/search?q=ha*&site={site}"),
	listOperation("search on all sites", "/v1/search?q=harbour+bridge"),
	{"claim 10", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		took, _, err := d.claim(ctx, connection, map[string]any{"limit": 10})
		return took, err
	}},
	{"claim 10 of a site", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		took, _, err := d.claim(ctx, connection, map[string]any{"limit": 10, "site": pick(d.anyAge, connection).Site})
		return took, err
	}},
	{"release 10", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		_, took, err := d.claim(ctx, connection, map[string]any{"limit": 10})
		return took, err
	}},
	{"decide", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		took, _, err := d.decide(ctx, connection)
		return took, err
	}},
	{"undo", func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		_, took, err := d.decide(ctx, connection)
		return took, err
	}},
	listOperation("detail of a comment", "/v1/comments/{id}"),
	listOperation("stats", "/v1/stats"),
	listOperation("stats of a site", "/v1/stats?site={site}"),
	listOperation("audit", "/v1/audit"),
	listOperation("models", "/v1/models"),
}

// listOperation is a GET request of a moderator.
func listOperation(name, path string) operation {
	return operation{name, func(ctx context.Context, d *testServer, connection int) (time.Duration, error) {
		at := pick(d.anyAge, connection)
		path := strings.NewReplacer("{site}", at.Site, "{id}", at.ID, "{article}", url.QueryEscape(at.Article), "{author}", url.QueryEscape(at.Author)).Replace(path)
		return d.call(ctx, http.MethodGet, path, d.tokens[connection], nil, nil)
	}}
}

func (d *testServer) page(ctx context.Context, at queueItem, more string) (time.Duration, error) {
	return d.call(ctx, http.MethodGet, "/v1/comments?site="+at.Site+"&article="+url.QueryEscape(at.Article)+more, "", nil, nil)
}

// counts requests the counts of as many articles as a front page has.
func (d *testServer) counts(ctx context.Context, from []queueItem) (time.Duration, error) {
	q := url.Values{"site": {from[0].Site}}
	for range 20 {
		q.Add("article", from[rand.IntN(len(from))].Article)
	}
	return d.call(ctx, http.MethodGet, "/v1/comments/counts?"+q.Encode(), "", nil, nil)
}

var words = strings.Fields(`the harbour council budget road school match minister train river market price answer neighbour
	morning letter summer fair wrong true never always people city garden voice bridge house paper question reader editor`)

// post adds a comment to the article of a queue item.
func (d *testServer) post(ctx context.Context, at queueItem) (took time.Duration, published bool, err error) {
	text := make([]string, 30)
	for n := range text {
		text[n] = words[rand.IntN(len(words))]
	}
	var created struct{ Status string }
	took, err = d.call(ctx, http.MethodPost, "/v1/comments", d.sites[at.Site], map[string]any{
		"article": map[string]string{"id": at.Article},
		"author":  map[string]string{"name": at.Author},
		"body":    strings.Join(text, " "),
		"client":  map[string]string{"ip": fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), rand.IntN(256))},
	}, &created)
	return took, created.Status == "approved", err
}

// claim claims comments and releases them.
func (d *testServer) claim(ctx context.Context, connection int, in map[string]any) (claim, release time.Duration, err error) {
	var claimed struct {
		Items []struct{ Comment struct{ ID string } }
	}
	token := d.tokens[connection]
	claim, err = d.call(ctx, http.MethodPost, "/v1/queue/claim", token, in, &claimed)
	if err != nil || len(claimed.Items) == 0 {
		return 0, 0, err
	}
	var ids []string
	for _, item := range claimed.Items {
		ids = append(ids, item.Comment.ID)
	}
	release, err = d.call(ctx, http.MethodPost, "/v1/queue/release", token, map[string]any{"comment_ids": ids}, nil)
	return claim, release, err
}

// decide approves a comment and undoes that.
func (d *testServer) decide(ctx context.Context, connection int) (decide, undo time.Duration, err error) {
	var created struct{ ID string }
	token := d.tokens[connection]
	decide, err = d.call(ctx, http.MethodPost, "/v1/comments/"+pick(d.anyAge, connection).ID+"/decision", token, map[string]string{"action": "approve"}, &created)
	if err != nil {
		return 0, 0, err
	}
	undo, err = d.call(ctx, http.MethodPost, "/v1/decisions/"+created.ID+"/undo", token, nil, nil)
	return decide, undo, err
}

// firstPageUncached are the parameters of a first page that no cache has: it begins after
// a moment at which there was no comment yet. Without that the small database, with its
// few articles, would be asked less often than the large one.
func firstPageUncached() string {
	from := sqldb.Cursor{Order: "oldest", At: rand.Int64N(int64(time.Hour))}
	if rand.IntN(2) == 0 {
		from = sqldb.Cursor{Order: "newest", At: time.Now().AddDate(100, 0, 0).UnixMicro() + from.At}
	}
	return fmt.Sprintf("&order=%s&limit=%d&cursor=%s", from.Order, 25+rand.IntN(50), from)
}
