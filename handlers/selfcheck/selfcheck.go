// Package selfcheck finds what is wrong with the set-up of a server, and says what to
// do about it: proxies that are not trusted, clocks that differ, secrets that differ
// between nodes, a slow Redis, a database that cannot be changed, open files.
//
// A running node checks itself from time to time, logs what is new, and reports it in
// the database, where other nodes and the command "winnow check" find it. The package
// knows storage and models, and neither HTTP nor the configuration.
package selfcheck

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"winnow/models"
	"winnow/storage"
)

const (
	interval = 15 * time.Second
	// maxAge is how old findings may be that somebody asks for.
	maxAge = 2 * time.Second
	// checkTimeout bounds one check; what does not answer meanwhile is a finding.
	checkTimeout = 5 * time.Second
	// clockTolerance is more than networks delay an answer, and much less than what
	// makes tokens invalid.
	clockTolerance = 2 * time.Second
)

// Redis is a Redis that nodes share.
type Redis interface {
	// Probe returns the time of its clock, how long the answer took, and how long a
	// call waits for one.
	Probe(ctx context.Context) (clock time.Time, took, wait time.Duration, err error)
}

// Config is what a Checker looks at. DB, Now and Log are required.
type Config struct {
	DB      *storage.DB
	Redis   Redis // nil without one
	Secret  []byte
	Files   []string // with secrets or records, which other users must not read
	Public  bool     // others than this machine reach the server
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

// Checker checks one node. It is safe for concurrent use.
type Checker struct {
	Config
	Traffic *Traffic
	id      string
	name    string

	mu        sync.Mutex // held during a check
	checkedAt time.Time
	found     []models.Finding // by the last check, without those of the traffic
	others    []models.Finding // of other nodes
	reported  map[string]bool  // findings that are logged and still there
}

// New makes a checker, which has not checked anything yet.
func New(cfg Config) *Checker {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	return &Checker{Config: cfg, Traffic: newTraffic(cfg.Now), id: uuid.NewString(), name: name, reported: map[string]bool{}}
}

// Run checks and reports until ctx ends.
func (c *Checker) Run(ctx context.Context) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		c.report(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
			defer cancel()
			_ = c.DB.ForgetNode(last, c.id) // else it is forgotten later
			return nil
		case <-tick.C:
		case <-c.Traffic.news:
		}
	}
}

// Findings returns what is wrong with this node, and what other nodes have found. It
// checks again unless that was done a moment ago.
func (c *Checker) Findings(ctx context.Context) []models.Finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.checkedAt.IsZero() || c.Now().Sub(c.checkedAt) > maxAge {
		c.check(ctx)
	}
	return slices.Concat(c.found, c.Traffic.findings(), c.others)
}

// Last returns what the last check has found, without another one. It does not wait
// for a check that runs.
func (c *Checker) Last() []models.Finding {
	if !c.mu.TryLock() {
		return nil
	}
	defer c.mu.Unlock()
	return slices.Concat(c.found, c.Traffic.findings())
}

// report checks, logs what is new and what is over, and tells the other nodes.
func (c *Checker) report(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := c.check(ctx)
	if ctx.Err() != nil {
		return
	}
	own := slices.Concat(c.found, c.Traffic.findings())
	present := map[string]bool{}
	for _, f := range own {
		present[f.Name] = true
		if !c.reported[f.Name] {
			level := slog.LevelWarn
			if f.Severity == models.SeverityError {
				level = slog.LevelError
			}
			c.Log.Log(ctx, level, "check: "+f.Problem, "check", f.Name, "remedy", f.Remedy)
		}
	}
	for name := range c.reported {
		if !present[name] {
			c.Log.InfoContext(ctx, "check: no longer found", "check", name)
		}
	}
	c.reported = present
	short, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	// A database that cannot be changed is a finding already.
	_ = c.DB.ReportNode(short, models.NodeReport{
		ID: c.id, Name: c.name, Version: c.Version, Secret: SecretTag(c.Secret),
		Ahead: ahead, SeenAt: c.Now().Add(-ahead), Findings: own,
	})
}

// SecretTag is equal for equal secrets, and tells nothing else about them.
func SecretTag(secret []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("winnow: secrets of nodes are compared"))
	return mac.Sum(nil)[:8]
}

// check looks at everything but the traffic, and returns how far the clock is ahead
// of the database's. The caller holds the lock.
func (c *Checker) check(ctx context.Context) (ahead time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var found list
	ahead = c.checkDatabase(ctx, &found)
	c.others = c.checkNodes(ctx, &found, c.Now().Add(-ahead))
	c.checkRedis(ctx, &found)
	c.checkDemo(ctx, &found)
	c.checkNotices(ctx, &found)
	checkFiles(c.Files, &found)
	c.found, c.checkedAt = found, c.Now()
	return ahead
}
