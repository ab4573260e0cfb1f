package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"winnow/cmd/internal/running"
)

const (
	benchSite = "bench"     // in mode post
	heldSite  = "bench-pre" // in mode pre
)

// testServer is a running server with sites, a moderator and a full page.
type testServer struct {
	server      *running.Server
	key         string // of benchSite
	heldKey     string
	token       string
	page        string // path of a page of 100 comments
	etag        string
	pending     chan string
	connections int
}

func startServer(ctx context.Context, o options) (*testServer, error) {
	var args []string
	if o.logins { // of strangers on many addresses, none of whom is refused before the password is looked at
		args = append(args, "--trusted-proxies", "127.0.0.0/8", "--limit-login", "0")
	}
	if o.redis != "" {
		args = append(args, "--redis", o.redis)
	}
	server, err := o.program.Serve(ctx, args...)
	if err != nil {
		return nil, err
	}
	d := &testServer{server: server, pending: make(chan string, 1<<16), connections: o.connections}
	if err := d.prepare(ctx, o.program); err != nil {
		server.Stop()
		return nil, err
	}
	return d, nil
}

func (d *testServer) prepare(ctx context.Context, winnow running.Program) (err error) {
	for _, s := range []struct {
		slug, mode string
		key        *string
	}{{benchSite, "post", &d.key}, {heldSite, "pre", &d.heldKey}} {
		out, err := winnow.Run(ctx, "", "site", "add", s.slug, "--json", "--mode", s.mode)
		if err != nil {
			return err
		}
		var site struct{ Key string }
		if err := json.Unmarshal(out, &site); err != nil {
			return err
		}
		*s.key = site.Key
	}
	if d.token, err = winnow.Admin(ctx, d.server, "bench"); err != nil {
		return err
	}
	return d.fillPage(ctx)
}

// fillPage makes an article with 100 public comments.
func (d *testServer) fillPage(ctx context.Context) error {
	var ids []string
	for i := range 100 {
		id, err := d.post(ctx, d.key, "page", i)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if _, err := d.server.Call(ctx, http.MethodPost, "/v1/decisions", d.token, map[string]any{"comment_ids": ids, "action": "approve"}, nil); err != nil {
		return err
	}
	d.page = "/v1/comments?site=" + benchSite + "&article=page&limit=100"
	var page struct{ Comments []json.RawMessage }
	reply, err := d.server.Call(ctx, http.MethodGet, d.page, "", nil, &page)
	if err == nil && len(page.Comments) != 100 {
		err = fmt.Errorf("the page shows %d comments, not 100", len(page.Comments))
	}
	d.etag = reply.Header.Get("ETag")
	return err
}

// refill posts comments to be decided.
func (d *testServer) refill(ctx context.Context, n int) error {
	var group sync.WaitGroup
	errs := make([]error, d.connections)
	for c := range d.connections {
		group.Go(func() {
			for i := c; i < n && errs[c] == nil; i += d.connections {
				var id string
				if id, errs[c] = d.post(ctx, d.heldKey, fmt.Sprintf("held%d", i%100), i); errs[c] == nil {
					d.pending <- id
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *testServer) post(ctx context.Context, key, article string, n int) (string, error) {
	var created struct{ ID string }
	_, err := d.server.Call(ctx, http.MethodPost, "/v1/comments", key, map[string]any{
		"article": map[string]string{"id": article, "url": "https://gazette.example/" + article, "title": "The harbour reopens"},
		"author":  map[string]string{"name": fmt.Sprintf("Reader %d", n)},
		"body":    string(appendText(nil, uint64(n))),
		"client":  map[string]string{"ip": fmt.Sprintf("10.%d.%d.9", n&255, n>>8&255)}, // different networks
	}, &created)
	return created.ID, err
}
