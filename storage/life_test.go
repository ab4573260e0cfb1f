package storage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// desk is a database with a site, a clock to be turned, and short words for what
// tests do.
type desk struct {
	*testing.T
	*storage.DB
	url string
	now time.Time
	ann models.Caller
	n   atomic.Int64 // comments, so that each has a key of its own
}

func newDesk(t *testing.T, url string, keep models.Retention) *desk {
	t.Helper()
	d := &desk{T: t, url: url, now: time.Date(2031, 5, 4, 12, 0, 0, 0, time.UTC), ann: models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}}
	var mu sync.Mutex
	d.DB = storagetest.Open(t, url, storage.Options{Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		d.now = d.now.Add(time.Microsecond) // no two rows have the same time
		return d.now
	}})
	_, err := d.AddSite(t.Context(), d.ann, models.Site{Slug: "gazette", Retention: keep})
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) post(author models.Author, status models.Status, parent string) models.Comment {
	d.Helper()
	c, _, _, err := d.CreateComment(d.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "a"}, Author: author, Body: "a secret thought", Status: status, ParentID: parent,
			Client: models.Client{Hash: "h4sh", Net: "192.0.2.0/24", UserAgent: "secret/1", Referrer: "https://secret.example"},
		},
		Verdict:        models.Verdict{Signals: []models.Signal{{Name: "word:secret", Weight: 1}}},
		IdempotencyKey: fmt.Sprint("key ", d.n.Add(1)), Fingerprint: []byte("f"),
	})
	d.must(err)
	return c
}

func (d *desk) get(id string) models.Comment {
	d.Helper()
	c, err := d.Comment(d.Context(), id)
	d.must(err)
	return c
}

func (d *desk) decide(id string, action models.Action) models.Decision {
	d.Helper()
	made, _, err := d.Decide(d.Context(), d.ann, id, models.DecisionRequest{Action: action, Note: "a secret note"})
	d.must(err)
	return made
}

// holds counts the columns of all tables in which a text stands.
func (d *desk) holds(text string) (places []string) {
	d.Helper()
	s, raw := schemaOf(d.T, storage.Versions()), storagetest.Raw(d.T, d.url)
	for _, table := range s.tables {
		for _, column := range s.columns[table] {
			if s.kinds[table+"."+column] != "text" {
				continue
			}
			var n int
			d.must(raw.QueryRowContext(d.Context(), "SELECT count(*) FROM "+table+" WHERE "+column+" LIKE '%"+text+"%'").Scan(&n))
			if n > 0 {
				places = append(places, fmt.Sprintf("%s.%s: %d", table, column, n))
			}
		}
	}
	return places
}

// wantGone checks that nothing can be done with a comment any more.
func (d *desk) wantGone(id string, made models.Decision) {
	d.Helper()
	if _, _, err := d.Decide(d.Context(), d.ann, id, models.DecisionRequest{Action: models.Approve}); models.KindOf(err) != models.KindConflict {
		d.Errorf("decided: %v", err)
	}
	if _, _, err := d.Undo(d.Context(), d.ann, made.ID); models.KindOf(err) != models.KindConflict {
		d.Errorf("undone: %v", err)
	}
	if _, err := d.Flag(d.Context(), d.ann, id, "author x", ""); models.KindOf(err) != models.KindNotFound {
		d.Errorf("reported: %v", err)
	}
}

func TestWhatASiteKeepsNoLongerIsRemoved(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		d := newDesk(t, url, models.Retention{Addresses: 2, Rejected: 10, Labels: 30})
		ctx, ada := t.Context(), models.Author{Name: "secret Ada", Email: "secret@example.org", URL: "https://secret.example"}
		bob := models.Author{ID: "u1", Name: "secret Bob"}
		public, spam, known := d.post(ada, models.Approved, ""), d.post(ada, models.Pending, ""), d.post(bob, models.Rejected, "")
		_, err := d.Flag(ctx, d.ann, public.ID, "client w1tness", "")
		d.must(err)
		made := d.decide(spam.ID, models.Reject)
		d.decide(public.ID, models.Approve)
		after := func(days int) {
			t.Helper()
			d.now = d.now.AddDate(0, 0, days)
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
		if places := append(d.holds("w1tness"), d.holds("192.0.2")...); len(places) != 1 || places[0] != "comments.client_net: 1" {
			t.Fatalf("addresses are in %v", places)
		}
		if c := d.get(late.ID); c.Client.Hash == "" {
			t.Fatalf("too early: %+v", c)
		}
		after(8)
		if places := d.holds("h4sh"); len(places) > 0 {
			t.Fatalf("addresses are in %v", places)
		}
		for _, c := range []models.Comment{d.get(spam.ID), d.get(known.ID)} {
			if !c.Gone() || c.Author.Name != "" || c.Author.Email != "" || c.Author.URL != "" || c.Status != models.Rejected {
				t.Errorf("kept %+v", c)
			}
		}
		if c := d.get(public.ID); c.Body == "" || c.Author != ada {
			t.Errorf("a public comment is %+v", c)
		}
		if id := d.get(known.ID).Author.ID; id != "u1" {
			t.Errorf("the id became %q", id)
		}
		d.wantGone(spam.ID, made)
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
	})
}

