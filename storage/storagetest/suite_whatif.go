package storagetest

import (
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

// texts returns the texts of a window.
func texts(t *testing.T, l *fixture, w storage.Window) string {
	t.Helper()
	var all []string
	for c, err := range l.WindowComments(l.ctx, w) {
		ok(t, err)
		all = append(all, c.Body)
	}
	return strings.Join(all, " ")
}

var whatIfTests = map[string]func(*testing.T, *fixture){
	"a window has the last comments of a site at its moment, oldest first": func(t *testing.T, l *fixture) {
		equal(t, "without comments", texts(t, l, must(l.LastComments(l.ctx, "gazette", 5))(t)), "")
		for _, body := range strings.Fields("oak elm ash") {
			l.post(t, withBody(body))
		}
		l.post(t, withBody("of the tribune"), onSite("tribune"))
		for limit, want := range map[int]string{1: "ash", 2: "elm ash", 3: "oak elm ash", 4: "oak elm ash"} {
			equal(t, "window", texts(t, l, must(l.LastComments(l.ctx, "gazette", limit))(t)), want)
		}
		w := must(l.LastComments(l.ctx, "gazette", 2))(t)
		l.post(t, withBody("fir"))
		equal(t, "window of before", texts(t, l, w), "elm ash")
	},
	"a window of several pages has each comment once": func(t *testing.T, l *fixture) {
		together(8, func(int) {
			for range 160 {
				_, _, _, err := l.CreateComment(l.ctx, storage.NewComment{Comment: models.Comment{
					Site: "gazette", Article: models.Article{ID: "a1"}, Author: models.Author{Name: "Reader"}, Body: "leaf", Status: models.Approved,
				}})
				ok(t, err)
			}
		})
		seen := map[string]bool{}
		for c, err := range l.WindowComments(l.ctx, must(l.LastComments(l.ctx, "gazette", 1100))(t)) {
			ok(t, err)
			seen[c.ID] = true
		}
		equal(t, "comments", len(seen), 1100)
	},
	"an edited comment has its first text, and an erased one none": func(t *testing.T, l *fixture) {
		c := l.post(t, approved, withBody("first"))
		for _, body := range []string{"second", "third"} {
			must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: body, Status: models.Approved, Verdict: l.new(approved).Verdict}))(t)
		}
		l.post(t, withBody("erased"), by(models.Author{ID: "u9", Name: "Nine"}))
		_, err := l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", ID: "u9"})
		ok(t, err)
		equal(t, "texts", texts(t, l, must(l.LastComments(l.ctx, "gazette", 9))(t)), "first ")
	},
	"what came too fast is known": func(t *testing.T, l *fixture) {
		l.post(t, func(n *storage.NewComment) {
			n.Comment.Status, n.Comment.Reason = models.Pending, models.ReasonTooFast
			n.Verdict.Action, n.Verdict.Reason = models.Hold, models.ReasonTooFast
		})
		for c, err := range l.WindowComments(l.ctx, must(l.LastComments(l.ctx, "gazette", 9))(t)) {
			ok(t, err)
			equal(t, "too fast", c.TooFast, true)
			equal(t, "honeypot", c.Honeypot, false)
		}
	},
	"the honeypot is known whatever a moderator decided": func(t *testing.T, l *fixture) {
		c := l.post(t, func(n *storage.NewComment) {
			n.Comment.Status, n.Comment.Reason = models.Rejected, models.ReasonHoneypot
			n.Verdict.Action, n.Verdict.Reason = models.Reject, models.ReasonHoneypot
		})
		must2(l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve}))(t)
		l.post(t)
		var seen []bool
		for c, err := range l.WindowComments(l.ctx, must(l.LastComments(l.ctx, "gazette", 9))(t)) {
			ok(t, err)
			seen = append(seen, c.Honeypot)
		}
		if len(seen) != 2 || !seen[0] || seen[1] {
			t.Fatal(seen)
		}
	},
	"records and rejections are those from before the window": func(t *testing.T, l *fixture) {
		u := by(models.Author{ID: "u1", Name: "One"})
		begin := l.clock.Now()
		old := l.post(t, u)
		l.post(t, u, approved)
		must2(l.Decide(l.ctx, ann, old.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}))(t)
		inside := l.post(t, u, approved)
		must2(l.Decide(l.ctx, ann, inside.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}))(t)
		l.post(t, u, approved)
		l.post(t) // without an id
		w := must(l.LastComments(l.ctx, "gazette", 3))(t)
		records := must(l.RecordsBefore(l.ctx, w))(t)
		equal(t, "authors", len(records), 1)
		equal(t, "record", records["u1"], models.AuthorRecord{Approved: 1, Rejected: 1})
		equal(t, "rejections", len(must(l.RejectionsBefore(l.ctx, w, "u1", begin, 10))(t)), 1)
		equal(t, "later rejections", len(must(l.RejectionsBefore(l.ctx, w, "u1", begin.Add(time.Hour), 10))(t)), 0)
		equal(t, "of all comments", len(must(l.RecordsBefore(l.ctx, must(l.LastComments(l.ctx, "gazette", 99))(t)))(t)), 0)
	},
	"decisions come with those that were undone": func(t *testing.T, l *fixture) {
		c, other := l.post(t), l.post(t)
		d := must2(l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Approve}))(t)
		must2(l.Decide(l.ctx, ann, other.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}))(t)
		_, _, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		var seen []models.Decision
		for d, err := range l.WindowDecisions(l.ctx, must(l.LastComments(l.ctx, "gazette", 9))(t)) {
			ok(t, err)
			seen = append(seen, d)
		}
		if len(seen) != 2 || seen[0].ID != d.ID || seen[0].UndoneAt == nil ||
			seen[1].CommentID != other.ID || seen[1].Action != models.Reject || seen[1].UndoneAt != nil {
			t.Fatal(seen)
		}
	},
	"second looks come when they are decided": func(t *testing.T, l *fixture) {
		c := l.post(t, approved, lookedAgain(1))
		l.post(t, approved, lookedAgain(1))
		look := must(l.ClaimSecondLooks(l.ctx, ann, "gazette", 1, time.Minute))(t)[0]
		must(l.DecideSecondLook(l.ctx, ann, look.ID, models.DecisionRequest{Action: models.Approve}))(t)
		var seen []storage.Look
		for l, err := range l.WindowLooks(l.ctx, must(l.LastComments(l.ctx, "gazette", 9))(t)) {
			ok(t, err)
			seen = append(seen, l)
		}
		if len(seen) != 1 || seen[0].CommentID != c.ID || seen[0].Action != models.Approve || seen[0].At.IsZero() {
			t.Fatal(seen)
		}
	},
	"what an author has published before a window is counted up to a limit": func(t *testing.T, l *fixture) {
		u := by(models.Author{Name: "Una"})
		for range 4 {
			l.post(t, u, approved)
		}
		l.post(t, u)
		l.post(t, u, approved)
		key := models.Author{Name: "Una"}.Key()
		for limit, want := range map[int]int{9: 4, 3: 3} {
			equal(t, "published", must(l.ApprovedBefore(l.ctx, must(l.LastComments(l.ctx, "gazette", 2))(t), key, limit))(t), want)
		}
		equal(t, "before all", must(l.ApprovedBefore(l.ctx, must(l.LastComments(l.ctx, "gazette", 9))(t), key, 9))(t), 0)
	},
	"posted comments have their first texts": func(t *testing.T, l *fixture) {
		c := l.post(t, approved, withBody("first"))
		must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "second", Status: models.Approved, Verdict: l.new(approved).Verdict}))(t)
		all := must(l.LastComments(l.ctx, "gazette", 9))(t)
		found := must(l.PostedComments(l.ctx, all, []string{c.ID, "unknown"}))(t)
		equal(t, "comments", len(found), 1)
		equal(t, "text", found[c.ID].Body, "first")
		equal(t, "of none", len(must(l.PostedComments(l.ctx, all, nil))(t)), 0)
	},
}

// must2 is must for a call with a second result, which is not needed.
func must2[T, U any](v T, _ U, err error) func(testing.TB) T { return must(v, err) }
