package traffic_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers/promotion"
	"winnow/handlers/traffic"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

var operator = models.Caller{Kind: models.ByCommand, Name: "test"}

// desk is a database with two sites, a clock that the test moves, and the starter
// live.
type desk struct {
	*testing.T
	db    *storage.DB
	live  *classifier.Model
	clock *storagetest.Clock
}

// onBoth runs a test on each database.
func onBoth(t *testing.T, test func(*desk)) {
	t.Run("SQLite", func(t *testing.T) { test(newDesk(t, storagetest.ReadySQLiteURL(t))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(newDesk(t, storagetest.ReadyPostgresURL(t))) })
}

func newDesk(t *testing.T, url string) *desk {
	t.Helper()
	d := &desk{T: t, clock: storagetest.ClockAt(time.Date(2031, 5, 4, 8, 0, 0, 0, time.UTC))}
	d.db = storagetest.Open(t, url, storage.Options{Now: d.clock.Now})
	for _, slug := range []string{"gazette", "herald"} {
		_, err := d.db.AddSite(t.Context(), operator, models.Site{Slug: slug, Mode: models.ModePost})
		d.must(err)
	}
	var err error
	d.live, err = classifier.Starter()
	d.must(err)
	d.add(d.live)
	_, err = d.db.PromoteModel(t.Context(), operator, d.live.Version())
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// add stores a model as a candidate.
func (d *desk) add(m *classifier.Model) {
	d.Helper()
	var file bytes.Buffer
	_, err := m.WriteTo(&file)
	d.must(err)
	d.must(d.db.AddModel(d.Context(), operator, models.ModelInfo{Version: m.Version(), Origin: "test", Manifest: json.RawMessage("{}")}, file.Bytes()))
}

// train stores a candidate that learned from n rows each of ham and spam. flipped
// exchanges their labels.
func (d *desk) train(n int, flipped bool) *classifier.Model {
	d.Helper()
	key := trainedOn{n, flipped}
	m := trainedModels[key]
	if m == nil {
		var err error
		m, _, err = classifier.Train(d.Context(), func(yield func(models.Label, error) bool) {
			for _, l := range rows(n, flipped) {
				if !yield(l, nil) {
					return
				}
			}
		}, classifier.TrainOptions{})
		d.must(err)
		trainedModels[key] = m
	}
	d.add(m)
	return m
}

// trainedModels are the models of train: several tests train on the same rows.
var trainedModels = map[trainedOn]*classifier.Model{}

type trainedOn struct {
	rows    int
	flipped bool
}

// rows are n rows each of ham and spam, too short to be near-copies.
func rows(n int, flipped bool) (all []models.Label) {
	ham, spam := models.Ham, models.Spam
	if flipped {
		ham, spam = spam, ham
	}
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	offers := []string{"pills", "bonus", "followers", "profit", "loans", "watches"}
	for i := range n {
		all = append(all,
			models.Label{Label: ham, Text: fmt.Sprintf("The council was right: %s %d.", places[i%6], i)},
			models.Label{Label: spam, Text: fmt.Sprintf("Cheap %s now!!! Click http://offer%d.example/win", offers[i%6], i)})
	}
	return all
}

// post stores a comment with the verdict of the live model.
func (d *desk) post(site, text string) models.Comment {
	d.Helper()
	c := models.Comment{Site: site, Article: models.Article{ID: "harbour"}, Author: models.Author{Name: "Reader"}, Body: text}
	v := d.live.Verdict(classifier.FromComment(c), classifier.Policy{Site: site})
	c.Status = map[models.Action]models.Status{models.Approve: models.Approved, models.Hold: models.Pending, models.Reject: models.Rejected}[v.Action]
	c, _, _, err := d.db.CreateComment(d.Context(), storage.NewComment{Comment: c, Verdict: v})
	d.must(err)
	return c
}

// node is a node as far as the reader needs one.
type node struct {
	d         *desk
	mu        sync.Mutex
	model     *classifier.Model
	published []models.Event
}

func (n *node) Model() *classifier.Model {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.model
}

func (n *node) Publish(_ context.Context, e models.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.published = append(n.published, e)
}

func (n *node) ReloadModel(ctx context.Context) error {
	info, err := n.d.db.LiveModel(ctx)
	if err != nil {
		return err
	}
	m, err := promotion.New(n.d.db, n.d.clock.Now).Load(ctx, info.Version)
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.model = m
	}
	return err
}

// reader returns a reader on a node of its own, which has read nothing yet.
func (d *desk) reader() (*traffic.Reader, *node) {
	d.Helper()
	n := &node{d: d, model: d.live}
	r := traffic.New(traffic.Config{DB: d.db, Node: n, Comparer: promotion.New(d.db, d.clock.Now), Now: d.clock.Now, Log: slog.New(slog.DiscardHandler)})
	d.must(r.Step(d.Context())) // sets the cursor
	return r, n
}

// shadow returns the shadow of a model.
func (d *desk) shadow(version string) models.ShadowRun {
	d.Helper()
	all, err := d.db.Models(d.Context())
	d.must(err)
	for _, m := range all {
		if m.Version == version && m.Shadow != nil {
			return *m.Shadow
		}
	}
	d.Fatalf("model %s has no shadow", version)
	return models.ShadowRun{}
}
