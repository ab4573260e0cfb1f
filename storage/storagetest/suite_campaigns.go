package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var campaignMemberTests = map[string]func(*testing.T, *fixture){
	"the published comments of a held campaign are pulled back": testPullBack,
	"what a moderator has approved stays published":             testPullBackByHand,
	"old comments stay published":                               testPullBackWindow,
	"a comment that comes late is pulled back at once":          testPullBackLate,
	"decisions on a campaign are counted":                       testCampaignDecisions,
	"a campaign is decided text by text":                        testCampaignTexts,
	"a text that was edited is another one":                     testCampaignTextEdited,
	"an undo restores every comment of a campaign":              testUndoCampaign,
	"an undo pulls back what was published by the approval":     testUndoPullsBack,
	"what an editor decides of an escalated one is counted":     testEscalatedCampaign,
	"decisions on comments with links are listed":               testDecidedLinks,
	"copies that are stored at the same time":                   testPullBackTogether,
	"recent members are listed in their order":                  testRecentCampaigns,
}

// member makes a comment the n-th of a campaign.
func member(id string, n int, held bool) func(*storage.NewComment) {
	return func(c *storage.NewComment) {
		if c.Comment.Author = (models.Author{Name: fmt.Sprint("Copyist ", n)}); held {
			c.Comment.Status, c.Comment.Reason = models.Pending, models.ReasonCampaign
		} else {
			approved(c)
		}
		c.Comment.Article = models.Article{ID: fmt.Sprint("a", n)}
		if c.Campaign = (models.Campaign{ID: id, Count: n, Authors: n, Articles: n, Held: held}); n == 1 {
			c.Comment.ID = id
		}
	}
}

const firstOfCampaign = "01950000-0000-7000-8000-000000000001"

// campaign posts n comments of a campaign, the last of which is held.
func (l *fixture) campaign(t *testing.T, n int) (ids []string) {
	t.Helper()
	for i := 1; i <= n; i++ {
		ids = append(ids, l.post(t, member(firstOfCampaign, i, i == n)).ID)
	}
	return ids
}

func (l *fixture) statusOf(t *testing.T, ids []string) (s string) {
	t.Helper()
	for _, id := range ids {
		s += string(must(l.Comment(l.ctx, id))(t).Status[0])
	}
	return s
}

