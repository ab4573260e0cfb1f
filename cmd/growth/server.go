package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"winnow/cmd/internal/running"
)

// testServer is a running server with credentials and some of its queue.
type testServer struct {
	server *running.Server
	sites  map[string]string // key of each
	tokens []string          // one moderator for each connection
	anyAge []queueItem       // items of the queue of any age
	newest []queueItem       // the newest items
}

// queueItem is a comment of the queue.
type queueItem struct {
	ID, Site, Author string
	Article          string
}

// maxConnections is the largest number of connections.
const maxConnections = 16

func startServer(ctx context.Context, winnow running.Program) (*testServer, error) {
	server, err := winnow.Serve(ctx, "--limit-address", "0", "--limit-author", "0", "--limit-site", "0", "--limit-login", "0")
	if err != nil {
		return nil, err
	}
	d := &testServer{server: server, sites: map[string]string{}}
	err = d.prepare(ctx, winnow)
	if err == nil {
		err = d.readQueue(ctx)
	}
	if err != nil {
		server.Stop()
		return nil, err
	}
	return d, nil
}

// prepare adds moderators and makes a new key for each site.
func (d *testServer) prepare(ctx context.Context, winnow running.Program) error {
	run := time.Now().Format("20060102-150405")
	for n := range maxConnections {
		token, err := winnow.Admin(ctx, d.server, fmt.Sprintf("growth-%s-%d", run, n))
		if err != nil {
			return err
		}
		d.tokens = append(d.tokens, token)
	}
	var sites struct{ Items []struct{ Slug string } }
	if _, err := d.call(ctx, http.MethodGet, "/v1/sites", d.tokens[0], nil, &sites); err != nil {
		return err
	}
	for _, s := range sites.Items {
		out, err := winnow.Run(ctx, "", "site", "rotate-key", s.Slug, "--json")
		if err != nil {
			return err
		}
		var created struct{ Key string }
		if err := json.Unmarshal(out, &created); err != nil {
			return err
		}
		d.sites[s.Slug] = created.Key
	}
	return nil
}

// readQueue reads some pages of the queue. Sorted by risk, the comments are of any
// age and article.
func (d *testServer) readQueue(ctx context.Context) (err error) {
	if d.anyAge, err = d.queue(ctx, "risk", 2000); err == nil {
		d.newest, err = d.queue(ctx, "newest", 200)
	}
	if err == nil && len(d.anyAge) < 10*maxConnections {
		err = fmt.Errorf("only %d comments wait in the queue", len(d.anyAge))
	}
	return err
}

func (d *testServer) queue(ctx context.Context, sort string, least int) (all []queueItem, err error) {
	for cursor := ""; len(all) < least; {
		var page struct {
			Items []struct {
				Comment struct {
					ID, Site string
					Article  struct{ ID string }
					Author   struct{ Name string }
				}
			}
			Next string
		}
		path := "/v1/queue?limit=200&sort=" + sort + "&cursor=" + url.QueryEscape(cursor)
		if _, err := d.call(ctx, http.MethodGet, path, d.tokens[0], nil, &page); err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			c := item.Comment
			all = append(all, queueItem{c.ID, c.Site, c.Author.Name, c.Article.ID})
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return all, nil
}

// pick returns a random item among those of a connection.
func pick(from []queueItem, connection int) queueItem {
	return from[rand.IntN(len(from)/maxConnections)*maxConnections+connection]
}

// call sends a request that must succeed and returns how long it took.
func (d *testServer) call(ctx context.Context, method, path, token string, in, out any) (time.Duration, error) {
	reply, err := d.server.Call(ctx, method, path, token, in, out)
	return reply.Took, err
}
