package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestWebhookCommands(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", db)
	if out := must(t, "", "webhook", "add", "gazette", "https://cms.gazette.example/winnow", "--event", "comment.decided", "--event", "comment.undone", db); !strings.Contains(out, "whsec_") {
		t.Error(out)
	}
	var all []models.Webhook
	if err := json.Unmarshal([]byte(must(t, "", "webhook", "list", "gazette", "--json", db)), &all); err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	for _, want := range []string{all[0].ID, "https://cms.gazette.example/winnow", "comment.decided comment.undone", "new"} {
		if list := must(t, "", "webhook", "list", "gazette", db); !strings.Contains(list, want) || strings.Contains(list, "whsec_") {
			t.Errorf("the list lacks %q, or has a secret:\n%s", want, list)
		}
	}
	if out := must(t, "", "webhook", "rotate", "gazette", all[0].ID, "--json", db); !strings.Contains(out, `"secret":"whsec_`) {
		t.Error(out)
	}
	if status, _, errs := winnow(t, "", "webhook", "add", "gazette", "https://a.example", "--event", "comment.eaten", db); status != exitFailed || !strings.Contains(errs, "comment.eaten") {
		t.Errorf("an unknown type: exit status %d: %s", status, errs)
	}
	must(t, "", "webhook", "remove", "gazette", all[0].ID, db)
	if status, _, _ := winnow(t, "", "webhook", "remove", "gazette", all[0].ID, db); status != exitFailed {
		t.Errorf("removed twice: exit status %d", status)
	}
}

// TestKilledWhileSendingWebhooks kills a server while the receiver has a message whose outcome
// is not stored. The next server sends it again, under the same id.
func TestKilledWhileSendingWebhooks(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, url string) {
		var mu sync.Mutex
		var got []string
		killed := make(chan struct{})
		reached := make(chan struct{}, 1000)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			got = append(got, r.Header.Get("webhook-id"))
			mu.Unlock()
			reached <- struct{}{}
			<-killed
		}))
		t.Cleanup(receiver.Close)
		db := storagetest.Open(t, url, storage.Options{})
		_, err := db.AddSite(t.Context(), operator(), models.Site{Slug: "gazette"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = db.AddWebhook(t.Context(), operator(), "gazette", models.Webhook{URL: receiver.URL, Events: []models.WebhookType{models.WebhookReceived}}); err != nil {
			t.Fatal(err)
		}
		server := launch(t, "--database="+url, "--webhook-networks", "127.0.0.0/8")
		server.base()
		const comments = 30
		for n := range comments {
			if _, _, _, err := db.CreateComment(t.Context(), storage.NewComment{Comment: models.Comment{
				Site: "gazette", Article: models.Article{ID: "quay"}, Author: models.Author{Name: "Ada"}, Body: fmt.Sprint("part ", n), Status: models.Pending,
			}}); err != nil {
				t.Fatal(err)
			}
		}
		<-reached
		server.kill()
		close(killed)
		mu.Lock()
		before := slices.Clone(got)
		mu.Unlock()
		if _, err := storagetest.Raw(t, url).Exec(`UPDATE webhooks SET lease_until = 1`); err != nil { // as if its time had passed
			t.Fatal(err)
		}
		launch(t, "--database="+url, "--webhook-networks", "127.0.0.0/8").base()
		poll(t, "all messages have come", func() bool {
			all, err := db.Webhooks(t.Context(), "gazette")
			return err == nil && all[0].Waiting == 0 && all[0].DeliveredAt != nil
		})
		mu.Lock()
		defer mu.Unlock()
		distinct := slices.Compact(slices.Sorted(slices.Values(got)))
		if len(distinct) != comments {
			t.Errorf("%d ids came, of %d comments", len(distinct), comments)
		}
		for _, id := range before {
			if !slices.Contains(got[len(before):], id) {
				t.Errorf("%s did not come again", id)
			}
		}
	})
}
