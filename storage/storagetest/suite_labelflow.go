package storagetest

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var labelFlowTests = map[string]func(*testing.T, *fixture){
	"texts with labels of two classes are listed":   conflictsAreListed,
	"second looks are counted by moderator":         looksAreCountedByModerator,
	"golden examples are added, listed and removed": goldenExamples,
	"trusted authors are vouched for":               vouchedLabels,
	"an import tells authors apart":                 importTellsAuthorsApart,
	"a second look that agrees with the filter gives a label": func(t *testing.T, l *fixture) {
		good := l.post(t, approved, lookedAgain(1))
		bad := l.post(t, rejected, lookedAgain(1))
		rude := l.post(t, rejected, lookedAgain(1))
		other := l.post(t, rejected, lookedAgain(1))
		l.answer(t, bob, map[string]models.DecisionRequest{
			good.ID: approveIt, bad.ID: rejectSpam, rude.ID: {Action: models.Reject, Reason: models.ReasonAbuse},
			other.ID: {Action: models.Reject, Reason: models.ReasonOffTopic},
		})
		equal(t, "good", l.inForce(t, good), "ham by bob sample 1")
		equal(t, "bad", l.inForce(t, bad), "spam by bob sample 1")
		equal(t, "rude", l.inForce(t, rude), "abuse by bob sample 1")
		equal(t, "off topic", l.inForce(t, other), "")
		equal(t, "status", must(l.Comment(l.ctx, good.ID))(t).Version, 1)
	},
	"a label knows the share of second looks": func(t *testing.T, l *fixture) {
		var c models.Comment
		for l.count(t, `SELECT count(*) FROM second_looks`)[0] == 0 {
			c = l.post(t, approved, lookedAgain(0.25))
		}
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: approveIt})
		equal(t, "label", l.inForce(t, c), "ham by bob sample 0.25")
	},
	"a second look that disagrees with the filter gives a label until the decision": func(t *testing.T, l *fixture) {
		c, other := l.post(t, approved, lookedAgain(1)), l.post(t, approved, lookedAgain(1))
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: rejectSpam, other.ID: {Action: models.Reject, Reason: models.ReasonOffTopic}})
		equal(t, "label", l.inForce(t, c), "spam by bob sample 1")
		equal(t, "status", must(l.Comment(l.ctx, c.ID))(t).Status, models.Pending)
		equal(t, "off topic", l.inForce(t, other), "")
		d := l.decide(t, ann, c.ID, approveIt)
		equal(t, "label", l.inForce(t, c), "ham by ann sample 1")
		_, _, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		equal(t, "undone", l.inForce(t, c), "spam by bob sample 1")
	},
	"a second look that disagrees with a moderator leaves the label to a third": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		c := l.post(t)
		l.decide(t, ann, c.ID, approveIt)
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: rejectSpam})
		equal(t, "label", l.inForce(t, c), "")
	},
	"a second look at what the filter did leaves the label of a contrary decision to a third": func(t *testing.T, l *fixture) {
		c := l.post(t, approved, lookedAgain(1))
		l.decide(t, ann, c.ID, approveIt)
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: rejectSpam})
		equal(t, "label", l.inForce(t, c), "")
	},
	"a decision replaces the label of a second look, and undo restores it": func(t *testing.T, l *fixture) {
		c := l.post(t, approved, inSample(5))
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: approveIt})
		d := l.decide(t, ann, c.ID, rejectSpam)
		equal(t, "label", l.inForce(t, c), "spam by ann sample 1")
		_, _, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		equal(t, "undone", l.inForce(t, c), "ham by bob sample 1")
	},
	"reports take the label of a second look back": func(t *testing.T, l *fixture) {
		c, alone := l.post(t, approved, lookedAgain(1)), l.post(t, approved)
		l.answer(t, bob, map[string]models.DecisionRequest{c.ID: approveIt})
		for _, who := range []string{"author 1", "author 2", "author 3"} {
			equal(t, "label", l.inForce(t, c), "ham by bob sample 1")
			must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: who}))(t)
			must(l.Flag(l.ctx, gazette, alone.ID, storage.Report{Who: who}))(t)
		}
		equal(t, "reported", l.inForce(t, c), "")
		l.decide(t, ann, alone.ID, rejectSpam)
		equal(t, "alone", l.inForce(t, alone), "spam by ann report 0")
		d := l.decide(t, ann, c.ID, approveIt)
		equal(t, "decided", l.inForce(t, c), "ham by ann report 0")
		_, _, err := l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		equal(t, "undone", l.inForce(t, c), "")
	},
	"an edit takes a ham label back, and no other": func(t *testing.T, l *fixture) {
		good, bad := l.post(t, approved, lookedAgain(1)), l.post(t, rejected, lookedAgain(1))
		l.answer(t, bob, map[string]models.DecisionRequest{good.ID: approveIt, bad.ID: rejectSpam})
		for _, id := range []string{good.ID, bad.ID} {
			must(l.EditComment(l.ctx, gazette, id, storage.CommentEdit{Body: "edited", Status: models.Approved}))(t)
		}
		equal(t, "good", l.inForce(t, good), "")
		equal(t, "bad", l.inForce(t, bad), "spam by bob sample 1")
	},
	"a decision without reports or a second look says not why": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		l.decide(t, ann, c.ID, rejectSpam)
		equal(t, "label", l.inForce(t, c), "spam by ann  0")
		reported := l.post(t, approved)
		must(l.Flag(l.ctx, gazette, reported.ID, storage.Report{Who: "author 1"}))(t)
		l.decide(t, ann, reported.ID, rejectSpam)
		equal(t, "reported once", l.inForce(t, reported), "spam by ann report 0")
	},
	"the first comments of a site are looked at": func(t *testing.T, l *fixture) {
		held := l.post(t, inSample(4))
		first := l.post(t, approved, inSample(4), lookedAgain(0.001))
		l.post(t, rejected, inSample(4))
		l.post(t, onSite("tribune"), approved, inSample(0))
		status := func() models.TrainingSampleStatus {
			s := must(l.SecondLookState(l.ctx, bob, "gazette"))(t)
			return *s.Sites[0].TrainingSample
		}
		must(l.UpdateSite(l.ctx, operator, "gazette", func(s *models.Site) error { n := 4; s.TrainingSample = &n; return nil }))(t)
		equal(t, "before", status(), models.TrainingSampleStatus{Looked: 0, Arrived: 3, Total: 4})
		for range 3 { // one more than there is room for
			l.post(t, approved, inSample(4))
		}
		equal(t, "open", must(l.SecondLookState(l.ctx, bob, ""))(t).Open, 3)
		wantKind(t, l.stateError(eve), models.KindNotFound)
		looks := l.looks(t, bob) // of one moderator alone
		equal(t, "looks", len(looks), 3)
		equal(t, "the oldest first", looks[0].Comment.Body, first.Body)
		must(l.DecideSecondLook(l.ctx, bob, looks[0].ID, approveIt))(t)
		equal(t, "label", l.inForce(t, first), "ham by bob sample 1")
		l.decide(t, bob, held.ID, rejectSpam)
		equal(t, "label", l.inForce(t, held), "spam by bob held 1")
		equal(t, "after", status(), models.TrainingSampleStatus{Looked: 2, Arrived: 4, Total: 4})
		l.clock.Advance(60 * 24 * time.Hour)
		must(l.Purge(l.ctx))(t)
		equal(t, "two months later", len(l.looks(t, bob)), 2)
		must(l.UpdateSite(l.ctx, operator, "gazette", func(s *models.Site) error { n := 0; s.TrainingSample = &n; return nil }))(t)
		if must(l.SecondLookState(l.ctx, bob, "gazette"))(t).Sites[0].TrainingSample != nil {
			t.Error("a site without a training sample has a status of it")
		}
	},
	"a training sample is exact when many comments arrive at once": func(t *testing.T, l *fixture) {
		for range 2 {
			together(30, func(int) {
				p := 0.1
				_, _, _, err := l.CreateComment(l.ctx, storage.NewComment{
					Comment:        models.Comment{Site: "gazette", Article: models.Article{ID: "a"}, Body: "b", Status: models.Approved},
					Verdict:        models.Verdict{Spam: &p, Action: models.Approve},
					TrainingSample: 40,
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		equal(t, "members", l.count(t, `SELECT count(*) FROM training_sample`)[0], 40)
		equal(t, "looks", l.count(t, `SELECT count(*) FROM second_looks`)[0], 40)
	},
}

var (
	approveIt  = models.DecisionRequest{Action: models.Approve}
	rejectSpam = models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}
)

func rejected(n *storage.NewComment) {
	n.Comment.Status, n.Comment.Reason = models.Rejected, models.ReasonSpam
	n.Verdict.Action = models.Reject
}

func inSample(size int) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.TrainingSample = size }
}

func (l *fixture) decide(t testing.TB, by models.Caller, id string, d models.DecisionRequest) models.Decision {
	t.Helper()
	made, _, err := l.Decide(l.ctx, by, id, d)
	ok(t, err)
	return made
}

// answer decides the second looks of comments, whose ids a moderator does not see.
func (l *fixture) answer(t testing.TB, by models.Caller, decisions map[string]models.DecisionRequest) {
	t.Helper()
	ids := map[string]string{}
	for id := range decisions {
		ids[must(l.Comment(l.ctx, id))(t).Body] = id
	}
	answered := 0
	for _, look := range l.looks(t, by) {
		if d, ok := decisions[ids[look.Comment.Body]]; ok {
			must(l.DecideSecondLook(l.ctx, by, look.ID, d))(t)
			answered++
		}
	}
	equal(t, "answered", answered, len(decisions))
}

// inForce describes the label of a comment's text as it was posted.
func (l *fixture) inForce(t testing.TB, c models.Comment) string {
	t.Helper()
	found := ""
	for label, err := range l.Labels(l.ctx, "", time.Time{}) {
		ok(t, err)
		if label.Text != c.Body {
			continue
		}
		if found != "" {
			t.Errorf("two labels of %q are in force", c.Body)
		}
		found = fmt.Sprintf("%s by %s %s %g", label.Label, label.LabelledBy, label.SelectedBy, label.SelectionRate)
	}
	return found
}

func (l *fixture) stateError(by models.Caller) error {
	_, err := l.SecondLookState(l.ctx, by, "gazette")
	return err
}
