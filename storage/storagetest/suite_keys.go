package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"winnow/models"
	"winnow/storage"
)

// keyTests hold that callers may name a comment, a decision and so on by its id alone, though
// it is stored under its site and id.
var keyTests = map[string]func(*testing.T, *fixture){
	"ids are in order and end with their site": func(t *testing.T, _ *fixture) {
		var ids []string
		for i := range 1000 {
			site := []string{"gazette", "tribune"}[i%2]
			id := storage.NewID(site)
			if v := uuid.MustParse(id); v.Version() != 7 || v.Variant() != uuid.RFC4122 {
				t.Fatalf("%s is no UUIDv7", id)
			}
			equal(t, "end", id[32:], fmt.Sprintf("%04x", storage.SiteTag(site)))
			ids = append(ids, id)
		}
		if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 1000 {
			t.Fatal("ids are not in the order in which they were made")
		}
	},
	"ids of earlier versions are found": func(t *testing.T, l *fixture) {
		old := func(n *storage.NewComment) { n.Comment.ID = uuid.Must(uuid.NewV7()).String() }
		var ids []string
		for _, site := range []string{"gazette", "tribune"} {
			c := l.post(t, old, func(n *storage.NewComment) { n.Comment.Site = site })
			useByID(t, l, site, c.ID)
			ids = append(ids, c.ID, l.post(t, func(n *storage.NewComment) { n.Comment.Site = site }).ID)
		}
		_, done, failed, err := l.DecideBatch(l.ctx, ann, append(ids, "unknown"), models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		equal(t, "decided", len(done), 4)
		equal(t, "failed", len(failed), 1)
		wantKind(t, failed["unknown"], models.KindNotFound)
	},
	"a node knows at once what another one adds": func(t *testing.T, l *fixture) {
		other := Open(t, l.url, storage.Options{Now: l.clock.Now})
		must(other.AddSite(l.ctx, operator, models.Site{Slug: "herald"}))(t)
		c, _, _, err := other.CreateComment(l.ctx, l.new(func(n *storage.NewComment) { n.Comment.Site = "herald" }))
		ok(t, err)
		useByID(t, l, "herald", c.ID)
		ok(t, other.RemoveSite(l.ctx, operator, "herald", true))
		_, err = l.Comment(l.ctx, c.ID)
		wantKind(t, err, models.KindNotFound)
	},
	"what belongs to another site is not there": func(t *testing.T, l *fixture) {
		c := l.post(t)
		for _, id := range []string{c.ID, storage.NewID("gazette"), storage.NewID("unknown"), "not an id", ""} {
			_, err := l.Detail(l.ctx, eve, id)
			wantKind(t, err, models.KindNotFound)
			_, _, err = l.Decide(l.ctx, eve, id, models.DecisionRequest{Action: models.Approve})
			wantKind(t, err, models.KindNotFound)
			_, _, err = l.Undo(l.ctx, eve, id)
			wantKind(t, err, models.KindNotFound)
			_, err = l.DecideSecondLook(l.ctx, eve, id, models.DecisionRequest{Action: models.Approve})
			wantKind(t, err, models.KindNotFound)
			_, err = l.LiftBan(l.ctx, eve, id, func(models.BanEntry) error { return nil })
			wantKind(t, err, models.KindNotFound)
			_, err = l.UndoArticleMerge(l.ctx, eve, id)
			wantKind(t, err, models.KindNotFound)
			_, lost, err := l.Renew(l.ctx, eve, []string{id}, time.Minute)
			ok(t, err)
			equal(t, "lost", len(lost), 1)
			equal(t, "who has it", lost[0].Status, "")
		}
	},
	"the queue of many sites is one": func(t *testing.T, l *fixture) {
		for n := range 12 {
			slug := fmt.Sprint("site-", n)
			must(l.AddSite(l.ctx, operator, models.Site{Slug: slug}))(t)
			for range n % 4 { // nothing waits on some
				l.post(t, func(n *storage.NewComment) { n.Comment.Site = slug })
			}
		}
		some := models.Caller{Kind: models.ByModerator, Name: "sam", Role: models.RoleModerator, Sites: []string{"site-0", "site-1", "site-2", "site-3"}}
		for _, sort := range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest} {
			for by, want := range map[*models.Caller]int{&ann: 18, &some: 6} {
				var items []models.QueueItem
				for f := (models.QueueFilter{Sort: sort, Limit: 4}); ; {
					page := must(l.Queue(l.ctx, *by, f))(t)
					equal(t, "total", page.Total, want)
					items = append(items, page.Items...)
					if f.Cursor = page.Next; f.Cursor == "" {
						break
					}
				}
				equal(t, "items", len(items), want)
				for i := 1; i < len(items); i++ {
					if !inOrder(sort, items[i-1], items[i]) {
						t.Fatalf("%s: item %d is not in order", sort, i)
					}
				}
			}
		}
		equal(t, "claimed", len(must(l.Claim(l.ctx, some, models.QueueFilter{Limit: 9}, time.Minute))(t)), 6)
		equal(t, "again", len(must(l.Claim(l.ctx, some, models.QueueFilter{Limit: 9}, time.Minute))(t)), 6)
		equal(t, "left", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 20}, time.Minute))(t)), 12)
	},
}

// useByID does with a pending comment what names it by its id.
func useByID(t *testing.T, l *fixture, site, id string) {
	t.Helper()
	equal(t, "comment", must(l.Comment(l.ctx, id))(t).Site, site)
	equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Site: site, Limit: 1}, time.Minute))(t)), 1)
	renewed, _, err := l.Renew(l.ctx, ann, []string{id}, time.Minute)
	ok(t, err)
	equal(t, "renewed", len(renewed), 1)
	ok(t, l.Release(l.ctx, ann, []string{id}))
	d, _, err := l.Decide(l.ctx, ann, id, models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	must(l.Flag(l.ctx, ann, id, storage.Report{Who: "author r"}))(t)
	_, _, err = l.Undo(l.ctx, ann, d.ID)
	ok(t, err)
	e, _, err := l.Escalate(l.ctx, ann, id, "")
	ok(t, err)
	_, _, err = l.Undo(l.ctx, ann, e.ID)
	ok(t, err)
	ok(t, l.Skip(l.ctx, bob, []string{id}))
	equal(t, "history", len(must(l.Detail(l.ctx, ann, id))(t).History), 2)
}
