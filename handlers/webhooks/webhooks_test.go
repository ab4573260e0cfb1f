package webhooks

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// verify is what a receiver does with the reference library.
func verify(secret string, d delivery) error {
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return w.VerifyIgnoringTimestamp(d.body, d.header)
}

func TestTheReferenceLibraryAcceptsMessages(t *testing.T) {
	r := newReceiver(t, always(http.StatusNoContent))
	db := storagetest.SQLite(t) // with the real time, which the library compares
	if _, err := db.AddSite(t.Context(), operator, models.Site{Slug: "gazette"}); err != nil {
		t.Fatal(err)
	}
	w, secret, err := db.AddWebhook(t.Context(), ann, "gazette", models.Webhook{URL: r.URL})
	if err != nil {
		t.Fatal(err)
	}
	target, err := db.Webhook(t.Context(), "gazette", w.ID)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{DB: db, Networks: loopback, Version: "test", Now: db.Now, Log: slog.New(slog.DiscardHandler)})
	if result, err := s.Test(t.Context(), target); err != nil || result != (Result{Status: http.StatusNoContent}) {
		t.Fatalf("%+v, %v", result, err)
	}
	library, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	got := r.accepted()[0]
	if err := library.Verify(got.body, got.header); err != nil {
		t.Error(err)
	}
	if err := library.Verify(append(got.body, ' '), got.header); err == nil {
		t.Error("a changed body was accepted")
	}
	if got.Type != models.WebhookTest || got.Data.Site != "gazette" || !strings.HasPrefix(got.id(), "test_") || got.header.Get("User-Agent") != "Winnow/test" {
		t.Errorf("the test message is %s with %v", got.body, got.header)
	}
}

func TestBothSecretsSignForADayAfterARotation(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusOK))
		w, first := d.add(r.URL)
		s := d.sender(loopback)
		send := func() delivery {
			d.Helper()
			d.post(models.Approved)
			d.pass(s)
			all := r.accepted()
			return all[len(all)-1]
		}
		want := func(got delivery, secret string, valid bool) {
			d.Helper()
			if err := verify(secret, got); (err == nil) != valid {
				d.Errorf("the signatures %q: %v", got.header.Get("webhook-signature"), err)
			}
		}
		want(send(), first, true)
		_, second, err := d.RotateWebhookSecret(d.Context(), ann, "gazette", w.ID)
		d.must(err)
		d.clock.Advance(models.WebhookSecretOverlap - time.Minute)
		both := send()
		want(both, first, true)
		want(both, second, true)
		d.clock.Advance(2 * time.Minute)
		last := send()
		want(last, first, false)
		want(last, second, true)
	})
}

func TestWhatIsSentOfAnEvent(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusOK))
		d.add(r.URL)
		s := d.sender(loopback)
		held := d.post(models.Pending)
		d.pass(s)
		made := d.decide(held.ID, models.Approve)
		_, err := d.Flag(d.Context(), models.Caller{Kind: models.ByOrigin, Site: "gazette"}, held.ID, storage.Report{Who: "browser secret", Reason: models.ReasonAbuse, Words: "private words"})
		d.must(err)
		d.pass(s)
		_, _, err = d.Undo(d.Context(), ann, made.ID)
		d.must(err)
		d.decide(held.ID, models.Reject)
		_, err = d.Appeal(d.Context(), models.Caller{Kind: models.ByKey, Site: "gazette"}, held.ID, "private words")
		d.must(err)
		_, err = d.StartBurst(d.Context(), "gazette", "quay", d.clock.Now().Add(time.Hour))
		d.must(err)
		d.must(d.SetAuthorState(d.Context(), ann, models.Reader{Site: "gazette", Name: "Ada"}, func(v *models.AuthorState) error { v.Note = "a private note"; return nil }))
		d.pass(s)
		var types []models.WebhookType
		for _, got := range r.accepted() {
			types = append(types, got.Type)
			for _, private := range []string{"private", "h4sh", "secret", "ann"} {
				if strings.Contains(string(got.body), private) {
					d.Errorf("%s says %q", got.body, private)
				}
			}
			public := got.Type == models.WebhookDecided && got.Data.Status == models.Approved || got.Type == models.WebhookReported
			if c := got.Data.Comment; (c != nil) != public {
				d.Errorf("%s has the comment %v", got.body, c)
			} else if public && (c.Body != held.Body || c.Author.Name != "Ada" || got.Data.Article != "quay" || got.Data.ID != held.ID) {
				d.Errorf("it says %s", got.body)
			}
		}
		d.wantOnceInOrder(r.accepted())
		slices.Sort(types)
		want := []models.WebhookType{
			models.WebhookBurst, models.WebhookAuthor, models.WebhookAppealed, models.WebhookDecided, models.WebhookDecided, models.WebhookReceived, models.WebhookReported, models.WebhookUndone,
		}
		if !slices.Equal(types, want) {
			d.Errorf("the types are %q, want %q", types, want)
		}
	})
}

