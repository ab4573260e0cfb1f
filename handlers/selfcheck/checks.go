package selfcheck

import (
	"bytes"
	"context"
	"fmt"
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
		found.add("database", models.SeverityError, "The database does not answer.",
			"Look whether it runs, and whether --database has the right address and password.")
		return 0
	}
	if !at.IsZero() {
		ahead = before.Add(after.Sub(before) / 2).Sub(at)
		if tooFar(ahead) {
			found.add("clock", models.SeverityError, fmt.Sprintf("The clock of this machine is %s that of the database.", apart(ahead)),
				"Let both machines set their clocks by NTP (for instance chrony or systemd-timesyncd).")
		}
	}
	if err := c.DB.CheckWritable(ctx); models.KindOf(err) == models.KindUnavailable {
		found.add("read-only", models.SeverityError, "The database accepts no changes: comments and decisions are refused.",
			"Point --database at the primary server, not at a standby; see whether default_transaction_read_only is set, "+
				"the disk is full, or the file is read-only.")
	}
	return ahead
}

func tooFar(d time.Duration) bool { return d.Abs() > clockTolerance }

// apart says how far a clock is from another: "12s ahead of".
func apart(ahead time.Duration) string {
	if ahead < 0 {
		return (-ahead).Round(100*time.Millisecond).String() + " behind"
	}
	return ahead.Round(100*time.Millisecond).String() + " ahead of"
}

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
			if f.Name == "secrets" && c.Secret != nil {
				continue // it is this node's own, seen from the other side
			}
			f.Node = n.Name
			others = append(others, f)
		}
	}
	if len(foreign) > 0 {
		found.add("secrets", models.SeverityError,
			fmt.Sprintf("Nodes on this database have another secret: %s. Moderators are logged out whenever another node answers, "+
				"and each node counts readers as others.", strings.Join(foreign, ", ")),
			"Start all nodes with the same --secret, or all without one.")
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
		found.add("redis", models.SeverityError, "Redis does not answer: each node counts limits and campaigns for itself.",
			"Look whether it runs, and whether --redis has the right address and password.")
		return
	}
	if took > wait {
		found.add("redis-slow", models.SeverityError,
			fmt.Sprintf("Redis answers in %s, and no request waits longer than %s: each node counts limits and campaigns for itself.",
				took.Round(100*time.Microsecond), wait),
			fmt.Sprintf("Put Redis into the same network, or let requests wait longer: --redis …?wait=%s.", (2*took).Round(5*time.Millisecond)))
	}
	if ahead := before.Add(took / 2).Sub(clock); tooFar(ahead) {
		found.add("clock-redis", models.SeverityWarning, fmt.Sprintf("The clock of this machine is %s that of Redis.", apart(ahead)),
			"Let both machines set their clocks by NTP.")
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
	found.add("demo", models.SeverityWarning, "Anybody can post at /demo without a key, because there is no other site.",
		"Add your own with winnow site add SLUG, which closes the demo; winnow site remove demo removes it.")
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
		found.add("files", models.SeverityWarning, "Other users of this machine can read "+strings.Join(open, ", ")+".",
			"chmod 600 "+strings.Join(open, " "))
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
