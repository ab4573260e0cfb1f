package memory_test

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

func TestCampaigns(t *testing.T) {
	storagetest.Campaigns(t, func(*testing.T) (storagetest.CampaignGrouper, func(time.Duration)) {
		c := newClock()
		return memory.NewCampaigns(c.Now), c.Pass
	})
}

// Nodes of different releases must compute the same hashes.
func TestKeyHashIsFNV(t *testing.T) {
	for _, key := range []string{"", "a", "id 7", "name Zoë 10.0.0.0/24"} {
		h := fnv.New64a()
		h.Write([]byte(key))
		if got, want := memory.KeyHash(key), h.Sum64(); got != want {
			t.Errorf("KeyHash(%q) = %x, want %x", key, got, want)
		}
	}
}

// Many different comments must not make it grow without bound, and must not displace
// the latest ones.
func TestCampaignsBoundedMemory(t *testing.T) {
	clock := newClock()
	c := memory.NewCampaigns(clock.Now)
	assign := func(i int) models.Campaign {
		var s models.Sketch
		for k := range s {
			s[k] = uint64(i*len(s) + k)
		}
		found, _ := c.Assign(t.Context(), models.CampaignQuery{Site: "gazette", Sketch: s, HasSketch: true, ID: fmt.Sprint(i), Author: "ann", Article: "a"})
		return found
	}
	const comments = 60_000
	for i := range comments {
		assign(i)
	}
	if n := c.Len(); n > 600_000 {
		t.Errorf("%d bands are stored", n)
	}
	if found := assign(comments - 20_000); found.Count != 2 {
		t.Errorf("the comment before the last 20,000 was dropped: %+v", found)
	}
	clock.Pass(3 * models.CampaignWindow)
	assign(comments)
	clock.Pass(3 * models.CampaignWindow)
	assign(comments)
	if n := c.Len(); n > 2*models.SketchSize {
		t.Errorf("%d bands are stored after a pause", n)
	}
}

func BenchmarkCampaigns(b *testing.B) {
	c := memory.NewCampaigns(nil)
	i := uint64(0)
	for b.Loop() {
		var s models.Sketch
		for k := range s {
			s[k] = (i%5000)<<8 + uint64(k)
		}
		c.Assign(b.Context(), models.CampaignQuery{Site: "gazette", Sketch: s, HasSketch: true, ID: "c", Author: "ann", Article: "a"})
		i++
	}
}