func TestAWebhookGetsTheTypesThatItWants(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusOK))
		d.add(r.URL, models.WebhookDecided)
		s := d.sender(loopback)
		for range 3 {
			d.decide(d.post(models.Pending).ID, models.Approve)
		}
		_, _, _, err := d.CreateComment(d.Context(), storage.NewComment{Comment: models.Comment{Site: "tribune", Article: models.Article{ID: "a"}, Body: "b", Status: models.Pending}})
		d.must(err)
		d.pass(s)
		if got := r.accepted(); len(got) != 3 || got[0].Type != models.WebhookDecided {
			d.Errorf("%d messages", len(got))
		}
	})
}

func TestAReceiverThatIsDownForAnHour(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusServiceUnavailable))
		w, _ := d.add(r.URL)
		s := d.sender(loopback)
		var pending []models.Comment
		for began := d.clock.Now(); d.clock.Now().Sub(began) < time.Hour; d.clock.Advance(20 * time.Second) {
			pending = append(pending, d.post(models.Pending))
			if len(pending) > 3 {
				d.decide(pending[len(pending)-3].ID, models.Approve)
			}
			d.pass(s)
		}
		if state := d.state(w.ID); state.FailingSince == nil || state.Waiting < 300 || len(r.accepted()) > 0 {
			d.Fatalf("after an hour: %+v", state)
		}
		if n := r.tries(); n > 100 {
			d.Errorf("it was tried %d times while it was down", n)
		}
		r.answers(always(http.StatusOK))
		for range 30 { // ten minutes
			d.clock.Advance(20 * time.Second)
			d.pass(s)
		}
		d.wantOnceInOrder(r.accepted())
		if state := d.state(w.ID); state.FailingSince != nil || state.Waiting != 0 || state.DeliveredAt == nil || len(d.failed(w.ID)) > 0 {
			d.Errorf("it is %+v", state)
		}
	})
}

func TestANodeIsKilledBetweenSendingAndStoring(t *testing.T) {
	onBoth(t, func(d *desk) {
		dying := storagetest.Open(d.T, d.url, storage.Options{Now: d.clock.Now})
		var ids []string
		r := newReceiver(d.T, nil)
		r.answers(func(got delivery) int {
			if ids = append(ids, got.id()); len(ids) == 3 {
				_ = dying.Close() // nothing that the node does from now on is stored
			}
			return http.StatusOK
		})
		d.add(r.URL)
		for range 3 {
			d.decide(d.post(models.Pending).ID, models.Approve)
		}
		killed := New(Config{DB: dying, Networks: loopback, Now: d.clock.Now, Log: slog.New(slog.DiscardHandler)})
		_ = killed.start(d.Context())
		killed.requests.Wait()
		r.answers(always(http.StatusOK))
		next := d.sender(loopback)
		d.pass(next)
		before := len(r.accepted())
		if before > 6 {
			d.Errorf("another node sent %d messages during the lease", before)
		}
		d.clock.Advance(lease)
		d.pass(next)
		// Some came again, under the id that they had.
		again := r.accepted()[before:]
		d.wantOnceInOrder(again)
		for _, id := range ids {
			if !slices.ContainsFunc(again, func(g delivery) bool { return g.id() == id }) {
				d.Errorf("%s did not come again", id)
			}
		}
	})
}

func TestTwoNodesSendEachMessageOnce(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusOK))
		d.add(r.URL)
		ctx, cancel := context.WithCancel(d.Context())
		ended := make(chan error, 2)
		for range 2 {
			s := New(Config{DB: storagetest.Open(d.T, d.url, storage.Options{Now: d.clock.Now}), Networks: loopback, Now: d.clock.Now, Log: slog.New(slog.DiscardHandler)})
			go func() { ended <- s.Run(ctx) }()
		}
		for range 40 {
			d.decide(d.post(models.Pending).ID, models.Approve)
		}
		until(d.T, "all are sent", func() bool { return len(r.accepted()) >= 80 })
		cancel()
		for range 2 {
			d.must(<-ended)
		}
		d.wantOnceInOrder(r.accepted())
	})
}

