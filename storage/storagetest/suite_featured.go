package storagetest

import (
	"testing"

	"winnow/models"
	"winnow/storage"
)

var featuredTests = map[string]func(*testing.T, *fixture){
	"a published comment is featured until it is taken down or changed": func(t *testing.T, l *fixture) {
		isPublic := func() bool {
			shown, err := l.ArticleComments(l.ctx, "gazette", "a1", false, 10, "")
			ok(t, err)
			return len(shown.Comments) > 0 && shown.Comments[0].Featured
		}
		c := l.post(t, approved)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		c = must(l.FeatureComment(l.ctx, bob, c.ID, true))(t)
		equal(t, "version", c.Version, 2)
		equal(t, "the same again", must(l.FeatureComment(l.ctx, ann, c.ID, true))(t).Version, 2)
		equal(t, "public", isPublic(), true)
		if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) <= version {
			t.Fatal("the version for readers did not grow")
		}
		must(l.FeatureComment(l.ctx, bob, c.ID, false))(t)
		equal(t, "taken back", isPublic(), false)

		must(l.FeatureComment(l.ctx, bob, c.ID, true))(t)
		down := l.decide(t, ann, c.ID, rejectSpam)
		equal(t, "taken down", must(l.Comment(l.ctx, c.ID))(t).Featured, false)
		_, _, err := l.Undo(l.ctx, ann, down.ID)
		ok(t, err)
		equal(t, "published again", isPublic(), false)

		must(l.FeatureComment(l.ctx, bob, c.ID, true))(t)
		p := 0.1
		must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "something else", Status: models.Approved, Verdict: models.Verdict{Spam: &p}}))(t)
		equal(t, "changed by its author", isPublic(), false)
		Counters(t, l.url)
	},
	"who may not, and when not": func(t *testing.T, l *fixture) {
		waiting := l.post(t)
		_, err := l.FeatureComment(l.ctx, bob, waiting.ID, true)
		wantKind(t, err, models.KindConflict)
		for _, other := range []models.Caller{eve, nobody} {
			_, err = l.FeatureComment(l.ctx, other, waiting.ID, true)
			wantKind(t, err, models.KindNotFound)
		}
		parent := l.post(t, approved)
		reply := l.post(t, approved, func(n *storage.NewComment) { n.Comment.ParentID = parent.ID })
		l.decide(t, ann, parent.ID, rejectSpam)
		_, err = l.FeatureComment(l.ctx, bob, reply.ID, true)
		wantKind(t, err, models.KindConflict) // nobody sees it
	},
}
