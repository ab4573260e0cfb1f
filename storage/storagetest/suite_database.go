package storagetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var databaseTests = map[string]func(*testing.T, *fixture){
	"the schema is migrated once, however many nodes start": func(t *testing.T, l *fixture) {
		ok(t, l.Ping(l.ctx))
		equal(t, "applied again", must(l.Migrate(l.ctx))(t), 0)
	},
	"all records survive a restart": func(t *testing.T, l *fixture) {
		c := l.post(t)
		ok(t, l.AddModel(l.ctx, ann, models.ModelInfo{Version: "m1"}, []byte("data")))
		must(l.PromoteModel(l.ctx, ann, "m1"))(t)
		secret := must(l.AccessTokenSecret(l.ctx, nil))(t)
		ok(t, l.Close())
		l.DB = Open(t, l.url, storage.Options{Now: l.clock.Now})
		equal(t, "comment", must(l.Comment(l.ctx, c.ID))(t), c)
		equal(t, "model", must(l.LiveModel(l.ctx))(t).Version, "m1")
		equal(t, "secret", string(must(l.AccessTokenSecret(l.ctx, nil))(t)), string(secret))
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, 1)
	},
	"several nodes share a database": func(t *testing.T, l *fixture) {
		nodes := []*storage.DB{l.DB, Open(t, l.url, storage.Options{}), Open(t, l.url, storage.Options{})}
		const each = 15
		news := make([]storage.NewComment, each*len(nodes))
		for i := range news {
			news[i] = l.new()
		}
		together(len(news), func(i int) {
			if _, _, _, err := nodes[i%len(nodes)].CreateComment(l.ctx, news[i]); err != nil {
				t.Error(err)
			}
		})
		for _, node := range nodes {
			equal(t, "queue", must(node.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, len(news))
		}
	},
	"an invalid row fails alone": func(t *testing.T, l *fixture) {
		const writers = 60
		news := make([]storage.NewComment, writers)
		for i := range news {
			news[i] = l.new()
			if i%3 == 0 {
				news[i].Comment.Site = "none"
			}
		}
		together(writers, func(i int) {
			_, _, _, err := l.CreateComment(l.ctx, news[i])
			if (err != nil) != (i%3 == 0) {
				t.Errorf("comment %d: %v", i, err)
			}
		})
		equal(t, "queue", must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t).Total, writers*2/3)
	},
	"a canceled caller does not affect others": func(t *testing.T, l *fixture) {
		const writers = 60
		gone, leave := context.WithCancel(l.ctx)
		news := make([]storage.NewComment, writers)
		for i := range news {
			news[i] = l.new()
		}
		var errs [writers]error
		together(writers, func(i int) {
			ctx := l.ctx
			if i%2 == 0 {
				ctx = gone
			}
			if i == writers/2 {
				leave()
			}
			_, _, _, errs[i] = l.CreateComment(ctx, news[i])
		})
		for i, err := range errs {
			if err != nil && (i%2 == 1 || !errors.Is(err, context.Canceled)) {
				t.Errorf("comment %d: %v", i, err)
			}
		}
		_, _, _, err := l.CreateComment(gone, l.new())
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	},
	"a change that panics fails alone": func(t *testing.T, l *fixture) {
		if l.url[:6] != "sqlite" {
			return // there the change runs in the caller's goroutine
		}
		_, err := l.UpdateSite(l.ctx, ann, "gazette", func(*models.Site) error { panic("odd") })
		wantKind(t, err, models.KindInternal)
		l.post(t)
	},
	"a closed database returns an error": func(t *testing.T, l *fixture) {
		ok(t, l.Close())
		if _, _, _, err := l.CreateComment(l.ctx, l.new()); err == nil {
			t.Fatal("a comment was stored")
		}
		if err := l.Ping(l.ctx); err == nil {
			t.Fatal("it answers")
		}
	},
	"every change has an event": func(t *testing.T, l *fixture) {
		c := l.post(t)
		must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Minute))(t)
		ok(t, l.Release(l.ctx, ann, []string{c.ID}))
		d, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		var got []models.EventKind
		after := int64(0)
		for {
			events := must(l.EventsSince(l.ctx, after, 2))(t)
			if len(events) == 0 {
				break
			}
			for _, e := range events {
				got = append(got, e.Kind)
				equal(t, "subject", e.Subject, c.ID)
				after = e.Seq
			}
		}
		want := []models.EventKind{models.CommentCreated, models.CommentClaimed, models.CommentClaimed, models.CommentChanged, models.CommentChanged}
		if !slices.Equal(got, want) {
			t.Fatal(got)
		}
		l.clock.Advance(48 * time.Hour)
		equal(t, "purged", must(l.Purge(l.ctx))(t), 4)
	},
}