func TestAFailureBlocksOnlyWhatIsAboutTheSameComment(t *testing.T) {
	onBoth(t, func(d *desk) {
		bad := d.post(models.Pending)
		refused := func(got delivery) int {
			if got.Data.ID == bad.ID {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		}
		r := newReceiver(d.T, refused)
		w, _ := d.add(r.URL)
		s := d.sender(loopback)
		d.decide(bad.ID, models.Approve)
		d.decide(bad.ID, models.Reject)
		for range 5 {
			d.decide(d.post(models.Pending).ID, models.Approve)
			d.pass(s)
			d.clock.Advance(time.Second)
		}
		if got := r.accepted(); len(got) != 10 {
			d.Errorf("%d messages about the other comments", len(got))
		}
		failed := d.failed(w.ID)
		if len(failed) != 1 || failed[0].Attempts < 1 || failed[0].Status != http.StatusInternalServerError || failed[0].NextAt == nil || failed[0].DeadAt != nil || failed[0].Subject != bad.ID {
			d.Fatalf("failed: %+v", failed)
		}
		d.clock.Advance(models.WebhookExpiry)
		d.pass(s)
		d.pass(s)
		dead := d.failed(w.ID)
		if len(dead) != 2 || dead[1].DeadAt == nil || d.state(w.ID).Dead == 0 {
			d.Fatalf("after three days: %+v", dead)
		}
		r.answers(always(http.StatusOK))
		n, err := d.ReplayDeadLetters(d.Context(), ann, "gazette", w.ID, dead[1].ID)
		if d.must(err); n != 1 {
			d.Errorf("%d were replayed", n)
		}
		d.clock.Advance(maxRetry)
		d.pass(s)
		_, err = d.ReplayDeadLetters(d.Context(), ann, "gazette", w.ID, "")
		d.must(err)
		d.pass(s)
		if got := r.accepted(); len(got) != 12 || got[10].id() != dead[1].ID || len(d.failed(w.ID)) != 0 {
			d.Errorf("%d messages; failed: %+v", len(got), d.failed(w.ID))
		}
	})
}

func TestAReceiverThatWantsNoMore(t *testing.T) {
	onBoth(t, func(d *desk) {
		r := newReceiver(d.T, always(http.StatusGone))
		w, _ := d.add(r.URL)
		s := d.sender(loopback)
		d.decide(d.post(models.Pending).ID, models.Approve)
		d.pass(s)
		state := d.state(w.ID)
		if state.DisabledAt == nil || state.DisabledFor != models.WebhookGone || state.Waiting != 0 || state.Dead != 2 {
			d.Fatalf("it is %+v", state)
		}
		d.post(models.Pending) // while it is disabled
		d.pass(s)
		_, err := d.UpdateWebhook(d.Context(), ann, "gazette", w.ID, func(_ *models.Webhook, enabled *bool) error { *enabled = true; return nil })
		d.must(err)
		r.answers(always(http.StatusOK))
		c := d.post(models.Pending)
		d.pass(s)
		if got := r.accepted(); len(got) != 1 || got[0].Data.ID != c.ID {
			d.Errorf("%d messages", len(got))
		}
	})
}

func TestAWebhookThatFailsForDaysIsDisabled(t *testing.T) {
	d := newDesk(t, storagetest.ReadySQLiteURL(t))
	r := newReceiver(t, always(http.StatusBadGateway))
	w, _ := d.add(r.URL)
	s := d.sender(loopback)
	for range 130 {
		d.post(models.Pending)
		d.pass(s)
		d.clock.Advance(time.Hour)
	}
	if state := d.state(w.ID); state.DisabledFor != models.WebhookFailing || state.Waiting != 0 || state.Dead < 100 {
		t.Errorf("it is %+v", state)
	}
}

func TestAReceiverIsLeftAloneAsLongAsItAsks(t *testing.T) {
	d := newDesk(t, storagetest.ReadySQLiteURL(t))
	tried := 0
	server := newReceiver(t, always(http.StatusOK))
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tried++
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	d.add(server.URL)
	s := d.sender(loopback)
	d.post(models.Pending)
	for range 9 {
		d.pass(s)
		d.clock.Advance(time.Minute)
	}
	if tried != 1 {
		t.Errorf("it was tried %d times", tried)
	}
	d.clock.Advance(2 * time.Minute)
	d.pass(s)
	if tried != 2 {
		t.Errorf("then it was tried %d times", tried)
	}
}

func TestForgedRequestsAreRefused(t *testing.T) {
	d := newDesk(t, storagetest.ReadySQLiteURL(t))
	r := newReceiver(t, always(http.StatusOK))
	port := r.URL[strings.LastIndex(r.URL, ":"):]
	elsewhere := newReceiver(t, nil)
	elsewhere.Config.Handler = http.RedirectHandler(r.URL, http.StatusTemporaryRedirect)
	want := map[string]string{}
	for _, host := range []string{"127.0.0.1", "localhost", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		w, _ := d.add("https://" + host + port)
		want[w.ID] = "its address is not public"
	}
	d.post(models.Approved)
	d.pass(d.sender(nil))
	refused := func() {
		t.Helper()
		for id, why := range want {
			if failed := d.failed(id); len(failed) != 1 || failed[0].Error != why {
				t.Errorf("%s: %+v", d.state(id).URL, failed)
			}
		}
	}
	refused()
	clear(want)
	w, _ := d.add(elsewhere.URL)
	want[w.ID] = "redirects are not followed"
	d.post(models.Approved)
	d.clock.Advance(2 * lease)
	d.pass(d.sender(loopback))
	refused()
	if r.tries() > 0 {
		t.Errorf("the receiver was reached %d times", r.tries())
	}
}
