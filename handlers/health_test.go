package handlers_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

func TestTheServerWorksWithoutRedis(t *testing.T) {
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
	f := newTestSite(t, func(c *handlers.Config) {
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
