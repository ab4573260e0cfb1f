package storage_test

import (
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestPurgeAppliesTheRetentionOfASite(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newFixture(t, url, models.Retention{Addresses: 2, Rejected: 10, Labels: 30})
		ctx, ada := t.Context(), models.Author{Name: "secret Ada", Email: "secret@example.org", URL: "https://secret.example"}
		bob := models.Author{ID: "u1", Name: "secret Bob"}
		public, spam, known := d.post(ada, models.Approved, ""), d.post(ada, models.Pending, ""), d.post(bob, models.Rejected, "")
		_, err := d.Flag(ctx, d.ann, public.ID, storage.Report{Who: "client w1tness"})
		d.must(err)
		decision := d.decide(spam.ID, models.Reject)
		d.decide(public.ID, models.Approve)
		after := func(days int) {
			t.Helper()
			d.clock.Advance(time.Duration(days) * 24 * time.Hour)
			_, err := d.Purge(ctx)
			d.must(err)
			storagetest.Counters(t, url)
		}
		after(1)
		if c := d.get(public.ID); c.Client.Hash == "" || c.Body == "" {
			t.Fatalf("too early: %+v", c)
		}
		late := d.post(ada, models.Approved, "")
		after(1)
		if places := append(d.columnsWith("w1tness"), d.columnsWith("192.0.2")...); len(places) != 1 || places[0] != "comments.client_net: 1" {
			t.Fatalf("addresses are in %v", places)
		}
		if c := d.get(late.ID); c.Client.Hash == "" {
			t.Fatalf("too early: %+v", c)
		}
		after(8)
		if places := d.columnsWith("h4sh"); len(places) > 0 {
			t.Fatalf("addresses are in %v", places)
		}
		for _, c := range []models.Comment{d.get(spam.ID), d.get(known.ID)} {
			if !c.ContentRemoved() || c.Author.Name != "" || c.Author.Email != "" || c.Author.URL != "" || c.Status != models.Rejected {
				t.Errorf("left %+v", c)
			}
		}
		if c := d.get(public.ID); c.Body == "" || c.Author != ada {
			t.Errorf("a public comment is %+v", c)
		}
		if id := d.get(known.ID).Author.ID; id != "u1" {
			t.Errorf("the id became %q", id)
		}
		d.wantRemoved(spam.ID, decision)
		for l, err := range d.Labels(ctx, "gazette", time.Time{}) {
			d.must(err)
			if l.Author+l.AuthorEmail+l.AuthorURL != "" || l.Text == "" {
				t.Errorf("label %+v", l)
			}
		}
		after(21)
		if counts, err := d.LabelCounts(ctx, "gazette"); err != nil || len(counts) > 0 {
			t.Errorf("labels: %v, %v", counts, err)
		}
		var hours int // that of the later comment alone, which is not older than the statistics go back
		d.must(storagetest.Raw(t, url).QueryRowContext(ctx, `SELECT count(*) FROM hourly`).Scan(&hours))
		if hours != 1 {
			t.Errorf("counts of %d hours are left", hours)
		}
	})
}

// More rows than a batch takes, and a site that keeps everything.
func TestPurgeOfMoreRowsThanABatch(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newFixture(t, url, models.Retention{Addresses: 1, Rejected: 1})
		var writers sync.WaitGroup
		for range 50 {
			writers.Go(func() {
				for range 45 {
					d.post(models.Author{Name: "n"}, models.Rejected, "")
				}
			})
		}
		writers.Wait()
		_, err := d.UpdateSite(t.Context(), d.ann, "gazette", func(s *models.Site) error { s.Retention = models.Retention{}; return nil })
		d.must(err)
		d.clock.Advance(3 * 24 * time.Hour)
		_, err = d.Purge(t.Context())
		d.must(err)
		if places := d.columnsWith("h4sh"); len(places) != 1 {
			t.Fatal(places)
		}
		_, err = d.UpdateSite(t.Context(), d.ann, "gazette", func(s *models.Site) error { s.Retention = models.DefaultRetention(); return nil })
		d.must(err)
		d.clock.Advance(365 * 24 * time.Hour)
		_, err = d.Purge(t.Context())
		d.must(err)
		if places := append(d.columnsWith("h4sh"), d.columnsWith("secret")...); len(places) > 0 {
			t.Fatal(places)
		}
		storagetest.Counters(t, url)
	})
}
