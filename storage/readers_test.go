package storage_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestExportAndEraseAReader(t *testing.T) {
	for by, r := range map[string]models.Reader{
		"id":     {Site: "gazette", ID: "u1"},
		"e-mail": {Site: "gazette", Email: "SECRET@example.org"},
		"name":   {Site: "gazette", Name: "secret Ada"},
	} {
		t.Run(by, func(t *testing.T) {
			onBothReady(t, func(t *testing.T, url string) {
				d := newFixture(t, url, models.Retention{})
				ctx := t.Context()
				ada := models.Author{ID: r.ID, Name: "secret Ada", Email: "secret@example.org"}
				other := d.post(models.Author{ID: "u2", Name: "Bob"}, models.Approved, "")
				public, waits := d.post(ada, models.Approved, ""), d.post(ada, models.Pending, "")
				answer := d.post(models.Author{Name: "Cyd"}, models.Approved, public.ID)
				decision := d.decide(public.ID, models.Approve)
				_, err := d.Flag(ctx, d.ann, other.ID, storage.Report{Who: "author u1", Reason: "spam"})
				d.must(err)
				version, err := d.ArticleVersion(ctx, "gazette", "a")
				d.must(err)

				wantReports := 0
				if r.ID != "" {
					wantReports = 1
				}
				d.wantExport(r, public.ID, wantReports)
				d.must(d.AddModerator(ctx, d.ann, models.Moderator{Name: "ann", Role: models.RoleAdmin}))
				named, wantViews := cmp.Or(r.ID, strings.ToUpper(r.Name), "somebody else"), 2
				if r.Email != "" { // no filter is of an address
					wantViews = 4
				}
				for _, of := range []struct{ site, author string }{{"gazette", named}, {"", named}, {"herald", "u1"}, {"gazette", "u2"}} {
					filter, err := json.Marshal(map[string]string{"site": of.site, "author": of.author})
					d.must(err)
					_, err = d.AddView(ctx, d.ann, models.View{Name: "One author", Filter: filter})
					d.must(err)
				}
				gone, err := d.EraseReader(ctx, d.ann, r)
				d.must(err)
				if gone.Comments != 2 || gone.Labels != 1 || gone.Reports != wantReports {
					t.Errorf("%+v", gone)
				}
				if views, err := d.Views(ctx, d.ann); err != nil || len(views) != wantViews {
					t.Errorf("views are left: %+v, %v", views, err)
				}
				storagetest.Counters(t, url)
				d.wantErased(public.ID, waits.ID)
				d.wantRemoved(public.ID, decision)
				page, err := d.ArticleComments(ctx, "gazette", "a", false, 10, "")
				d.must(err)
				if page.Version <= version || page.Total != 2 || len(page.Comments) != 2 || d.get(answer.ID).ParentID != public.ID {
					t.Errorf("the page is %+v", page)
				}
				if queue, err := d.Queue(ctx, d.ann, models.QueueFilter{}); err != nil || queue.Total != 0 || len(queue.Items) != 0 {
					t.Errorf("the queue is %+v, %v", queue, err)
				}
				if d.get(other.ID).Flags != 1-wantReports {
					t.Errorf("the other comment is %+v", d.get(other.ID))
				}
				again, err := d.EraseReader(ctx, d.ann, r)
				d.must(err)
				if again != (models.Erasure{Subject: gone.Subject}) {
					t.Errorf("again: %+v", again)
				}
				trail, _, err := d.AuditPage(ctx, d.ann, models.AuditFilter{Site: "gazette", Action: "reader.erase"})
				d.must(err)
				if len(trail) < 2 || trail[0].Subject != gone.Subject {
					t.Errorf("the trail is %+v", trail)
				}
			})
		})
	}
}

// A reader who wrote more than a batch takes, erased by two at the same time.
func TestTwoErasuresOfOneReaderAtOnce(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newFixture(t, url, models.Retention{})
		var people sync.WaitGroup
		for range 20 {
			people.Go(func() {
				for range 60 {
					d.post(models.Author{ID: "u1", Name: "secret Ada"}, models.Approved, "")
				}
			})
		}
		people.Wait()
		var mu sync.Mutex
		total := 0
		for range 2 {
			people.Go(func() {
				gone, err := d.EraseReader(t.Context(), d.ann, models.Reader{Site: "gazette", ID: "u1"})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				total += gone.Comments
			})
		}
		people.Wait()
		if places := d.columnsWith("secret"); total != 1200 || len(places) > 0 {
			t.Errorf("%d erased, left in %v", total, places)
		}
		storagetest.Counters(t, url)
	})
}

