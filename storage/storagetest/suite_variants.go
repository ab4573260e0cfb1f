package storagetest

import (
	"testing"

	"winnow/models"
	"winnow/storage"
)

const pitch = "Everybody at the old harbour knows that the ferry leaves at seven"

// variant makes the n-th comment of a campaign, which waits, with a text and a probability.
func variant(n int, body string, p float64) func(*storage.NewComment) {
	return func(c *storage.NewComment) {
		member(firstOfCampaign, n, true)(c)
		c.Comment.Body, c.Verdict.Spam = body, &p
	}
}

func approveText(text string) (models.QueueFilter, models.DecisionRequest) {
	return models.QueueFilter{Site: "gazette", Campaign: firstOfCampaign, Text: text}, models.DecisionRequest{Action: models.Approve}
}

func testCampaignTexts(t *testing.T, l *fixture) {
	other := l.post(t, withBody(pitch))
	var same []string
	for i, body := range []string{pitch, "everybody  at the OLD harbour knows that the ferry leaves at seven", "Еverybody at the old h\u200barbour knows that the ferry leaves at seven"} {
		same = append(same, l.post(t, variant(i+1, body, 0.3)).ID)
	}
	abuse := 0.9
	threat := l.post(t, variant(4, pitch+" and I will find you", 0.2), func(n *storage.NewComment) { n.Verdict.Abuse = &abuse }).ID
	hidden := l.post(t, variant(5, "<!-- and I will find you -->"+pitch, 0.5)).ID // readers see it

	page := must(l.Queue(l.ctx, bob, models.QueueFilter{Grouped: true}))(t)
	equal(t, "items", page.Total, 2)
	g := campaignItem(t, page).Campaign
	equal(t, "highest spam", *g.Spam, 0.5)
	equal(t, "highest abuse", *g.Abuse, 0.9)
	equal(t, "pending", g.Pending, 5)

	all := must(l.PreviewBatch(l.ctx, bob, models.QueueFilter{Site: "gazette", Campaign: firstOfCampaign}))(t)
	equal(t, "in all", all.Count, 5)
	equal(t, "texts", all.Texts, 3)
	equal(t, "variants", len(all.Variants), 3)
	v := all.Variants[0]
	equal(t, "the riskiest", v.CommentID, threat)
	equal(t, "its text", v.Body, pitch+" and I will find you")
	equal(t, "its abuse", *v.Abuse, 0.9)
	if v = all.Variants[2]; v.CommentID != same[0] || v.Count != 3 || v.Body != pitch || v.Action != models.Hold || *v.Spam != 0.3 || v.Text != g.Text {
		t.Fatalf("the text on screen is %+v", v)
	}

	filter, approve := approveText(g.Text)
	seen := must(l.PreviewBatch(l.ctx, bob, filter))(t)
	equal(t, "seen", seen.Count, 3)
	equal(t, "variants of one text", len(seen.Variants), 0)
	batch, done, failed, err := l.DecideFiltered(l.ctx, bob, filter, models.Expected{Count: 3, Token: seen.Token}, approve)
	ok(t, err)
	equal(t, "failed", len(failed), 0)
	equal(t, "decided", len(done), 3)
	equal(t, "approved", l.statusOf(t, append(same, threat, hidden, other.ID)), "aaappp")
	page = must(l.Queue(l.ctx, bob, models.QueueFilter{Grouped: true}))(t)
	rest := campaignItem(t, page)
	equal(t, "the rest", rest.Comment.ID, threat)
	equal(t, "waiting of it", rest.Campaign.Pending, 2)
	equal(t, "its own text", rest.Campaign.Text == g.Text, false)
	Counters(t, l.url)

	undone, _, err := l.Undo(l.ctx, bob, batch)
	ok(t, err)
	equal(t, "one undo", len(undone), 3)
	equal(t, "undone", l.statusOf(t, append(same, threat, hidden, other.ID)), "pppppp")
	_, done, _, err = l.DecideFiltered(l.ctx, bob, models.QueueFilter{Site: "gazette", Campaign: firstOfCampaign}, models.Expected{Count: 5, Token: all.Token},
		models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	wantKind(t, err, models.KindConflict) // their versions have grown
	equal(t, "decided", len(done), 0)
	_, done, _, err = l.DecideFiltered(l.ctx, bob, models.QueueFilter{Site: "gazette", Campaign: firstOfCampaign}, models.Expected{Count: 5},
		models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	equal(t, "rejected at once", len(done), 5)
	Counters(t, l.url)
}

func campaignItem(t *testing.T, page models.QueuePage) models.QueueItem {
	t.Helper()
	for _, item := range page.Items {
		if item.Campaign != nil {
			return item
		}
	}
	t.Fatal("no campaign waits")
	return models.QueueItem{}
}

func testCampaignTextEdited(t *testing.T, l *fixture) {
	first, second := l.post(t, variant(1, pitch, 0.3)), l.post(t, variant(2, pitch, 0.3))
	item := campaignItem(t, must(l.Queue(l.ctx, bob, models.QueueFilter{Grouped: true}))(t))
	filter, approve := approveText(item.Campaign.Text)
	seen := must(l.PreviewBatch(l.ctx, bob, filter))(t)
	p := 0.3
	must(l.EditComment(l.ctx, gazette, second.ID, storage.CommentEdit{
		Body: pitch + " and I will find you", Status: models.Pending, Reason: models.ReasonSpam, Verdict: models.Verdict{Spam: &p, Action: models.Hold, Model: "m1"},
	}))(t)
	_, _, _, err := l.DecideFiltered(l.ctx, bob, filter, models.Expected{Count: seen.Count, Token: seen.Token}, approve)
	wantKind(t, err, models.KindConflict)
	_, _, _, err = l.DecideFiltered(l.ctx, bob, filter, models.Expected{Count: 1}, approve)
	ok(t, err)
	equal(t, "statuses", l.statusOf(t, []string{first.ID, second.ID}), "ap")
}