// More rows than a batch takes, and a site that keeps everything.
func TestRetentionOfManyRows(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		d := newDesk(t, url, models.Retention{Addresses: 1, Rejected: 1})
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
		d.now = d.now.AddDate(0, 0, 3)
		_, err = d.Purge(t.Context())
		d.must(err)
		if places := d.holds("h4sh"); len(places) != 1 {
			t.Fatal(places)
		}
		_, err = d.UpdateSite(t.Context(), d.ann, "gazette", func(s *models.Site) error { s.Retention = models.DefaultRetention(); return nil })
		d.must(err)
		d.now = d.now.AddDate(1, 0, 0)
		_, err = d.Purge(t.Context())
		d.must(err)
		if places := append(d.holds("h4sh"), d.holds("secret")...); len(places) > 0 {
			t.Fatal(places)
		}
		storagetest.Counters(t, url)
	})
}

func TestAReaderIsExportedAndErased(t *testing.T) {
	for by, r := range map[string]models.Reader{
		"id":     {Site: "gazette", ID: "u1"},
		"e-mail": {Site: "gazette", Email: "SECRET@example.org"},
		"name":   {Site: "gazette", Name: "secret Ada"},
	} {
		t.Run(by, func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				d := newDesk(t, url, models.Retention{})
				ctx := t.Context()
				ada := models.Author{ID: r.ID, Name: "secret Ada", Email: "secret@example.org"}
				other := d.post(models.Author{ID: "u2", Name: "Bob"}, models.Approved, "")
				public, waits := d.post(ada, models.Approved, ""), d.post(ada, models.Pending, "")
				answer := d.post(models.Author{Name: "Cyd"}, models.Approved, public.ID)
				made := d.decide(public.ID, models.Approve)
				_, err := d.Flag(ctx, d.ann, other.ID, "author u1", "spam")
				d.must(err)
				version, err := d.ArticleVersion(ctx, "gazette", "a")
				d.must(err)

				standing, comments, reports, err := d.ExportReader(ctx, d.ann, r)
				d.must(err)
				var out bytes.Buffer
				d.must(models.WriteReader(&out, r, d.now, standing, comments, reports))
				var told struct {
					Comments []models.ReaderComment
					Reports  []models.ReaderReport
				}
				d.must(json.Unmarshal(out.Bytes(), &told))
				if len(told.Comments) != 2 || told.Comments[0].ID != public.ID || len(told.Comments[0].Labels) != 1 ||
					len(told.Comments[0].Decisions) != 1 || strings.Contains(out.String(), "ann") {
					t.Fatalf("export: %s", &out)
				}
				wantReports := 0
				if r.ID != "" {
					wantReports = 1
				}
				if len(told.Reports) != wantReports {
					t.Errorf("reports: %v", told.Reports)
				}

				gone, err := d.EraseReader(ctx, d.ann, r)
				d.must(err)
				if gone.Comments != 2 || gone.Labels != 1 || gone.Reports != wantReports {
					t.Errorf("%+v", gone)
				}
				storagetest.Counters(t, url)
				for _, text := range []string{"secret Ada", "secret@example", "secret note"} {
					if places := d.holds(text); len(places) > 0 {
						t.Errorf("%q is in %v", text, places)
					}
				}
				if places := d.holds("secret thought"); fmt.Sprint(places) != "[comments.body: 2]" { // those of others
					t.Errorf("texts are in %v", places)
				}
				for _, id := range []string{public.ID, waits.ID} {
					c := d.get(id)
					want := models.Comment{
						ID: id, Site: "gazette", Article: c.Article, Status: models.Rejected, Reason: models.ReasonErased,
						Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
					}
					if c != want {
						t.Errorf("left %+v", c)
					}
				}
				d.wantGone(public.ID, made)
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
func TestErasingManyCommentsAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		d := newDesk(t, url, models.Retention{})
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
		if places := d.holds("secret"); total != 1200 || len(places) > 0 {
			t.Errorf("%d erased, left in %v", total, places)
		}
		storagetest.Counters(t, url)
	})
}

func TestEraseIsForWhoSeesTheSite(t *testing.T) {
	d := newDesk(t, storagetest.SQLiteURL(t), models.Retention{})
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

func TestNodesShareTheKeyOfAPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		storagetest.Open(t, url, storage.Options{})
		period := storage.AddressPeriod(time.Now())
		var nodes sync.WaitGroup
		keys := make([]string, 4)
		for i := range keys {
			db := open(t, url)
			nodes.Go(func() {
				key, err := db.AddressKey(t.Context(), period)
				if err != nil {
					t.Error(err)
				}
				keys[i] = string(key)
			})
		}
		nodes.Wait()
		for _, key := range keys {
			if len(key) != 32 || key != keys[0] {
				t.Fatalf("keys %x", keys)
			}
		}
		next, err := open(t, url).AddressKey(t.Context(), period+1)
		if err != nil || string(next) == keys[0] {
			t.Fatalf("the next key is %x, %v", next, err)
		}
		var left int
		if err := storagetest.Raw(t, url).QueryRow(`SELECT count(*) FROM address_keys`).Scan(&left); err != nil || left != 1 {
			t.Fatalf("%d keys are left, %v", left, err)
		}
	})
}

func TestErasingGoesOnWhereItWasCutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		d := newDesk(t, url, models.Retention{})
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
		if left := d.holds("secret"); erased() != 500 || len(left) > 0 {
			t.Errorf("%d erased, left in %v", erased(), left)
		}
		storagetest.Counters(t, url)
	})
}
