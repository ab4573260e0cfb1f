package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// desk is a running Winnow, with what its callers have to know.
type desk struct {
	process *exec.Cmd
	base    string            // its address
	sites   map[string]string // key of each
	tokens  []string          // a moderator for each connection
	any     []waiting         // some of the queue, of any age
	fresh   []waiting         // the newest
}

// waiting is a comment of the queue.
type waiting struct {
	ID, Site, Author string
	Article          string
}

// most is how many connections there are at most.
const most = 16

func startDesk(ctx context.Context, winnow, database string) (*desk, error) {
	p := exec.CommandContext(ctx, winnow, "serve", "--listen", "127.0.0.1:0", "--database", database,
		"--limit-address", "0", "--limit-author", "0", "--limit-site", "0", "--limit-login", "0")
	p.Cancel = func() error { return p.Process.Signal(syscall.SIGTERM) }
	log, err := p.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	d := &desk{process: p, sites: map[string]string{}}
	lines := bufio.NewScanner(log)
	last := ""
	for d.base == "" && lines.Scan() {
		last = lines.Text()
		if _, rest, ok := strings.Cut(last, "listening address="); ok {
			address, _, _ := strings.Cut(rest, " ")
			d.base = "http://" + address
		}
	}
	if d.base == "" {
		return nil, fmt.Errorf("%s did not start: %s: %w", winnow, last, p.Wait())
	}
	go func() { _, _ = io.Copy(io.Discard, log) }() // so that it does not wait for a reader
	if err := errors.Join(d.furnish(ctx, winnow, database), d.look(ctx)); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

func (d *desk) stop() {
	_ = d.process.Process.Signal(syscall.SIGTERM)
	_ = d.process.Wait()
}

// furnish makes moderators, and a new key for each site.
func (d *desk) furnish(ctx context.Context, winnow, database string) error {
	command := func(stdin string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, winnow, append(args, "--database", database)...)
		c.Stdin, c.Stderr = strings.NewReader(stdin), os.Stderr
		return c.Output()
	}
	const password = "a pass phrase for this run"
	run := time.Now().Format("20060102-150405")
	for n := range most {
		name := fmt.Sprintf("growth-%s-%d", run, n)
		if _, err := command(password+"\n", "moderator", "add", name, "--role", "admin", "--password-stdin"); err != nil {
			return fmt.Errorf("add a moderator: %w", err)
		}
		var login struct {
			Token string `json:"access_token"`
		}
		in := map[string]string{"name": name, "password": password}
		if _, err := d.call(ctx, http.MethodPost, "/v1/auth/login", "", in, &login); err != nil {
			return err
		}
		d.tokens = append(d.tokens, login.Token)
	}
	var sites struct{ Items []struct{ Slug string } }
	if _, err := d.call(ctx, http.MethodGet, "/v1/sites", d.tokens[0], nil, &sites); err != nil {
		return err
	}
	for _, s := range sites.Items {
		out, err := command("", "site", "rotate-key", s.Slug, "--json")
		if err != nil {
			return fmt.Errorf("rotate the key of %s: %w", s.Slug, err)
		}
		var made struct{ Key string }
		if err := json.Unmarshal(out, &made); err != nil {
			return err
		}
		d.sites[s.Slug] = made.Key
	}
	return nil
}

// look reads some pages of the queue: by risk, its comments are of any age and
// article.
func (d *desk) look(ctx context.Context) (err error) {
	if len(d.tokens) == 0 {
		return nil // something has failed before
	}
	if d.any, err = d.queue(ctx, "risk", 2000); err == nil {
		d.fresh, err = d.queue(ctx, "newest", 200)
	}
	if err == nil && len(d.any) < 10*most {
		err = fmt.Errorf("only %d comments wait in the queue", len(d.any))
	}
	return err
}

func (d *desk) queue(ctx context.Context, sort string, least int) (all []waiting, err error) {
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
			all = append(all, waiting{c.ID, c.Site, c.Author.Name, c.Article.ID})
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return all, nil
}

// pick returns one of those comments that belong to a connection.
func pick(from []waiting, connection int) waiting {
	return from[rand.IntN(len(from)/most)*most+connection]
}

// errBusy says that the server has refused a request for now.
var errBusy = errors.New("the server is too busy")

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: most}, Timeout: time.Minute}

// call makes a request that must be answered well, and returns how long that
// took.
func (d *desk) call(ctx context.Context, method, path, token string, in, out any) (time.Duration, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.base+path, body)
	if err != nil {
		return 0, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	begun := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	reply, err := io.ReadAll(res.Body)
	took := time.Since(begun)
	if err == nil && res.StatusCode == http.StatusServiceUnavailable {
		return 0, errBusy
	}
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, res.Status, reply)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(reply, out)
	}
	return took, err
}

// memory returns the most that the server has had in memory, in bytes.
func (d *desk) memory() (n int64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscanf(rest, "%d kB", &n)
	return n << 10, err
}
