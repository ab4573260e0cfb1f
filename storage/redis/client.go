// Package redis shares counters and notices between nodes, through Redis,
// Valkey or anything that speaks their protocol and runs Lua.
//
// All of it may be lost. When Redis is down or slow, a node counts for itself
// and hears only itself, and goes back to Redis by its own accord.
package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"winnow/models"
	"winnow/storage/memory"
)

const (
	defaultWait   = 5 * time.Millisecond   // what a request waits for Redis, unless told otherwise
	probeInterval = 250 * time.Millisecond // how often Redis is tried while it is down
	dialTimeout   = time.Second            // dialling goes on behind a request that gave up
)

// Client is one connection pool with what is built on it. Close ends its
// goroutines.
type Client struct {
	rdb       redis.UniversalClient
	maxWait   time.Duration
	log       *slog.Logger
	limiter   *Limiter
	campaigns *Campaigns
	notifier  *Notifier
	calls     chan *call   // of requests
	events    chan *call   // apart, so that they keep their order
	failures  atomic.Int32 // flights that failed since the last one that did not
	down      atomic.Bool
	wentDown  chan string // wakes the watcher when down becomes true, with the site whose call failed
	fallbacks atomic.Int64
	stop      context.CancelFunc
	workers   sync.WaitGroup
}

// Open prepares for the Redis at address; that it cannot be reached is not an
// error, only logged. The address is one of
//
//	redis://[user:password@]host[:port][/db]   one server; rediss:// with TLS
//	redis://host:port?addr=host:port&…         a cluster; with one address: ?cluster=true
//	redis://host:port?master_name=NAME&addr=…  sentinels that know the master NAME
//
// and may carry go-redis's other options as parameters, and wait=5ms: the most
// that a request waits for Redis before it does without. ctx bounds the opening
// alone.
func Open(ctx context.Context, address string, log *slog.Logger) (*Client, error) {
	// The driver writes every failed dial to standard error unless told otherwise.
	redis.SetLogger(driverLog{log})
	rdb, wait, err := connect(address)
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.Background())
	c := &Client{
		rdb: rdb, maxWait: wait, log: log, stop: stop,
		calls: make(chan *call, maxQueue), events: make(chan *call, maxQueue), wentDown: make(chan string, 1),
	}
	c.limiter = &Limiter{client: c, local: memory.NewLimiter(nil)}
	c.campaigns = &Campaigns{client: c, local: memory.NewCampaigns(nil)}
	c.notifier = &Notifier{client: c, local: memory.NewNotifier(), node: uuid.NewString()}
	listening := make(chan struct{})
	c.workers.Go(func() { c.waitForRecovery(life) })
	c.workers.Go(func() { c.notifier.listen(life, listening) })
	c.workers.Go(func() { c.runPipelines(life, c.events) })
	for range pipelineWorkers {
		c.workers.Go(func() { c.runPipelines(life, c.calls) })
	}
	if failed := c.send(ctx, []*call{probe("")}); failed != nil {
		c.markDown(failed)
		return c, nil
	}
	select { // so that what is published after Open is heard
	case <-listening:
	case <-time.After(dialTimeout):
	case <-ctx.Done():
	}
	return c, nil
}

// connect chooses the kind of client by the address. The driver's own time
// limits are made short in each: its defaults keep a caller for seconds, and
// it dials five times, 100 ms apart, even without retries.
func connect(address string) (rdb redis.UniversalClient, wait time.Duration, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, 0, errors.New("the address of Redis is not a URL") // the cause would show the password
	}
	q := u.Query()
	cluster := q.Has("addr") || q.Get("cluster") == "true"
	q.Del("cluster")
	wait = defaultWait
	if own := q.Get("wait"); own != "" {
		if wait, err = time.ParseDuration(own); err != nil || wait <= 0 {
			return nil, 0, fmt.Errorf("address of Redis: wait=%s is not a duration such as 5ms", own)
		}
	}
	q.Del("wait")
	u.RawQuery = q.Encode()
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

	switch {
	case q.Has("master_name"):
		o, err := redis.ParseFailoverURL(u.String())
		if err != nil {
			return nil, 0, fmt.Errorf("address of Redis: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.DialTimeout = -1, 1, dialTimeout
		o.ContextTimeoutEnabled, o.DisableIdentity = true, true
		return redis.NewFailoverClient(o), wait, nil
	case cluster:
		o, err := redis.ParseClusterURL(u.String())
		if err != nil {
			return nil, 0, fmt.Errorf("address of Redis: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.DialTimeout = -1, 1, dialTimeout
		o.ContextTimeoutEnabled, o.DisableIdentity, o.MaintNotificationsConfig = true, true, quiet
		return redis.NewClusterClient(o), wait, nil
	default:
		o, err := redis.ParseURL(u.String())
		if err != nil {
			return nil, 0, fmt.Errorf("address of Redis: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.DialTimeout = -1, 1, dialTimeout
		o.ContextTimeoutEnabled, o.DisableIdentity, o.MaintNotificationsConfig = true, true, quiet
		return redis.NewClient(o), wait, nil
	}
}

// Limiter returns the limiter that all nodes share.
func (c *Client) Limiter() *Limiter { return c.limiter }

// Campaigns returns what groups near-copies over all nodes.
func (c *Client) Campaigns() *Campaigns { return c.campaigns }

// Notifier returns the notifier that reaches all nodes.
func (c *Client) Notifier() *Notifier { return c.notifier }

// Fallbacks returns how many calls were answered without Redis since Open:
// requests counted by this node alone, and notices that reached it alone.
func (c *Client) Fallbacks() int64 { return c.fallbacks.Load() }

// Ping tells whether Redis can be used. A node works on without.
func (c *Client) Ping(ctx context.Context) error {
	if c.down.Load() {
		return models.Errorf(models.KindUnavailable, "Redis cannot be reached")
	}
	ctx, cancel := context.WithTimeout(ctx, max(pipelineTimeout, c.maxWait))
	defer cancel()
	if err := c.rdb.Ping(ctx).Err(); err != nil {
		return &models.Error{Kind: models.KindUnavailable, Message: "Redis cannot be reached", Cause: err}
	}
	return nil
}

// Close ends the client's goroutines, waits for them and closes its
// connections.
func (c *Client) Close() error {
	c.stop()
	c.workers.Wait()
	if err := c.rdb.Close(); err != nil {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}

// driverLog takes what the driver would print. Client says on its own what an
// operator should know.
type driverLog struct{ *slog.Logger }

func (l driverLog) Printf(ctx context.Context, format string, args ...any) {
	if l.Enabled(ctx, slog.LevelDebug) {
		l.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}
