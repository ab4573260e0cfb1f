package redis

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/memory"
)

//go:embed campaigns.lua
var campaignsSource string

var campaignsScript = redis.NewScript(campaignsSource)

// Campaigns groups near-copies over all nodes, with the clock of Redis.
//
// A key winnow:{SITE}:copies:BAND holds the id of a group. A key
// winnow:{SITE}:campaign:ID is a hash with its counts. All keys expire.
type Campaigns struct {
	client *Client
	local  *memory.Campaigns
}

// Assign counts a comment and returns its group: that of earlier comments on the site
// with a similar sketch, or a new one, named by id. Different authors are counted
// by their keys, which are stored as hashes.
//
// While Redis is down or slow, this node counts alone, starting from the last
// state of each group that it got from Redis.
func (c *Campaigns) Assign(ctx context.Context, site string, sketch models.Sketch, id, author, article string) (models.Campaign, error) {
	name := prefix(site)
	keys := make([]string, len(sketch))
	for i, band := range sketch {
		keys[i] = name + "copies:" + strconv.FormatUint(band, 36)
	}
	call := newCall(site, campaignsScript, keys, name+"campaign:", id,
		strconv.FormatUint(memory.KeyHash(author), 36), strconv.FormatUint(memory.KeyHash(article), 36),
		memory.CampaignWindow.Milliseconds(), models.MinSharedBands, memory.MaxDistinct)
	if c.client.do(call) == nil {
		found, err := parseCampaign(call.reply.Slice())
		if err == nil {
			c.local.Merge(site, sketch, author, article, found)
		}
		return found, err
	}
	c.client.fallbacks.Add(1)
	return c.local.Assign(ctx, site, sketch, id, author, article)
}

// parseCampaign decodes the reply of the script.
func parseCampaign(reply []any, err error) (models.Campaign, error) {
	if err != nil {
		return models.Campaign{}, fmt.Errorf("campaign script: %w", err)
	}
	var numbers [4]int64
	id, ok := "", len(reply) == 1+len(numbers)
	if ok {
		id, ok = reply[0].(string)
	}
	for i := range numbers {
		if ok {
			numbers[i], ok = reply[i+1].(int64)
		}
	}
	if !ok {
		return models.Campaign{}, fmt.Errorf("campaign script: unexpected reply %v", reply)
	}
	return models.Campaign{
		ID: id, Count: int(numbers[0]), Authors: int(numbers[1]), Articles: int(numbers[2]),
		First: time.UnixMicro(numbers[3]).UTC(),
	}, nil
}
