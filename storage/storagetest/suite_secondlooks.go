package storagetest

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var secondLookTests = map[string]func(*testing.T, *fixture){
	"a share of comments is sampled": func(t *testing.T, l *fixture) {
		for i := range 400 {
			l.post(t, approved, lookedAgain(0.1))
			if i < 200 {
				l.post(t, lookedAgain(1)) // pending: no automatic decision
			}
		}
		sampled := l.count(t, `SELECT count(*) FROM second_looks WHERE of = 'machine'`)[0]
		if sampled < 15 || sampled > 70 { // 40, within four standard deviations
			t.Errorf("%d of 400 were sampled", sampled)
		}
		l.share(t, 0)
		l.decisions(t, 20)
		l.share(t, 1)
		l.decisions(t, 20)
		equal(t, "of decisions", l.count(t, `SELECT count(*) FROM second_looks WHERE of = 'decision'`)[0], 20)
	},
	"a second look is blind and not for the first moderator": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		parent := l.post(t, withBody("the question"), fromHousehold("Reader", "h1"))
		c := l.post(t, below(parent), fromHousehold("Reader", "h1"))
		_, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		equal(t, "ann's", len(l.looks(t, ann)), 0)
		equal(t, "eve's", len(l.looks(t, eve)), 0)
		_, err = l.ClaimSecondLooks(l.ctx, eve, "gazette", 5, time.Minute)
		wantKind(t, err, models.KindNotFound)
		looks := l.looks(t, bob)
		equal(t, "bob's", len(looks), 1)
		shown := fmt.Sprintf("%+v %+v", looks[0], *looks[0].Parent)
		if !strings.Contains(shown, c.Body) || !strings.Contains(shown, "the question") {
			t.Errorf("incomplete: %s", shown)
		}
		for _, secret := range []string{"rejected", "spam", "ann", "pending", c.ID} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q is shown: %s", secret, shown)
			}
		}
		equal(t, "bob's again", l.looks(t, bob)[0].ID, looks[0].ID)
		cid := models.Caller{Kind: models.ByModerator, Name: "cid"}
		equal(t, "cid's, while bob has it", len(l.looks(t, cid)), 0)
		_, err = l.DecideSecondLook(l.ctx, cid, looks[0].ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindConflict)
		_, err = l.DecideSecondLook(l.ctx, bob, "none\x00", models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindNotFound)
		_, err = l.DecideSecondLook(l.ctx, bob, looks[0].ID, models.DecisionRequest{Action: models.Hold})
		wantKind(t, err, models.KindInvalid)
		l.clock.Advance(time.Hour)
		equal(t, "cid's, when the lease has ended", len(l.looks(t, cid)), 1)
		_, err = l.DecideSecondLook(l.ctx, bob, looks[0].ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindConflict)
	},
	"agreement changes nothing, disagreement reopens the comment": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		good, bad := l.post(t), l.post(t)
		_, _, err := l.Decide(l.ctx, ann, good.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		first, _, err := l.Decide(l.ctx, ann, bad.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		ok(t, err)
		machine := l.post(t, approved, lookedAgain(1))
		looks := l.looks(t, bob)
		equal(t, "looks", len(looks), 3)
		for i, c := range []models.Comment{good, bad, machine} {
			equal(t, "body", looks[i].Comment.Body, c.Body)
			o := must(l.DecideSecondLook(l.ctx, bob, looks[i].ID, models.DecisionRequest{Action: models.Approve, Note: "n\x00"}))(t)
			equal(t, "agreed", o.Agreed, i != 1)
			_, err := l.DecideSecondLook(l.ctx, bob, looks[i].ID, models.DecisionRequest{Action: models.Approve})
			wantKind(t, err, models.KindConflict)
			mentions(t, err, "bob")
		}
		equal(t, "good", must(l.Comment(l.ctx, good.ID))(t).Version, 2)
		equal(t, "its label", l.label(t, good.ID), models.Ham)
		now := must(l.Comment(l.ctx, bad.ID))(t)
		equal(t, "bad", now.Status, models.Pending)
		equal(t, "because", now.Reason, models.ReasonSecondLook)
		equal(t, "its label", l.label(t, bad.ID), "")
		equal(t, "in the queue", must(l.Queue(l.ctx, ann, models.QueueFilter{Reason: models.ReasonSecondLook}))(t).Total, 1)
		s := must(l.SecondLookStats(l.ctx, ann, "gazette"))(t)
		equal(t, "kappa", *s.Decision.Kappa, 0)
		s.Decision.Kappa = nil
		equal(t, "figures", s, storage.SecondLookStats{
			Decision: storage.SecondLookAgreement{ApprovedApproved: 1, RejectedApproved: 1}, Machine: storage.SecondLookAgreement{ApprovedApproved: 1},
		})
		equal(t, "in the statistics", must(l.Stats(l.ctx, ann, ""))(t).SecondLooks.Machine, s.Machine)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.second_look"})
		ok(t, err)
		equal(t, "in the trail", len(rows), 3)
		mentions(t, fmt.Errorf("%s", rows[1].After), `"status":"pending","reason":"second_look","version":3,"action":"approve","agreed":false`)

		editors, _, err := l.Decide(l.ctx, ann, bad.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		equal(t, "its label", l.label(t, bad.ID), models.Ham)
		_, comments, err := l.Undo(l.ctx, ann, editors.ID)
		ok(t, err)
		equal(t, "undone", comments[0].Reason, models.ReasonSecondLook)
		equal(t, "its label", l.label(t, bad.ID), "")
		_, comments, err = l.Undo(l.ctx, ann, first.ID)
		ok(t, err)
		equal(t, "undone", comments[0].Reason, models.ReasonSpam)
		l.verify(t)
	},
	"kappa matches a reference value": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		var ids []string
		for range 10 { // 4 approved twice, 1 approved and rejected, 2 rejected and approved, 3 rejected twice
			ids = append(ids, l.post(t).ID)
		}
		word := func(approve bool) models.DecisionRequest {
			if approve {
				return models.DecisionRequest{Action: models.Approve}
			}
			return models.DecisionRequest{Action: models.Reject}
		}
		for i, id := range ids {
			_, _, err := l.Decide(l.ctx, ann, id, word(i < 5))
			ok(t, err)
		}
		if must(l.SecondLookStats(l.ctx, ann, ""))(t).Decision.Kappa != nil {
			t.Error("kappa of nothing")
		}
		for i, look := range l.looks(t, bob) {
			must(l.DecideSecondLook(l.ctx, bob, look.ID, word(i < 4 || i == 5 || i == 6)))(t)
		}
		a := must(l.SecondLookStats(l.ctx, ann, ""))(t).Decision
		if k := *a.Kappa; math.Abs(k-0.4) > 1e-9 { // observed 0.7, by chance 0.5
			t.Errorf("kappa %v of %+v", k, a)
		}
		Counters(t, l.url)
	},
	"a second look ends with its decision": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		undone, changed, forgotten := l.post(t), l.post(t), l.post(t)
		d, _, err := l.Decide(l.ctx, ann, undone.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		_, _, err = l.Decide(l.ctx, ann, changed.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		looks := l.looks(t, bob)
		equal(t, "looks", len(looks), 2)
		_, _, err = l.Undo(l.ctx, ann, d.ID)
		ok(t, err)
		_, err = l.DecideSecondLook(l.ctx, bob, looks[0].ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindNotFound)
		_, _, err = l.Decide(l.ctx, ann, changed.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		_, err = l.DecideSecondLook(l.ctx, bob, looks[1].ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindConflict)
		equal(t, "looks at the second decision", len(l.looks(t, bob)), 1)

		_, _, err = l.Decide(l.ctx, ann, forgotten.ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		l.clock.Advance(15 * 24 * time.Hour)
		equal(t, "looks after two weeks", len(l.looks(t, bob)), 0)
		must(l.Purge(l.ctx))(t)
		equal(t, "rows", l.count(t, `SELECT count(*) FROM second_looks`)[0], 0)
	},
	"no second look is claimed twice": func(t *testing.T, l *fixture) {
		l.share(t, 1)
		l.decisions(t, 60)
		var mu sync.Mutex
		claimed := map[string]string{}
		together(6, func(p int) {
			who := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", p)}
			for range 3 {
				looks, err := l.ClaimSecondLooks(l.ctx, who, "", 4, time.Hour)
				if err != nil {
					t.Error(err)
				}
				for _, look := range looks {
					mu.Lock()
					if other := claimed[look.ID]; other != "" {
						t.Errorf("%s was claimed by %s and %s", look.ID, other, who.Name)
					}
					claimed[look.ID] = who.Name
					mu.Unlock()
					action := []models.Action{models.Approve, models.Reject}[p%2]
					if _, err := l.DecideSecondLook(l.ctx, who, look.ID, models.DecisionRequest{Action: action}); err != nil {
						t.Error(err)
					}
				}
			}
		})
		Counters(t, l.url)
		l.verify(t)
	},
}

func lookedAgain(share float64) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.SecondLook = share }
}

// share sets the share of second looks.
func (l *fixture) share(t testing.TB, share float64) {
	t.Helper()
	must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error {
		s.SecondLook = &share
		return nil
	}))(t)
}

func (l *fixture) looks(t testing.TB, by models.Caller) []models.SecondLook {
	t.Helper()
	return must(l.ClaimSecondLooks(l.ctx, by, "", 20, 5*time.Minute))(t)
}
