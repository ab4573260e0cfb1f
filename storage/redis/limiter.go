package redis

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"time"

	"github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/memory"
)

//go:embed gcra.lua
var gcraSource string

var gcraScript = redis.NewScript(gcraSource)

// maxKey is the length, in bytes, above which a key is hashed.
const maxKey = 64

// Limiter counts in Redis, with the clock of Redis, so that all nodes agree.
//
// A key is named winnow:{SITE}:NAME:KEY. The braces are Redis Cluster's hash tag:
// all keys of one site are on one server, where one script can use several of
// them, and the sites spread over the cluster.
type Limiter struct {
	client *Client
	local  *memory.Limiter
}

// Allow counts one request under each of the limits, or under none of them
// when one refuses. Limits with a Count of 0 do not limit; when no other is
// left, the Allowance has no Policy. All limits must have the same Site.
//
// While Redis is down or slow, this node counts alone, starting from the last
// state of each limit that it got from Redis.
func (l *Limiter) Allow(ctx context.Context, limits ...models.Limit) (models.Allowance, error) {
	limits = memory.ActiveLimits(limits)
	if len(limits) == 0 {
		return models.Allowance{Allowed: true}, nil
	}
	c := limitsCall(limits)
	if l.client.do(c) == nil {
		if times, err := c.reply.Int64Slice(); err == nil && len(times) == len(limits)+1 {
			now, tats := times[0], times[1:]
			a := memory.Evaluate(now, limits, tats)
			l.local.Merge(now, limits, tats)
			return a, nil
		}
	}
	l.client.fallbacks.Add(1)
	return l.local.Allow(ctx, limits...)
}

func limitsCall(limits []models.Limit) *call {
	keys, args := make([]string, len(limits)), make([]any, 0, 2*len(limits))
	for i, lim := range limits {
		key := lim.Key
		if len(key) > maxKey {
			sum := sha256.Sum256([]byte(key))
			key = hex.EncodeToString(sum[:])
		}
		keys[i] = prefix(lim.Site) + lim.Name + ":" + key
		args = append(args, memory.Interval(lim.Rate), memory.Depth(lim.Rate))
	}
	return newCall(limits[0].Site, gcraScript, keys, args...)
}

// prefix is the beginning of all keys of a site, with its hash tag.
func prefix(site string) string {
	if site == "" {
		site = "-" // not a slug; an empty hash tag would be ignored
	}
	return "winnow:{" + site + "}:"
}

// probe is a call that fails unless Redis runs the script.
func probe(site string) *call {
	return limitsCall([]models.Limit{{Site: site, Name: "probe", Rate: models.Rate{Count: 1, Period: time.Millisecond}}})
}
