package storagetest

import (
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var redactionTests = map[string]func(*testing.T, *fixture){
	"the public reads the mark, and moderators both": func(t *testing.T, l *fixture) {
		c := l.post(t, withBody("Ask Jo Tide, 12 Quay Street"), approved)
		l.index(t)
		version := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)
		c = l.redact(t, c, [2]int{13, 27})
		equal(t, "text", c.Body, "Ask Jo Tide, [removed]")
		if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) <= version {
			t.Fatal("the version for readers did not grow")
		}
		shown, err := l.ArticleComments(l.ctx, "gazette", "a1", false, 10, "")
		ok(t, err)
		equal(t, "the public reads", shown.Comments[0].Body, c.Body)
		c = l.redact(t, c, [2]int{4, 11})
		d := must(l.Detail(l.ctx, bob, c.ID))(t)
		equal(t, "moderators read", d.Revisions[0].Body, "Ask Jo Tide, 12 Quay Street")
		equal(t, "who", d.Revisions[0].ReplacedBy+" "+d.Revisions[1].ReplacedBy, "bob bob")
		equal(t, "redacted, without places of signals", d.Comment.Redacted && d.Verdict.Signals[0].Spans == nil, true)
		l.index(t)
		equal(t, "found by the old words", len(l.bodies(t, ann, models.SearchFilter{}, "quay")), 0)
		for _, want := range []string{"Ask Jo Tide, [removed]", "Ask Jo Tide, 12 Quay Street"} {
			_, err := l.UndoRedaction(l.ctx, ann, c.ID, c.Version-1) // of another one
			wantKind(t, err, models.KindConflict)
			c = must(l.UndoRedaction(l.ctx, ann, c.ID, c.Version))(t)
			equal(t, "put back", c.Body, want)
			equal(t, "still redacted", c.Redacted, want == "Ask Jo Tide, [removed]")
		}
		equal(t, "version", c.Version, 5)
		_, err = l.UndoRedaction(l.ctx, ann, c.ID, c.Version)
		wantKind(t, err, models.KindConflict)
		l.index(t)
		equal(t, "found again", len(l.bodies(t, ann, models.SearchFilter{}, "quay")), 1)
		equal(t, "revisions", len(must(l.Detail(l.ctx, bob, c.ID))(t).Revisions), 0)
		Counters(t, l.url)
	},
	"who may not, and when not": func(t *testing.T, l *fixture) {
		c := l.post(t, withBody("what nobody shall read"))
		all := models.Redaction{Version: 1, Spans: [][2]int{{0, 4}}, Mark: "[x]"}
		for _, other := range []models.Caller{eve, nobody} {
			_, err := l.Redact(l.ctx, other, c.ID, all)
			wantKind(t, err, models.KindNotFound)
		}
		_, err := l.Redact(l.ctx, bob, c.ID, models.Redaction{Version: 2, Spans: all.Spans})
		wantKind(t, err, models.KindConflict)
		_, err = l.Redact(l.ctx, bob, c.ID, models.Redaction{Version: 1, Spans: [][2]int{{0, 99}}})
		wantKind(t, err, models.KindInvalid)
		must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 1}, time.Minute))(t)
		_, err = l.Redact(l.ctx, bob, c.ID, all)
		wantKind(t, err, models.KindConflict)
		must(l.Redact(l.ctx, ann, c.ID, all))(t)
		must(l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", Name: "Reader"}))(t)
		for _, undo := range []func() (models.Comment, error){
			func() (models.Comment, error) { return l.Redact(l.ctx, ann, c.ID, all) },
			func() (models.Comment, error) { return l.UndoRedaction(l.ctx, ann, c.ID, c.Version) },
		} {
			_, err = undo()
			wantKind(t, err, models.KindConflict)
		}
	},
	"labels lose the words too": func(t *testing.T, l *fixture) {
		labels := func() (all string) {
			for label, err := range l.Labels(l.ctx, "", time.Time{}) {
				ok(t, err)
				all += string(label.Label) + ": " + label.Text + "; "
			}
			return all
		}
		c := l.post(t, withBody("they are vermin, I say"))
		first, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse})
		ok(t, err)
		const abuse = "abuse: they are vermin, I say; "
		equal(t, "of the first decision", labels(), abuse)
		c = l.redact(t, must(l.Comment(l.ctx, c.ID))(t), [2]int{9, 15})
		const redacted = "abuse: they are [removed], I say; "
		equal(t, "redacted", labels(), redacted)
		again, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		equal(t, "of the second decision", again.Label, "")
		equal(t, "after it", labels(), redacted)
		_, err = l.UndoRedaction(l.ctx, bob, c.ID, must(l.Comment(l.ctx, c.ID))(t).Version)
		wantKind(t, err, models.KindConflict)
		mentions(t, err, "ann approved it")
		_, _, err = l.Undo(l.ctx, ann, again.ID)
		ok(t, err)
		equal(t, "after the undo", labels(), redacted)
		_, _, err = l.Undo(l.ctx, bob, first.ID) // the redaction is no edit of the author
		ok(t, err)
		equal(t, "after both", labels(), "")
		must(l.UndoRedaction(l.ctx, bob, c.ID, must(l.Comment(l.ctx, c.ID))(t).Version))(t)
		l.decide(t, bob, c.ID, models.DecisionRequest{Action: models.Approve})
		equal(t, "of the whole text again", labels(), "ham: they are vermin, I say; ")
	},
	"labels of an earlier text lose the words": func(t *testing.T, l *fixture) {
		c := l.post(t, withBody("they are vermin, I say"))
		l.decide(t, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse})
		p := 0.1
		c = must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{
			Body: "vermin, not vermins", Status: models.Approved, Verdict: models.Verdict{Spam: &p, Action: models.Approve},
		}))(t)
		l.redact(t, c, [2]int{0, 6})
		for label, err := range l.Labels(l.ctx, "", time.Time{}) {
			ok(t, err)
			equal(t, "label", label.Text, "they are [removed], I say")
		}
	},
	"nobody takes a second look at another text": func(t *testing.T, l *fixture) {
		all := 1.0
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.SecondLook = &all; return nil }))(t)
		looks := func() int { return len(must(l.ClaimSecondLooks(l.ctx, ann, "gazette", 5, time.Minute))(t)) }
		c := l.post(t, withBody("he lives at the lock"))
		l.decide(t, bob, c.ID, models.DecisionRequest{Action: models.Approve})
		equal(t, "second looks", looks(), 1)
		c = l.redact(t, must(l.Comment(l.ctx, c.ID))(t), [2]int{12, 20})
		equal(t, "after the redaction", looks(), 0)
		must(l.UndoRedaction(l.ctx, bob, c.ID, must(l.Comment(l.ctx, c.ID))(t).Version))(t)
		equal(t, "after its undo", looks(), 1)
	},
	"its author cannot put the words back": func(t *testing.T, l *fixture) {
		c := l.post(t, withBody("a slur and a wave"), approved)
		c = l.redact(t, c, [2]int{2, 6})
		p := 0.1
		c = must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{
			Body: "a slur and a wave", Status: models.Approved, Verdict: models.Verdict{Spam: &p, Action: models.Approve},
		}))(t)
		equal(t, "after the edit", string(c.Status+" "+models.Status(c.Reason)), "pending edited")
		equal(t, "redacted", c.Redacted, false)
		_, err := l.UndoRedaction(l.ctx, ann, c.ID, c.Version)
		wantKind(t, err, models.KindConflict)
	},
}

// redact takes a span out of a comment.
func (l *fixture) redact(t testing.TB, c models.Comment, span [2]int) models.Comment {
	t.Helper()
	return must(l.Redact(l.ctx, bob, c.ID, models.Redaction{Version: c.Version, Spans: [][2]int{span}, Mark: "[removed]"}))(t)
}
