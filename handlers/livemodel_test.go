package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
)

// addModel trains a small model, and stores it as a candidate.
func (f *testSite) addModel() string {
	f.Helper()
	var rows []models.Label
	pitches := []string{"cheap %s pills", "casino %s bonus", "win %s cash", "buy %s crypto"} // too short to be near-copies
	for _, word := range []string{"harbour", "council", "school", "bridge", "weather", "library", "theatre", "market", "station", "garden", "river", "museum"} {
		for i, verb := range []string{"opens", "closes", "waits", "grows"} {
			rows = append(rows,
				models.Label{Text: "I think the " + word + " " + verb, Label: models.Ham},
				models.Label{Text: fmt.Sprintf(pitches[i], word), Label: models.Spam})
		}
	}
	m, _, err := classifier.Train(f.Context(), func(yield func(models.Label, error) bool) {
		for r := range slices.Values(rows) {
			if !yield(r, nil) {
				return
			}
		}
	}, classifier.TrainOptions{Holdout: 0.2, Seed: 1})
	f.must(err)
	file := modelFile(f.T, m)
	f.must(f.db.AddModel(f.Context(), operator, models.ModelInfo{
		Version: m.Version(), Origin: "test", Manifest: json.RawMessage("{}"), Size: int64(len(file)), CreatedAt: time.Now(),
	}, file))
	return m.Version()
}

// liveOn returns the version of the model that scores on a node.
func (f *testSite) liveOn(base string) string {
	f.Helper()
	res, err := http.Get(base + "/readyz")
	f.must(err)
	defer res.Body.Close()
	var r struct{ Model string }
	f.must(json.NewDecoder(res.Body).Decode(&r))
	return r.Model
}

func TestPromotionReachesEveryNode(t *testing.T) {
	shared := memory.NewNotifier()
	f := newTestSite(t, func(c *handlers.Config) { c.Notifier = shared })
	notified, _ := start(t, handlers.Config{DB: f.db, Limiter: memory.NewLimiter(time.Now), Notifier: shared, Campaigns: memory.NewCampaigns(nil), Secret: secret})
	polling, _ := start(t, handlers.Config{DB: f.db, Limiter: memory.NewLimiter(time.Now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret})
	version := f.addModel()
	f.send("POST", "/v1/models/"+version+"/promote", bearer(f.token("ada")), nil).must(http.StatusOK)
	if got := f.liveOn(f.base); got != version {
		t.Errorf("%s is live where %s was promoted", got, version)
	}
	if p := f.post(nil); p.Verdict.Model != version {
		t.Errorf("a comment was scored by %s", p.Verdict.Model)
	}
	for name, base := range map[string]string{"a node that is notified": notified, "a node that polls": polling} {
		eventually(t, name+" scores with the new model", func() bool { return f.liveOn(base) == version })
	}
}

func TestBrokenModelNeverReplacesTheLiveOne(t *testing.T) {
	f := newTestSite(t)
	before := f.liveOn(f.base)
	f.must(f.db.AddModel(t.Context(), operator, models.ModelInfo{
		Version: "broken", Origin: "test", Manifest: json.RawMessage("{}"), Size: 3, CreatedAt: time.Now(),
	}, []byte("bad")))
	f.send("POST", "/v1/models/broken/promote", bearer(f.token("ada")), nil).must(http.StatusUnprocessableEntity)
	_, err := f.db.PromoteModel(t.Context(), operator, "broken") // from elsewhere, as by a newer program
	f.must(err)
	version := f.addModel()
	_, err = f.db.PromoteModel(t.Context(), operator, version)
	f.must(err)
	eventually(t, "the node goes on after the broken model", func() bool {
		got := f.liveOn(f.base)
		if got != before && got != version {
			t.Fatalf("%s is live", got)
		}
		return got == version
	})
}
