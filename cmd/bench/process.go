package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a server that runs beside this one.
type process struct {
	cmd  *exec.Cmd
	addr string
}

// startProcess starts a server and waits for the line of its log that ends
// with its address after the text before.
func startProcess(ctx context.Context, before, exe string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, exe, args...)}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	log, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(log)
	var last string
	for lines.Scan() {
		last = lines.Text()
		if _, rest, ok := strings.Cut(last, before); ok {
			p.addr, _, _ = strings.Cut(rest, " ")
			go drain(log)
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s did not start: %s: %w", exe, last, p.cmd.Wait())
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// cpu is how much of the processors a server has taken so far, as Linux says,
// or 0. The rate depends on what else the machine does, this hardly does.
func (p *process) cpu() time.Duration {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// The second field, a name in brackets, may hold anything.
	fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100 // ticks a second, on every Linux
}

const (
	benchSite = "bench"     // publishes at once
	heldSite  = "bench-pre" // holds everything
)

// desk is a running Winnow with a site, a moderator and a full page.
type desk struct {
	process   *process
	key       string // of benchSite
	heldKey   string
	token     string
	page      string // path of a page of 100 comments
	etag      string
	pending   chan string
	connected int
}

func startDesk(ctx context.Context, o options) (*desk, error) {
	args := []string{"serve", "--listen", "127.0.0.1:0", "--database", o.database}
	if o.redis != "" {
		args = append(args, "--redis", o.redis)
	}
	p, err := startProcess(ctx, "listening address=", o.winnow, args...)
	if err != nil {
		return nil, err
	}
	d := &desk{process: p, pending: make(chan string, 1<<16), connected: o.connections}
	if err := d.furnish(ctx, o); err != nil {
		p.stop()
		return nil, err
	}
	return d, nil
}

func (d *desk) furnish(ctx context.Context, o options) (err error) {
	command := func(stdin string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, o.winnow, append(args, "--database", o.database)...)
		c.Stdin = strings.NewReader(stdin)
		return c.Output()
	}
	for slug, key := range map[string]*string{benchSite: &d.key, heldSite: &d.heldKey} {
		out, err := command("", "site", "add", slug, "--json", "--mode", map[string]string{benchSite: "post", heldSite: "pre"}[slug])
		if err != nil {
			return fmt.Errorf("add site %s: %w", slug, err)
		}
		var site struct{ Key string }
		if err := json.Unmarshal(out, &site); err != nil {
			return err
		}
		*key = site.Key
	}
	if _, err := command("a pass phrase for the bench\n", "moderator", "add", "bench", "--role", "admin", "--password-stdin"); err != nil {
		return fmt.Errorf("add moderator: %w", err)
	}
	var login struct {
		Token string `json:"access_token"`
	}
	if _, err := d.call(ctx, "POST", "/v1/auth/login", "", map[string]string{"name": "bench", "password": "a pass phrase for the bench"}, &login); err != nil {
		return err
	}
	d.token = login.Token
	return d.fillPage(ctx)
}

// fillPage makes an article with 100 public comments.
func (d *desk) fillPage(ctx context.Context) error {
	var ids []string
	for i := range 100 {
		id, err := d.post(ctx, d.key, "page", i)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if _, err := d.call(ctx, "POST", "/v1/decisions", d.token, map[string]any{"comment_ids": ids, "action": "approve"}, nil); err != nil {
		return err
	}
	d.page = "/v1/comments?site=" + benchSite + "&article=page&limit=100"
	var page struct{ Comments []json.RawMessage }
	head, err := d.call(ctx, "GET", d.page, "", nil, &page)
	if err == nil && len(page.Comments) != 100 {
		err = fmt.Errorf("the page shows %d comments, not 100", len(page.Comments))
	}
	d.etag = head.Get("ETag")
	return err
}

// refill makes comments for the moderators to decide.
func (d *desk) refill(ctx context.Context, n int) error {
	var group sync.WaitGroup
	errs := make([]error, d.connected)
	for c := range d.connected {
		group.Go(func() {
			for i := c; i < n && errs[c] == nil; i += d.connected {
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

func (d *desk) post(ctx context.Context, key, article string, n int) (string, error) {
	var made struct{ ID string }
	_, err := d.call(ctx, "POST", "/v1/comments", key, map[string]any{
		"article": map[string]string{"id": article, "url": "https://gazette.example/" + article, "title": "The harbour reopens"},
		"author":  map[string]string{"name": fmt.Sprintf("Reader %d", n)},
		"body":    string(appendText(nil, uint64(n))),
	}, &made)
	return made.ID, err
}

// call makes one request that must be answered well.
func (d *desk) call(ctx context.Context, method, path, token string, in, out any) (http.Header, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+d.process.addr+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	if out == nil {
		return res.Header, nil
	}
	return res.Header, json.NewDecoder(res.Body).Decode(out)
}
