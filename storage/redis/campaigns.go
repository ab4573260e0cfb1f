package redis

import (
	"context"
	_ "embed"
	"encoding/binary"
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

// Campaigns groups near-copies, and comments with the same contact, over all nodes,
// with the clock of Redis.
//
// A key winnow:{SITE}:copies:BAND holds the id of a group, and a hash
// winnow:{SITE}:contact:HASH that of the group with a contact. A key
// winnow:{SITE}:campaign:ID is a hash with a group's counts. All keys expire.
type Campaigns struct {
	client *Client
	local  *memory.Campaigns
}

// Assign counts a comment and returns its group: that of earlier comments on the
// site with the same contact or a similar sketch, the larger one when they differ,
// or a new one, named by the comment's id. Different authors are counted by their
// keys, which are stored as hashes.
//
// While Redis is down or slow, this node counts alone, starting from the last
// state of each group that it got from Redis.
func (c *Campaigns) Assign(ctx context.Context, q models.CampaignQuery) (models.Campaign, error) {
	name := prefix(q.Site)
	keys := make([]string, 0, len(q.Sketch)+len(q.Contacts))
	if q.HasSketch {
		for _, band := range q.Sketch {
			keys = append(keys, name+"copies:"+strconv.FormatUint(band, 36))
		}
	}
	bands := len(keys)
	for _, contact := range q.Contacts {
		keys = append(keys, name+"contact:"+strconv.FormatUint(contact, 36))
	}
	call := newCall(q.Site, campaignsScript, keys, name+"campaign:", q.ID,
		strconv.FormatUint(memory.KeyHash(q.Author), 36), strconv.FormatUint(memory.KeyHash(q.Article), 36),
		models.CampaignWindow.Milliseconds(), models.MinSharedBands, memory.MaxDistinct,
		bands, int(q.Standing), memory.MaxEstablished, q.Floor, models.MinSimilarBands, encodeWords(q.Words))
	if c.client.do(call) == nil {
		found, err := parseCampaign(call.reply.Slice())
		if err == nil {
			c.local.Merge(q, found)
		}
		return found, err
	}
	c.client.fallbacks.Add(1)
	return c.local.Assign(ctx, q)
}

func encodeWords(w models.WordSet) string {
	var b []byte
	for _, n := range w.Hashes() {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return string(b)
}

// parseCampaign decodes the reply of the script.
func parseCampaign(reply []any, err error) (models.Campaign, error) {
	if err != nil {
		return models.Campaign{}, fmt.Errorf("campaign script: %w", err)
	}
	var numbers [5]int64
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
		First: time.UnixMicro(numbers[3]).UTC(), Contact: int(numbers[4]),
	}, nil
}
