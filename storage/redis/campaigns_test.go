package redis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	driver "github.com/redis/go-redis/v9"

	"winnow/models"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

func TestCampaigns(t *testing.T) {
	s := storagetest.Redis(t)
	testCampaigns(t, s.URL, raw(t, s))
}

func TestCampaignsOnCluster(t *testing.T) {
	s, rdb := cluster(t)
	testCampaigns(t, s.URL+"?cluster=true&wait=5s", rdb)
}

func testCampaigns(t *testing.T, url string, rdb *driver.Client) {
	storagetest.Campaigns(t, func(t *testing.T) (storagetest.CampaignGrouper, func(time.Duration)) {
		if err := rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		c := open(t, url)
		used(t, c)
		return c.Campaigns(), age(t, rdb)
	})
}

// age shortens the time to live of every key by d, as if d had passed. A key that
// does not expire fails the test.
func age(t *testing.T, rdb *driver.Client) func(d time.Duration) {
	return func(d time.Duration) {
		t.Helper()
		for _, kind := range []string{"campaign", "contact", "copies"} {
			for _, key := range rdb.Keys(t.Context(), "*"+kind+":*").Val() {
				ageKey(t, rdb, key, d)
			}
		}
	}
}

func ageKey(t *testing.T, rdb *driver.Client, key string, d time.Duration) {
	t.Helper()
	ttl := rdb.PTTL(t.Context(), key).Val()
	if ttl <= 0 {
		t.Errorf("%q does not expire", key)
	}
	if err := rdb.PExpire(t.Context(), key, ttl-d).Err(); err != nil {
		t.Fatal(err)
	}
}

func assign(t *testing.T, c *redis.Client, id, author string) models.Campaign {
	t.Helper()
	var s models.Sketch
	for i := range s {
		s[i] = uint64(i + 1)
	}
	found, err := c.Campaigns().Assign(t.Context(), models.CampaignQuery{Site: "gazette", Sketch: s, HasSketch: true, ID: id, Author: author, Article: "a"})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNodesShareCampaigns(t *testing.T) {
	s := storagetest.Redis(t)
	here, there := open(t, s.URL), open(t, s.URL)
	assign(t, here, "c1", "ann")
	if c := assign(t, there, "c2", "bob"); c.ID != "c1" || c.Count != 2 || c.Authors != 2 {
		t.Errorf("the other node found %+v", c)
	}
}

// TestCampaignKeys checks that no author's key is stored in clear, that all keys of
// a site have its hash tag and that all expire.
func TestCampaignKeys(t *testing.T) {
	s := storagetest.Redis(t)
	c, rdb := open(t, s.URL), raw(t, s)
	assign(t, c, "c1", "ann@mail.example")
	keys := rdb.Keys(t.Context(), "*").Val()
	stored := strings.Join(keys, " ")
	for _, key := range keys {
		if strings.Contains(key, "probe") { // of the limiter
			continue
		}
		if !strings.HasPrefix(key, "winnow:{gazette}:") {
			t.Errorf("%q lacks the hash tag of its site", key)
		}
		if ttl := rdb.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > models.CampaignWindow {
			t.Errorf("%q expires in %v", key, ttl)
		}
		if strings.Contains(key, "campaign:") {
			stored += strings.Join(rdb.HKeys(t.Context(), key).Val(), " ")
		}
	}
	if len(keys) < models.SketchSize+1 || strings.Contains(stored, "ann") {
		t.Errorf("stored: %s", stored)
	}
}

func TestCampaignsWithoutRedis(t *testing.T) {
	s := storagetest.Redis(t)
	here, there := open(t, s.URL+"?wait=500ms"), open(t, s.URL+"?wait=500ms")
	assign(t, here, "c1", "ann")
	assign(t, there, "c2", "bob")
	assign(t, here, "c3", "cem")
	s.Kill()
	for i, author := range []string{"dan", "eve", "cem"} {
		// Redis has counted ann, bob and cem for it, and cem posted here before.
		found := assign(t, here, fmt.Sprint("d", i), author)
		if found.ID != "c1" || found.Count != 4+i || found.Authors != min(4+i, 5) || found.Articles != 1 {
			t.Errorf("without Redis, %s: %+v", author, found)
		}
	}
	if found := assign(t, here, "d9", "cem"); found.First.IsZero() || time.Since(found.First) > time.Hour {
		t.Errorf("the first came at %v", found.First)
	}
	s.Start()
	eventually(t, "Redis being used again", func() bool { return here.Ping(t.Context()) == nil })
	if found := assign(t, here, "c4", "ann"); found.ID != "c4" || found.Count != 1 {
		t.Errorf("Redis came back empty: %+v", found)
	}
}

func BenchmarkCampaigns(b *testing.B) {
	c := open(b, storagetest.Redis(b).URL+"?wait=5ms")
	for i := uint64(0); b.Loop(); i++ {
		var s models.Sketch
		for k := range s {
			s[k] = (i%5000)<<8 + uint64(k)
		}
		if _, err := c.Campaigns().Assign(b.Context(), models.CampaignQuery{Site: "gazette", Sketch: s, HasSketch: true, ID: "c", Author: "ann", Article: "a"}); err != nil {
			b.Fatal(err)
		}
	}
}
