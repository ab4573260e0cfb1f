package handlers_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// another trains and stores a small model.
func (f *front) another() string {
	f.Helper()
	var rows []models.Label
	for _, word := range []string{"harbour", "council", "school", "bridge", "weather", "library", "theatre", "market", "station", "garden", "river", "museum"} {
		for _, verb := range []string{"opens", "closes", "waits", "grows"} {
			rows = append(rows,
				models.Label{Text: "I think the " + word + " " + verb + " too late in the year", Label: models.Ham},
				models.Label{Text: "cheap pills and " + word + " bonus, " + verb + " now at https://win.example/" + word, Label: models.Spam})
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
func (f *front) liveOn(base string) string {
	f.Helper()
	res, err := http.Get(base + "/readyz")
	f.must(err)
	defer res.Body.Close()
	var r struct{ Model string }
	f.must(json.NewDecoder(res.Body).Decode(&r))
	return r.Model
}

func TestPromotionReachesEveryNode(t *testing.T) {
	common := memory.NewNotifier()
	f := newFront(t, func(c *handlers.Config) { c.Notifier = common })
	connected, _ := start(t, handlers.Config{DB: f.db, Limiter: memory.NewLimiter(time.Now), Notifier: common, Campaigns: memory.NewCampaigns(nil), Secret: secret})
	polling, _ := start(t, handlers.Config{DB: f.db, Limiter: memory.NewLimiter(time.Now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret})
	version := f.another()
	f.send("POST", "/v1/models/"+version+"/promote", bearer(token(t, "ada")), nil).must(http.StatusOK)
	if got := f.liveOn(f.base); got != version {
		t.Errorf("%s is live where %s was promoted", got, version)
	}
	if p := f.post(nil); p.Verdict.Model != version {
		t.Errorf("a comment was scored by %s", p.Verdict.Model)
	}
	for name, base := range map[string]string{"a node that gets the event": connected, "a node that polls": polling} {
		eventually(t, name+" scores with the new model", func() bool { return f.liveOn(base) == version })
	}
}

func TestBrokenModelNeverReplacesTheLiveOne(t *testing.T) {
	f := newFront(t)
	before := f.liveOn(f.base)
	f.must(f.db.AddModel(t.Context(), operator, models.ModelInfo{
		Version: "broken", Origin: "test", Manifest: json.RawMessage("{}"), Size: 3, CreatedAt: time.Now(),
	}, []byte("bad")))
	f.send("POST", "/v1/models/broken/promote", bearer(token(t, "ada")), nil).must(http.StatusUnprocessableEntity)
	_, err := f.db.PromoteModel(t.Context(), operator, "broken") // from elsewhere, as by a newer program
	f.must(err)
	version := f.another()
	_, err = f.db.PromoteModel(t.Context(), operator, version)
	f.must(err)
	eventually(t, "the node has got over the broken model", func() bool {
		got := f.liveOn(f.base)
		if got != before && got != version {
			t.Fatalf("%s is live", got)
		}
		return got == version
	})
}

func TestRedisMayBeDown(t *testing.T) {
	server := storagetest.Redis(t)
	client, err := redis.Open(t.Context(), server.URL, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	f := newFront(t, func(c *handlers.Config) {
		c.Limiter, c.Notifier, c.Redis = client.Limiter(), client.Notifier(), client
		c.Rates.Address = models.Rate{Count: 2, Period: time.Hour}
	})
	ready := func() string {
		var r struct{ Status, Redis string }
		f.send("GET", "/readyz", nil, nil).into(http.StatusOK, &r)
		return r.Status + " " + r.Redis
	}
	if got := ready(); got != "ready ok" {
		t.Errorf("with Redis: %s", got)
	}
	client1 := object{"client": object{"ip": "192.0.2.1"}}
	f.post(client1)
	f.post(client1)
	f.send("POST", "/v1/comments", bearer(f.key), comment(client1)).must(http.StatusTooManyRequests)
	server.Kill()
	eventually(t, "Redis is known to be down", func() bool { return ready() == "degraded down" })
	f.post(object{"client": object{"ip": "192.0.2.2"}})
	metrics := string(f.send("GET", "/metrics", nil, nil).body)
	for _, want := range []string{
		`winnow_limited_total{limit="address"} 1`, "winnow_limiter_fallbacks_total ", "winnow_queue_pending ", "winnow_model_info{version=",
		`winnow_comments_total{status=`, `winnow_requests_total{method="POST",route="/v1/comments",status="429"} 1`, "winnow_request_seconds_bucket",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
}
