package selfcheck

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"winnow/models"
)

// DemoSite is the site of the demo page, which takes comments without a key as long as
// there is no other.
const DemoSite = "demo"

// checkDatabase returns how far the clock is ahead of the database's.
func (c *Checker) checkDatabase(ctx context.Context, found *list) (ahead time.Duration) {
	before := c.Now()
	at, err := c.DB.ServerTime(ctx)
	after := c.Now()
	if err != nil {
		found.add("database", models.SeverityError)
		return 0
	}
	if !at.IsZero() {
		ahead = before.Add(after.Sub(before) / 2).Sub(at)
		if tooFar(ahead) {
			found.add("clock", models.SeverityError, "difference", apart(ahead))
		}
	}
	if err := c.DB.CheckWritable(ctx); models.KindOf(err) == models.KindUnavailable {
		found.add("read-only", models.SeverityError)
	}
	return ahead
}

func tooFar(d time.Duration) bool { return d.Abs() > clockTolerance }

// apart says how far a clock is ahead of another one: "12s", or "-12s" when it is behind.
func apart(ahead time.Duration) string { return ahead.Round(100 * time.Millisecond).String() }

// checkNodes compares this node with the others that run at a time of the database's
// clock, and returns what they have found.
func (c *Checker) checkNodes(ctx context.Context, found *list, at time.Time) (others []models.Finding) {
	nodes, err := c.DB.RunningNodes(ctx, at)
	if err != nil {
		return nil // checkDatabase says so
	}
	var foreign []string
	for _, n := range nodes {
		if n.ID == c.id {
			continue
		}
		if c.Secret != nil && !bytes.Equal(n.Secret, SecretTag(c.Secret)) {
			foreign = append(foreign, n.Name)
		}
		for _, f := range n.Findings {
			if f.Name == "secrets" && c.Secret != nil || f.Name == "notices" {
				continue // it is this node's own, seen from the other side, or of the database of both
			}
			f.Node = n.Name
			others = append(others, f)
		}
	}
	if len(foreign) > 0 {
		found.add("secrets", models.SeverityError, "nodes", strings.Join(foreign, ", "))
	}
	return others
}

func (c *Checker) checkRedis(ctx context.Context, found *list) {
	if c.Redis == nil {
		return
	}
	before := c.Now()
	clock, took, wait, err := c.Redis.Probe(ctx)
	if err != nil {
		found.add("redis", models.SeverityError)
		return
	}
	if took > wait {
		found.add("redis-slow", models.SeverityError, "took", took.Round(100*time.Microsecond).String(), "limit", wait.String(),
			"wait", (2 * took).Round(5*time.Millisecond).String())
	}
	if ahead := before.Add(took / 2).Sub(clock); tooFar(ahead) {
		found.add("clock-redis", models.SeverityWarning, "difference", apart(ahead))
	}
}

func (c *Checker) checkDemo(ctx context.Context, found *list) {
	if !c.Public {
		return
	}
	sites, err := c.DB.Sites(ctx)
	if err != nil || len(sites) != 1 || sites[0].Slug != DemoSite {
		return
	}
	found.add("demo", models.SeverityWarning)
}

// checkNotices finds sites whose messages do not arrive.
func (c *Checker) checkNotices(ctx context.Context, found *list) {
	sites, err := c.DB.SitesWithFailures(ctx)
	if err != nil || len(sites) == 0 { // checkDatabase tells of errors
		return
	}
	found.add("notices", models.SeverityWarning, "sites", strings.Join(sites, ", "))
}

// checkFiles finds files that other users of the machine can read.
func checkFiles(names []string, found *list) {
	if runtime.GOOS == "windows" {
		return // modes say nothing there
	}
	var open []string
	for _, name := range names {
		if readableByOthers(name) {
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		found.add("files", models.SeverityWarning, "files", strings.Join(open, " "))
	}
}

// readableByOthers reports whether a file and its folder are open to all users. Files
// that a container gets as secrets always are, to the users of the container.
func readableByOthers(name string) bool {
	info, err := os.Stat(name)
	if err != nil || info.Mode()&0o004 == 0 || strings.HasPrefix(name, "/run/secrets/") {
		return false
	}
	folder, err := os.Stat(filepath.Dir(name))
	return err == nil && folder.Mode()&0o001 != 0
}