func TestEraseRequiresAccessToTheSite(t *testing.T) {
	d := newFixture(t, storagetest.SQLiteURL(t), models.Retention{})
	for _, test := range []struct {
		by   models.Caller
		r    models.Reader
		want models.Kind
	}{
		{models.Caller{Kind: models.ByModerator, Name: "eve", Sites: []string{"tribune"}}, models.Reader{Site: "gazette", ID: "u1"}, models.KindNotFound},
		{d.ann, models.Reader{Site: "tribune", ID: "u1"}, models.KindNotFound},
		{d.ann, models.Reader{Site: "gazette"}, models.KindInvalid},
		{d.ann, models.Reader{Site: "gazette", ID: "u1", Email: "a@example.org"}, models.KindInvalid},
		{d.ann, models.Reader{ID: "u1"}, models.KindInvalid},
	} {
		if _, err := d.EraseReader(t.Context(), test.by, test.r); models.KindOf(err) != test.want {
			t.Errorf("%+v: %v", test.r, err)
		}
		if _, _, _, err := d.ExportReader(t.Context(), test.by, test.r); models.KindOf(err) != test.want {
			t.Errorf("%+v: %v", test.r, err)
		}
	}
}

func TestEraseContinuesAfterAnInterruption(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newFixture(t, url, models.Retention{})
		for range 500 {
			d.post(models.Author{ID: "u1", Name: "secret Ada"}, models.Approved, "")
		}
		r := models.Reader{Site: "gazette", ID: "u1"}
		ctx, cut := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := d.EraseReader(ctx, d.ann, r)
			ended <- err
		}()
		raw := storagetest.Raw(t, url)
		erased := func() (n int) {
			d.must(raw.QueryRow(`SELECT count(*) FROM comments WHERE reason = 'erased'`).Scan(&n))
			return n
		}
		for erased() == 0 {
			runtime.Gosched()
		}
		cut()
		<-ended // with an error, unless it was quicker
		_, err := d.EraseReader(t.Context(), d.ann, r)
		d.must(err)
		if left := d.columnsWith("secret"); erased() != 500 || len(left) > 0 {
			t.Errorf("%d erased, left in %v", erased(), left)
		}
		storagetest.Counters(t, url)
	})
}

// wantExport checks an export of a reader who wrote two comments, the first of
// them with a decision.
func (d *fixture) wantExport(r models.Reader, public string, reportCount int) {
	d.Helper()
	state, comments, reports, err := d.ExportReader(d.Context(), d.ann, r)
	d.must(err)
	var out bytes.Buffer
	d.must(models.WriteReader(&out, r, d.clock.Now(), state, comments, reports))
	var export struct {
		Comments []models.ReaderComment
		Reports  []models.ReaderReport
	}
	d.must(json.Unmarshal(out.Bytes(), &export))
	if len(export.Comments) != 2 || export.Comments[0].ID != public || len(export.Comments[0].Labels) != 1 ||
		len(export.Comments[0].Decisions) != 1 || strings.Contains(out.String(), "ann") {
		d.Fatalf("export: %s", &out)
	}
	if len(export.Reports) != reportCount {
		d.Errorf("reports: %v", export.Reports)
	}
}

// wantErased checks that nothing of a reader is left but the places of two
// comments.
func (d *fixture) wantErased(ids ...string) {
	d.Helper()
	for _, text := range []string{"secret Ada", "secret@example", "secret note"} {
		if places := d.columnsWith(text); len(places) > 0 {
			d.Errorf("%q is in %v", text, places)
		}
	}
	if places := d.columnsWith("secret thought"); fmt.Sprint(places) != "[comments.body: 2]" { // those of others
		d.Errorf("texts are in %v", places)
	}
	for _, id := range ids {
		c := d.get(id)
		want := models.Comment{
			ID: id, Site: "gazette", Article: c.Article, Status: models.Rejected, Reason: models.ReasonErased,
			Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		}
		if c != want {
			d.Errorf("left %+v", c)
		}
	}
}
