// Package redis shares rate limits, campaigns and events between nodes, through
// Redis, Valkey or any server with their protocol and Lua scripts.
//
// Nothing in Redis is the only copy: when it is down or slow, a node uses package
// memory instead, and returns to Redis by itself. The package depends on
// neither HTTP nor SQL.
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
	defaultWait   = 5 * time.Millisecond   // how long a call waits for Redis, unless the address says otherwise
	probeInterval = 250 * time.Millisecond // how often Redis is tried while it is down
	dialTimeout   = time.Second            // dialling continues after its call has timed out
)

// Client is a connection pool with the limiter, the campaigns and the notifier
// that use it. Close ends its goroutines.
type Client struct {
	rdb       redis.UniversalClient
	maxWait   time.Duration
	log       *slog.Logger
	limiter   *Limiter
	campaigns *Campaigns
	notifier  *Notifier
	calls     chan *call   // wait for their replies
	events    chan *call   // published events; a queue of their own keeps their order
	failures  atomic.Int32 // pipelines that failed in a row
	down      atomic.Bool
	late      atomic.Bool // a call has timed out, and no pipeline has succeeded since
	wentDown  chan string // the site of a failed call, sent when down becomes true
	fallbacks atomic.Int64
	stop      context.CancelFunc
	workers   sync.WaitGroup
}

// Open returns a client of the Redis at address. An unreachable server is logged
// and is not an error. The address is one of
//
//	redis://[user:password@]host[:port][/db]   one server; rediss:// with TLS
//	redis://host:port?addr=host:port&…         a cluster; with one address: ?cluster=true
//	redis://host:port?master_name=NAME&addr=…  sentinels that know the master NAME
//
// and may have go-redis's other options as parameters, and wait=5ms: how long a
// call waits for Redis before this node answers it alone. ctx bounds Open only.
func Open(ctx context.Context, address string, log *slog.Logger) (*Client, error) {
	// By default the driver writes each failed dial to standard error.
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
	select { // events that are published after Open must arrive
	case <-listening:
	case <-time.After(dialTimeout):
	case <-ctx.Done():
	}
	return c, nil
}

// connect chooses the kind of client by the address. It shortens the driver's
// timeouts: the defaults block a caller for seconds, and dial five times, 100 ms
// apart, even without retries.
func connect(address string) (rdb redis.UniversalClient, wait time.Duration, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, 0, errors.New("address of Redis: not a URL") // the cause would show the password
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
	noMaintenance := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

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
		o.ContextTimeoutEnabled, o.DisableIdentity, o.MaintNotificationsConfig = true, true, noMaintenance
		return redis.NewClusterClient(o), wait, nil
	default:
		o, err := redis.ParseURL(u.String())
		if err != nil {
			return nil, 0, fmt.Errorf("address of Redis: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.DialTimeout = -1, 1, dialTimeout
		o.ContextTimeoutEnabled, o.DisableIdentity, o.MaintNotificationsConfig = true, true, noMaintenance
		return redis.NewClient(o), wait, nil
	}
}

// Limiter returns the limiter that all nodes share.
func (c *Client) Limiter() *Limiter { return c.limiter }

// Campaigns returns the campaigns that all nodes share.
func (c *Client) Campaigns() *Campaigns { return c.campaigns }

// Notifier returns the notifier that reaches all nodes.
func (c *Client) Notifier() *Notifier { return c.notifier }

// Fallbacks returns how many calls were answered without Redis since Open: limits
// and campaigns that this node counted alone, and events that reached it alone.
func (c *Client) Fallbacks() int64 { return c.fallbacks.Load() }

// Ping returns a KindUnavailable error when Redis cannot be used.
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

// Close stops the client's goroutines, waits for them and closes the connections.
func (c *Client) Close() error {
	c.stop()
	c.workers.Wait()
	if err := c.rdb.Close(); err != nil {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}

// driverLog logs the driver's messages at level debug. Client itself logs what an
// operator must know.
type driverLog struct{ *slog.Logger }

func (l driverLog) Printf(ctx context.Context, format string, args ...any) {
	if l.Enabled(ctx, slog.LevelDebug) {
		l.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}

// Probe returns the time of the server's clock, how long its answer took, the best of
// three, and how long a call waits for one.
func (c *Client) Probe(ctx context.Context) (clock time.Time, took, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*max(pipelineTimeout, c.maxWait))
	defer cancel()
	for range 3 {
		begun := time.Now()
		at, err := c.rdb.Time(ctx).Result()
		if err != nil {
			return clock, took, c.maxWait, &models.Error{Kind: models.KindUnavailable, Message: "Redis cannot be reached", Cause: err}
		}
		if d := time.Since(begun); clock.IsZero() || d < took {
			clock, took = at, d
		}
	}
	return clock, took, c.maxWait, nil
}