func testPullBack(t *testing.T, l *fixture) {
	other := l.post(t, approved, onArticle("other"))
	ids := l.campaign(t, 5)
	equal(t, "statuses", l.statusOf(t, append(ids, other.ID)), "ppppp"+"a")
	page := must(l.Queue(l.ctx, ann, models.QueueFilter{Grouped: true}))(t)
	equal(t, "items", page.Total, 1)
	equal(t, "pending", page.Items[0].Campaign.Pending, 5)
	equal(t, "pulled back", page.Items[0].PulledBack, true)
	equal(t, "searched", must(l.Queue(l.ctx, ann, models.QueueFilter{Query: "copyist 1"}))(t).Total, 1)
	Counters(t, l.url)
	rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.pull_back"})
	ok(t, err)
	equal(t, "audit rows", len(rows), 4)
	equal(t, "actor", rows[0].Actor, "system")
	equal(t, "before", string(rows[0].Before), `{"status":"approved","version":1}`)
	events := must(l.EventsSince(l.ctx, 0, 100))(t)
	changed := 0
	for _, e := range events {
		if e.Kind == models.CommentChanged && e.Status == models.Pending {
			changed++
		}
	}
	equal(t, "events", changed, 4)
	if page := must(l.ArticleComments(l.ctx, "gazette", "a1", false, 10, ""))(t); page.Total != 0 || page.Version < 2 {
		t.Errorf("the first article has %+v", page)
	}

	batch, done, _, err := l.DecideFiltered(l.ctx, bob, models.QueueFilter{Campaign: firstOfCampaign}, models.Expected{Count: 5}, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	equal(t, "decided", len(done), 5)
	equal(t, "rejected", l.statusOf(t, ids), "rrrrr")
	_, _, err = l.Undo(l.ctx, bob, batch)
	ok(t, err)
	equal(t, "undone", l.statusOf(t, ids), "ppppp")
	Counters(t, l.url)
}

func testPullBackByHand(t *testing.T, l *fixture) {
	ids := []string{l.post(t, member(firstOfCampaign, 1, false)).ID, l.post(t, member(firstOfCampaign, 2, false)).ID, l.post(t, member(firstOfCampaign, 3, false)).ID}
	_, _, err := l.Decide(l.ctx, bob, ids[0], models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	undone, _, err := l.Decide(l.ctx, bob, ids[1], models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	_, _, err = l.Undo(l.ctx, bob, undone.ID)
	ok(t, err)
	ids = append(ids, l.post(t, member(firstOfCampaign, 4, true)).ID)
	equal(t, "statuses", l.statusOf(t, ids), "appp")
	Counters(t, l.url)
}

func testPullBackWindow(t *testing.T, l *fixture) {
	ids := []string{l.post(t, member(firstOfCampaign, 1, false)).ID, l.post(t, member(firstOfCampaign, 2, false)).ID}
	l.clock.Advance(models.CampaignWindow - time.Hour)
	ids = append(ids, l.post(t, member(firstOfCampaign, 3, false)).ID)
	l.clock.Advance(2 * time.Hour)
	ids = append(ids, l.post(t, member(firstOfCampaign, 4, true)).ID)
	equal(t, "statuses", l.statusOf(t, ids), "aapp")
	if n := must(l.Purge(l.ctx))(t); n == 0 {
		t.Error("members whose window is over stay in the database")
	}
}

func testPullBackLate(t *testing.T, l *fixture) {
	ids := l.campaign(t, 3)
	late := l.post(t, member(firstOfCampaign, 2, false))
	equal(t, "reply", late.Status, models.Pending)
	equal(t, "statuses", l.statusOf(t, append(ids, late.ID)), "pppp")
	Counters(t, l.url)
}

func testCampaignDecisions(t *testing.T, l *fixture) {
	ids := l.campaign(t, 4)
	count := func(what string, approved, rejected int) {
		t.Helper()
		a, r, err := l.CampaignDecisions(l.ctx, "gazette", firstOfCampaign)
		ok(t, err)
		equal(t, what, [2]int{a, r}, [2]int{approved, rejected})
	}
	count("before", 0, 0)
	batch, _, _, err := l.DecideBatch(l.ctx, bob, ids, models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	count("approved", 4, 0)
	equal(t, "a copy afterwards", l.post(t, member(firstOfCampaign, 5, false)).Status, models.Approved)
	equal(t, "approved of an author", must(l.ApprovedCount(l.ctx, "gazette", "name:Copyist 5"))(t), 1)
	_, _, err = l.Undo(l.ctx, bob, batch)
	ok(t, err)
	count("undone", 0, 0)
	equal(t, "approved of an author after the undo", must(l.ApprovedCount(l.ctx, "gazette", "name:Copyist 5"))(t), 0)
	_, _, err = l.Decide(l.ctx, bob, ids[0], models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	count("rejected", 0, 1)
	count2, rejected, err := l.CampaignDecisions(l.ctx, "gazette", "unknown")
	ok(t, err)
	equal(t, "unknown", [2]int{count2, rejected}, [2]int{0, 0})
	equal(t, "approved of a stranger", must(l.ApprovedCount(l.ctx, "gazette", "name:Nobody"))(t), 0)
}

func testPullBackTogether(t *testing.T, l *fixture) {
	const n = 24
	l.post(t, member(firstOfCampaign, 1, false))
	comments := make([]storage.NewComment, n)
	for i := range comments {
		comments[i] = l.new(member(firstOfCampaign, i+2, i >= n/2))
	}
	together(n, func(i int) {
		if _, _, _, err := l.CreateComment(l.ctx, comments[i]); err != nil {
			t.Error(err)
		}
	})
	page := must(l.Queue(l.ctx, ann, models.QueueFilter{Campaign: firstOfCampaign}))(t)
	equal(t, "pending", page.Total, n+1)
	Counters(t, l.url)
}

func testRecentCampaigns(t *testing.T, l *fixture) {
	l.post(t, member(firstOfCampaign, 1, false))
	l.clock.Advance(models.CampaignWindow)
	second := l.post(t, member(firstOfCampaign, 2, false))
	l.post(t, approved) // too short for a campaign
	third := l.post(t, member(firstOfCampaign, 3, false), onSite("tribune"))
	all := must(l.RecentCampaigns(l.ctx))(t)
	equal(t, "members", len(all), 2)
	equal(t, "first", all[0].Comment.ID, second.ID)
	equal(t, "second", all[1].Comment.ID, third.ID)
	equal(t, "campaign", all[0].Campaign, firstOfCampaign)
	equal(t, "approved", all[0].Approved, 0)
}

// testUndoCampaign has a campaign with comments that were published, held by the model,
// and approved by a moderator before, and a batch that decides what waits.
func testUndoCampaign(t *testing.T, l *fixture) {
	ids := []string{l.post(t, member(firstOfCampaign, 1, false)).ID, l.post(t, member(firstOfCampaign, 2, false)).ID}
	ids = append(ids, l.post(t, member(firstOfCampaign, 3, true), func(c *storage.NewComment) { c.Comment.Reason, c.Campaign.Held = models.ReasonSpam, false }).ID)
	_, _, err := l.Decide(l.ctx, bob, ids[1], models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	for n := 4; n <= 6; n++ {
		ids = append(ids, l.post(t, member(firstOfCampaign, n, n == 6)).ID)
	}
	type state struct {
		status     models.Status
		reason     models.Reason
		pulledBack bool
	}
	states := func() (all []state) {
		pulled := map[string]bool{}
		for _, item := range must(l.Queue(l.ctx, ann, models.QueueFilter{Campaign: firstOfCampaign}))(t).Items {
			pulled[item.Comment.ID] = item.PulledBack
		}
		for _, id := range ids {
			c := must(l.Comment(l.ctx, id))(t)
			all = append(all, state{c.Status, c.Reason, pulled[id]})
		}
		a, r, err := l.CampaignDecisions(l.ctx, "gazette", firstOfCampaign)
		ok(t, err)
		return append(all, state{models.Status(fmt.Sprint(a)), models.Reason(fmt.Sprint(r)), false})
	}
	before := states()
	equal(t, "statuses", l.statusOf(t, ids), "papppp")
	for _, request := range []models.DecisionRequest{{Action: models.Reject, Reason: models.ReasonSpam}, {Action: models.Approve}} {
		batch, done, _, err := l.DecideFiltered(l.ctx, bob, models.QueueFilter{Campaign: firstOfCampaign}, models.Expected{Count: 5}, request)
		ok(t, err)
		equal(t, "decided", len(done), 5)
		_, comments, err := l.Undo(l.ctx, ann, batch)
		ok(t, err)
		equal(t, "undone", len(comments), 5)
		if after := states(); !slices.Equal(after, before) {
			t.Errorf("after the undo of %s: %+v, before %+v", request.Action, after, before)
		}
		Counters(t, l.url)
	}
}

func testUndoPullsBack(t *testing.T, l *fixture) {
	ids := l.campaign(t, 4)
	batch, _, _, err := l.DecideBatch(l.ctx, bob, ids, models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	ids = append(ids, l.post(t, member(firstOfCampaign, 5, false)).ID, l.post(t, approved).ID)
	equal(t, "published by the approval", l.statusOf(t, ids), "aaaaaa")
	_, _, err = l.Undo(l.ctx, bob, batch)
	ok(t, err)
	equal(t, "after the undo", l.statusOf(t, ids), "pppppa")
	Counters(t, l.url)
}

func testEscalatedCampaign(t *testing.T, l *fixture) {
	ids := l.campaign(t, 2)
	_, _, err := l.Escalate(l.ctx, bob, ids[0], "")
	ok(t, err)
	d, _, err := l.Decide(l.ctx, ann, ids[0], models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	_, rejected, err := l.CampaignDecisions(l.ctx, "gazette", firstOfCampaign)
	ok(t, err)
	equal(t, "rejected", rejected, 1)
	_, _, err = l.Undo(l.ctx, ann, d.ID)
	ok(t, err)
	_, rejected, err = l.CampaignDecisions(l.ctx, "gazette", firstOfCampaign)
	ok(t, err)
	equal(t, "undone", rejected, 0)
}

func testDecidedLinks(t *testing.T, l *fixture) {
	with := func(body string) func(*storage.NewComment) {
		return func(c *storage.NewComment) { c.Comment.Body = body }
	}
	list := func() (s string) {
		for _, d := range must(l.DecidedLinks(l.ctx, "gazette"))(t) {
			s += d.Comment.Body + ":" + string(d.Action) + "\n"
		}
		return s
	}
	decide := func(body string, request models.DecisionRequest) models.Decision {
		t.Helper()
		l.clock.Advance(time.Second)
		d, _, err := l.Decide(l.ctx, ann, l.post(t, with(body)).ID, request)
		ok(t, err)
		return d
	}
	approve, reject := models.DecisionRequest{Action: models.Approve}, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam}
	first := decide("See one.example.", approve)
	decide("No link. None...", approve)
	second := decide("See https://two", reject)
	equal(t, "decided", list(), "See https://two:reject\nSee one.example.:approve\n")
	_, _, err := l.Undo(l.ctx, ann, second.ID)
	ok(t, err)
	equal(t, "undone", list(), "See one.example.:approve\n")
	l.clock.Advance(time.Second)
	_, _, err = l.Decide(l.ctx, ann, first.CommentID, reject)
	ok(t, err)
	equal(t, "decided again", list(), "See one.example.:reject\n")
	l.clock.Advance(91 * 24 * time.Hour)
	equal(t, "later", list(), "")
}
