package storagetest

import (
	"fmt"
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
	events := must(l.EventsSince(l.ctx, "", 100))(t)
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
		a, r, err := l.CampaignDecisions(l.ctx, firstOfCampaign)
		ok(t, err)
		equal(t, what, [2]int{a, r}, [2]int{approved, rejected})
	}
	count("before", 0, 0)
	batch, _, _, err := l.DecideBatch(l.ctx, bob, ids, models.DecisionRequest{Action: models.Approve})
	ok(t, err)
	count("approved", 4, 0)
	equal(t, "a copy afterwards", l.post(t, member(firstOfCampaign, 5, false)).Status, models.Approved)
	_, _, err = l.Undo(l.ctx, bob, batch)
	ok(t, err)
	count("undone", 0, 0)
	_, _, err = l.Decide(l.ctx, bob, ids[0], models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	count("rejected", 0, 1)
	count2, rejected, err := l.CampaignDecisions(l.ctx, "unknown")
	ok(t, err)
	equal(t, "unknown", [2]int{count2, rejected}, [2]int{0, 0})
	equal(t, "approved of an author", must(l.ApprovedCount(l.ctx, "gazette", "name:Copyist 5"))(t), 1)
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
