package storagetest

import (
	"slices"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// hook adds a webhook to gazette.
func (l *fixture) hook(t *testing.T, types ...models.WebhookType) storage.WebhookTarget {
	t.Helper()
	w, _, err := l.AddWebhook(l.ctx, ann, "gazette", models.Webhook{URL: "https://receiver.example/hook", Events: types})
	ok(t, err)
	return must(l.Webhook(l.ctx, "gazette", w.ID))(t)
}

// leased returns how many webhooks a node gets.
func (l *fixture) leased(t *testing.T, node string) int {
	t.Helper()
	return len(must(l.LeaseWebhooks(l.ctx, node, time.Minute))(t))
}

// due queues what is new for a node, and returns what is due.
func (l *fixture) due(t *testing.T, node string, w storage.WebhookTarget) (subjects []string) {
	t.Helper()
	for more := true; more; {
		more = must(l.QueueDeliveries(l.ctx, node, w))(t)
	}
	for _, d := range must(l.DueDeliveries(l.ctx, w, 100))(t) {
		subjects = append(subjects, d.Subject)
	}
	return subjects
}

func failing(seq int64, next time.Time) storage.PageOutcome {
	return storage.PageOutcome{Deliveries: []storage.DeliveryOutcome{{Seq: seq, Status: 500, Error: "the reply was 500", NextAt: next}}}
}

var webhookTests = map[string]func(*testing.T, *fixture){
	"a webhook is added, changed, rotated and removed, and the trail says so": func(t *testing.T, l *fixture) {
		for url, want := range map[string]models.Kind{
			"": models.KindInvalid, "receiver.example": models.KindInvalid, "ftp://receiver.example": models.KindInvalid,
			"https://me:secret@receiver.example": models.KindInvalid, "https://receiver.example/#a": models.KindInvalid, "https://:443/": models.KindInvalid,
		} {
			_, _, err := l.AddWebhook(l.ctx, ann, "gazette", models.Webhook{URL: url})
			wantKind(t, err, want)
		}
		_, _, err := l.AddWebhook(l.ctx, ann, "gazette", models.Webhook{URL: "https://a.example", Events: []models.WebhookType{"comment.eaten"}})
		wantKind(t, err, models.KindInvalid)
		_, _, err = l.AddWebhook(l.ctx, ann, "nowhere", models.Webhook{URL: "https://a.example"})
		wantKind(t, err, models.KindNotFound)
		w := l.hook(t, models.WebhookDecided)
		changed := must(l.UpdateWebhook(l.ctx, ann, "gazette", w.ID, func(w *models.Webhook, _ *bool) error {
			w.URL, w.Events = "https://b.example", nil
			return nil
		}))(t)
		equal(t, "url", changed.URL, "https://b.example")
		_, secret, err := l.RotateWebhookSecret(l.ctx, ann, "gazette", w.ID)
		ok(t, err)
		rotated := must(l.Webhook(l.ctx, "gazette", w.ID))(t)
		if !slices.Equal(rotated.Secrets, []string{secret, w.Secrets[0]}) || rotated.OldSecretUntil == nil {
			t.Fatalf("rotated: %+v", rotated)
		}
		wantKind(t, l.RemoveWebhook(l.ctx, ann, "tribune", w.ID), models.KindNotFound)
		ok(t, l.RemoveWebhook(l.ctx, ann, "gazette", w.ID))
		equal(t, "webhooks", len(must(l.Webhooks(l.ctx, "gazette"))(t)), 0)
		page, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Site: "gazette", Action: "webhook.*"})
		ok(t, err)
		equal(t, "rows of the trail", len(page), 4)
		for range models.MaxWebhooks {
			l.hook(t)
		}
		_, _, err = l.AddWebhook(l.ctx, ann, "gazette", models.Webhook{URL: "https://a.example"})
		wantKind(t, err, models.KindConflict)
	},
	"one node at a time has a webhook": func(t *testing.T, l *fixture) {
		w := l.hook(t)
		equal(t, "nothing to do", l.leased(t, "one"), 0)
		c := l.post(t)
		equal(t, "leased", l.leased(t, "one"), 1)
		equal(t, "leased by another", l.leased(t, "two"), 0)
		if got := l.due(t, "two", w); len(got) > 0 {
			t.Fatal("a node without the lease queues", got)
		}
		if got := l.due(t, "one", w); !slices.Equal(got, []string{c.ID}) {
			t.Fatal(got)
		}
		l.clock.Advance(2 * time.Minute)
		equal(t, "after its end", l.leased(t, "two"), 1)
		equal(t, "the other", l.leased(t, "one"), 0)
		ok(t, l.ReleaseWebhooks(l.ctx, "two"))
		equal(t, "released", l.leased(t, "one"), 1)
	},
	"what happened before a webhook was added, or on other sites, is not for it": func(t *testing.T, l *fixture) {
		l.post(t)
		w := l.hook(t)
		l.post(t, onSite("tribune"))
		c := l.post(t)
		l.leased(t, "one")
		if got := l.due(t, "one", w); !slices.Equal(got, []string{c.ID}) {
			t.Fatal(got)
		}
		must(l.UpdateWebhook(l.ctx, ann, "gazette", w.ID, func(_ *models.Webhook, enabled *bool) error { *enabled = false; return nil }))(t)
		equal(t, "disabled", len(l.due(t, "one", w)), 0)
		equal(t, "dead", must(l.Webhooks(l.ctx, "gazette"))(t)[0].Dead, 1)
		_, err := l.ReplayDeadLetters(l.ctx, ann, "gazette", w.ID, "")
		wantKind(t, err, models.KindConflict)
	},
	"an event waits for earlier ones about the same comment": func(t *testing.T, l *fixture) {
		w := l.hook(t)
		a, b := l.post(t), l.post(t)
		for _, c := range []models.Comment{a, b} {
			_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
			ok(t, err)
		}
		l.leased(t, "one")
		if got := l.due(t, "one", w); !slices.Equal(got, []string{a.ID, b.ID, a.ID, b.ID}) {
			t.Fatal(got)
		}
		first := must(l.OldestDelivery(l.ctx, w))(t)
		equal(t, "oldest", first.Subject, a.ID)
		ok(t, l.StoreOutcomes(l.ctx, w, failing(first.Seq, l.clock.Now().Add(time.Minute))))
		if got := l.due(t, "one", w); !slices.Equal(got, []string{b.ID, b.ID}) {
			t.Fatal(got)
		}
		failed, next, err := l.FailedDeliveries(l.ctx, "gazette", w.ID, 1, "")
		ok(t, err)
		if len(failed) != 1 || next != "" || failed[0].ID != models.WebhookMessageID(first.Seq) || failed[0].Type != models.WebhookReceived || failed[0].Status != 500 {
			t.Fatalf("failed: %+v", failed)
		}
		ok(t, l.StoreOutcomes(l.ctx, w, storage.PageOutcome{Recovered: true}))
		equal(t, "all are due", len(l.due(t, "one", w)), 4)
		ok(t, l.StoreOutcomes(l.ctx, w, storage.PageOutcome{Deliveries: []storage.DeliveryOutcome{{Seq: first.Seq, Delivered: true, Status: 200}}}))
		if got := l.due(t, "one", w); !slices.Equal(got, []string{b.ID, a.ID, b.ID}) {
			t.Fatal(got)
		}
	},
	"events are kept for a webhook that no node served, and dead letters for a month": func(t *testing.T, l *fixture) {
		w := l.hook(t)
		const posts = 3
		for range posts {
			l.post(t)
		}
		l.clock.Advance(72 * time.Hour)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 0)
		l.leased(t, "one")
		equal(t, "due", len(l.due(t, "one", w)), posts)
		equal(t, "purged", must(l.Purge(l.ctx))(t), posts-1) // the newest stays
		l.clock.Advance(models.WebhookExpiry)
		for _, d := range must(l.DueDeliveries(l.ctx, w, posts))(t) {
			ok(t, l.StoreOutcomes(l.ctx, w, failing(d.Seq, l.clock.Now())))
		}
		equal(t, "dead", must(l.Webhooks(l.ctx, "gazette"))(t)[0].Dead, posts)
		page, next, err := l.FailedDeliveries(l.ctx, "gazette", w.ID, 2, "")
		ok(t, err)
		rest, last, err := l.FailedDeliveries(l.ctx, "gazette", w.ID, 2, next)
		ok(t, err)
		if len(page) != 2 || len(rest) != 1 || last != "" || page[0].DeadAt == nil {
			t.Fatalf("pages %+v, %+v", page, rest)
		}
		_, err = l.ReplayDeadLetters(l.ctx, ann, "gazette", w.ID, "evt_999999")
		wantKind(t, err, models.KindNotFound)
		equal(t, "replayed", must(l.ReplayDeadLetters(l.ctx, ann, "gazette", w.ID, page[0].ID))(t), 1)
		equal(t, "due", len(l.due(t, "one", w)), 1)
		l.clock.Advance(models.DeadLetterTTL + time.Hour)
		must(l.Purge(l.ctx))(t)
		left, _, err := l.FailedDeliveries(l.ctx, "gazette", w.ID, 10, "")
		ok(t, err)
		equal(t, "failed, replayed meanwhile", len(left), 1)
		ok(t, l.RemoveSite(l.ctx, ann, "gazette", true))
	},
	"only what readers see is handed out of a comment": func(t *testing.T, l *fixture) {
		held, public, below := l.post(t), l.post(t, approved), l.post(t, approved)
		found := must(l.PublicComments(l.ctx, "gazette", []string{held.ID, public.ID, below.ID, "none"}))(t)
		if len(found) != 2 || found[public.ID].Body != public.Body {
			t.Fatalf("found %+v", found)
		}
		_, err := l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", Name: "Reader"})
		ok(t, err)
		equal(t, "erased", len(must(l.PublicComments(l.ctx, "gazette", []string{public.ID}))(t)), 0)
	},
}
