package storage_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// fixture is a database with a site and a clock that can be set, with short
// methods for what tests do.
type fixture struct {
	*testing.T
	*storage.DB
	url   string
	clock *storagetest.Clock
	ann   models.Caller
	n     atomic.Int64 // comments, so that each has a key of its own
}

func newFixture(t *testing.T, url string, keep models.Retention) *fixture {
	t.Helper()
	d := &fixture{T: t, url: url, clock: storagetest.NewClock(), ann: models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}}
	d.DB = storagetest.Open(t, url, storage.Options{Now: d.clock.Now})
	_, err := d.AddSite(t.Context(), d.ann, models.Site{Slug: "gazette", Retention: keep})
	d.must(err)
	return d
}

func (d *fixture) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *fixture) post(author models.Author, status models.Status, parent string) models.Comment {
	d.Helper()
	c, _, _, err := d.CreateComment(d.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "a"}, Author: author, Body: "a secret thought", Status: status, ParentID: parent,
			Client: models.Client{Hash: "h4sh", Net: "192.0.2.0/24", UserAgent: "secret/1", Referrer: "https://secret.example"},
		},
		Verdict:        models.Verdict{Signals: []models.Signal{{Name: "word:secret", Weight: 1}}},
		IdempotencyKey: fmt.Sprint("key ", d.n.Add(1)),
	})
	d.must(err)
	return c
}

func (d *fixture) get(id string) models.Comment {
	d.Helper()
	c, err := d.Comment(d.Context(), id)
	d.must(err)
	return c
}

func (d *fixture) decide(id string, action models.Action) models.Decision {
	d.Helper()
	decision, _, err := d.Decide(d.Context(), d.ann, id, models.DecisionRequest{Action: action, Note: "a secret note"})
	d.must(err)
	return decision
}

// columnsWith returns the columns of all tables that contain a text, with the
// number of rows.
func (d *fixture) columnsWith(text string) (places []string) {
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

// wantRemoved checks that nothing can be done with a comment whose content was
// removed.
func (d *fixture) wantRemoved(id string, decision models.Decision) {
	d.Helper()
	if _, _, err := d.Decide(d.Context(), d.ann, id, models.DecisionRequest{Action: models.Approve}); models.KindOf(err) != models.KindConflict {
		d.Errorf("decided: %v", err)
	}
	if _, _, err := d.Undo(d.Context(), d.ann, decision.ID); models.KindOf(err) != models.KindConflict {
		d.Errorf("undone: %v", err)
	}
	if _, err := d.Flag(d.Context(), d.ann, id, storage.Report{Who: "author x"}); models.KindOf(err) != models.KindNotFound {
		d.Errorf("reported: %v", err)
	}
}

// onBoth runs a test with an empty database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.PostgresURL(t)) })
}

// onBothReady runs a test with a migrated database of each kind, without records.
func onBothReady(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, storagetest.ReadySQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storagetest.ReadyPostgresURL(t)) })
}

func open(t *testing.T, url string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
