package handlers_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

// TestModeratorsWords runs what moderators say beside a decision on both
// databases.
func TestModeratorsWords(t *testing.T) {
	for sentence, test := range map[string]func(*desk){
		"a lease is renewed, and what is lost is named":     renewal,
		"what one skips is marked, and others are dealt it": skipping,
		"what is left to an editor only editors decide":     escalation,
		"a filter is previewed, decided and undone":         filteredBatch,
		"near-copies are one item":                          groupedQueue,
	} {
		onBoth(t, sentence, test)
	}
}

func renewal(d *desk) {
	kept, gone := d.pending("gazette", "kept"), d.pending("gazette", "gone")
	first := d.claim("bob", 2)
	d.decide("bob", gone.ID, object{"action": "approve"})
	var got struct {
		Items []models.Lease
		Lost  []models.Lost
	}
	ids := object{"comment_ids": []string{kept.ID, gone.ID, "nonsense"}}
	d.as("bob", "POST", "/v1/queue/renew", ids).into(http.StatusOK, &got)
	if len(got.Items) != 1 || got.Items[0].ID != kept.ID || !got.Items[0].LeaseUntil.After(first[0].Claim.LeaseUntil) || len(got.Lost) != 2 {
		d.Fatalf("renewed: %+v", got)
	}
	d.as("carl", "POST", "/v1/queue/renew", ids).into(http.StatusOK, &got)
	for _, x := range got.Lost {
		if x.ID == kept.ID && (x.Claim == nil || x.Claim.By != "bob") {
			d.Errorf("carl is told %+v", x)
		}
	}
}

func skipping(d *desk) {
	c := d.pending("gazette", "hard to say")
	d.claim("bob", 1)
	d.as("bob", "POST", "/v1/queue/skip", object{"comment_ids": []string{c.ID}}).must(http.StatusNoContent)
	if again := d.claim("bob", 1); len(again) != 0 {
		d.Fatalf("bob is dealt %+v", again)
	}
	var page items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue", nil).into(http.StatusOK, &page)
	if len(page.Items) != 1 || !page.Items[0].Skipped {
		d.Fatalf("the list: %+v", page)
	}
	if carls := d.claim("carl", 1); len(carls) != 1 {
		d.Fatalf("carl is dealt %+v", carls)
	}
}

func escalation(d *desk) {
	c := d.pending("gazette", "is this libel?")
	var left decided
	d.as("bob", "POST", "/v1/comments/"+c.ID+"/escalate", object{"note": "please look"}).into(http.StatusOK, &left)
	if left.Action != models.Escalate || left.Comment.Reason != models.ReasonEscalated {
		d.Fatalf("left: %+v", left)
	}
	d.as("bob", "POST", "/v1/comments/"+c.ID+"/escalate", object{}).must(http.StatusConflict)
	d.as("greta", "POST", "/v1/comments/"+c.ID+"/escalate", object{}).must(http.StatusNotFound)
	d.as("carl", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "approve"}).must(http.StatusForbidden)
	d.as("carl", "POST", "/v1/decisions/"+left.ID+"/undo", nil).must(http.StatusForbidden)
	if dealt := d.claim("carl", 9); len(dealt) != 0 {
		d.Fatalf("carl is dealt %+v", dealt)
	}
	if dealt := d.claim("eve", 9); len(dealt) != 1 {
		d.Fatalf("eve is dealt %+v", dealt)
	}
	d.decide("eve", c.ID, object{"action": "approve"})
	var got struct{ History []models.Decision }
	d.as("bob", "GET", "/v1/comments/"+c.ID, nil).into(http.StatusOK, &got)
	if len(got.History) != 2 || got.History[0].Note != "please look" || got.History[1].Label != models.Ham {
		d.Fatalf("history: %+v", got.History)
	}
}

func filteredBatch(d *desk) {
	for i := range 4 {
		d.pending("gazette", fmt.Sprintf("buy now %d", i))
	}
	other := d.pending("gazette", "something else")
	filter := object{"site": "gazette", "q": "buy now", "sort": "oldest"}
	var p models.Preview
	d.as("bob", "POST", "/v1/decisions/preview", object{"filter": filter}).into(http.StatusOK, &p)
	if p.Count != 4 || p.Authors != 1 || p.Articles != 1 || len(p.Sample) != 3 || p.Sample[0].Comment.Body != "buy now 0" || p.FirstAt == nil {
		d.Fatalf("preview: %+v", p)
	}
	reject := object{"filter": filter, "expect": 3, "action": "reject", "reason": "spam"}
	d.as("bob", "POST", "/v1/decisions", reject).must(http.StatusConflict)
	reject["expect"], reject["token"] = p.Count, p.Token
	var got struct {
		Batch  string
		Count  int
		Failed []object
	}
	d.as("bob", "POST", "/v1/decisions", reject).into(http.StatusOK, &got)
	if got.Count != 4 || len(got.Failed) != 0 {
		d.Fatalf("decided: %+v", got)
	}
	var page items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue", nil).into(http.StatusOK, &page)
	if page.Total != 1 || page.Items[0].Comment.ID != other.ID {
		d.Fatalf("left: %+v", page)
	}
	var undone struct{ Count int }
	d.as("carl", "POST", "/v1/decisions/"+got.Batch+"/undo", nil).into(http.StatusOK, &undone)
	if undone.Count != 4 {
		d.Fatalf("undone: %+v", undone)
	}
	d.as("greta", "POST", "/v1/decisions/preview", object{"filter": filter}).must(http.StatusNotFound)
	d.as("greta", "POST", "/v1/decisions", reject).must(http.StatusNotFound)
}

func groupedQueue(d *desk) {
	d.pending("gazette", "alone")
	d.pending("gazette", "alone too")
	var page items[models.QueueItem]
	for _, query := range []string{"group=campaign&sort=uncertain", "signal=word:&lang=de&section=Sport&since=2001-01-01T00:00:00Z&until=2002-01-01T00:00:00Z"} {
		d.as("bob", "GET", "/v1/queue?"+query, nil).into(http.StatusOK, &page)
	}
	if page.Total != 0 {
		d.Fatalf("narrowed: %+v", page)
	}
	var dealt items[models.QueueItem]
	d.as("bob", "POST", "/v1/queue/claim", object{"group": "campaign", "sort": "uncertain"}).into(http.StatusOK, &dealt)
	if len(dealt.Items) != 2 {
		d.Fatalf("dealt: %+v", dealt)
	}
}

func TestReasonsOfASite(t *testing.T) {
	f := newFront(t)
	reasons := []object{{"id": "insult", "under": "abuse", "name": "Insults", "message": "Please stay polite."}}
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"reasons": []object{{"id": "Insult", "under": "rudeness", "name": ""}}}).names("reasons")
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"reasons": reasons}).must(http.StatusOK)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{"name": "The Gazette"}).must(http.StatusOK)
	var sites items[models.Site]
	f.as("bob", "GET", "/v1/sites", nil).into(http.StatusOK, &sites)
	for _, s := range sites.Items {
		if s.Slug == "gazette" && (len(s.Reasons) != 1 || s.Reasons[0].Under != models.ReasonAbuse) {
			t.Fatalf("a moderator sees %+v", s.Reasons)
		}
	}
	p := f.post(object{"author": object{"name": "Ann", "id": "reader-7"}})
	outcome := func(h headers, query string) (o models.Outcome) {
		t.Helper()
		f.send("GET", "/v1/comments/"+p.ID+"/outcome"+query, h, nil).into(http.StatusOK, &o)
		return o
	}
	if o := outcome(bearer(f.key), ""); o.Status == "" || o.DecidedAt != nil {
		t.Fatalf("before: %+v", o)
	}
	got := f.decide("bob", p.ID, object{"action": "reject", "detail": "insult", "note": "in the house"})
	if got.Reason != models.ReasonAbuse || got.Label != models.Abuse {
		t.Fatalf("decided: %+v", got)
	}
	token := func(sub string) headers {
		return headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": sub, "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	}
	for _, o := range []models.Outcome{outcome(bearer(f.key), ""), outcome(token("reader-7"), "?site=gazette")} {
		if o.Status != models.Rejected || o.Reason != models.ReasonAbuse || o.Message != "Please stay polite." || o.DecidedAt == nil {
			t.Fatalf("outcome: %+v", o)
		}
	}
	path := "/v1/comments/" + p.ID + "/outcome?site=gazette"
	f.send("GET", path, token("reader-8"), nil).must(http.StatusNotFound)
	f.send("GET", path, headers{"Origin": page}, nil).must(http.StatusNotFound)
	f.send("GET", path, nil, nil).must(http.StatusUnauthorized)
	f.as("bob", "GET", path, nil).must(http.StatusForbidden)
}

func TestEditing(t *testing.T) {
	f := newFront(t)
	p := f.post(object{"author": object{"name": "Ann", "id": "reader-7"}})
	path := "/v1/comments/" + p.ID
	token := func(sub string) headers {
		return headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": sub, "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	}
	edit := func(h headers, text string) reply {
		return f.send("PUT", path, h, object{"site": "gazette", "body": text})
	}
	var after posted
	edit(token("reader-7"), "The boats came back this evening.").into(http.StatusOK, &after)
	if after.ID != p.ID || after.Verdict != nil {
		t.Fatalf("a reader is told %+v", after)
	}
	edit(token("reader-8"), "Not mine.").must(http.StatusNotFound)
	edit(headers{"Origin": page}, "Nobody's.").must(http.StatusNotFound)
	edit(token("reader-7"), " ").names("body")
	f.pass(16 * time.Minute)
	edit(token("reader-7"), "Too late.").must(http.StatusForbidden)

	f.decide("bob", p.ID, object{"action": "approve"})
	edit(bearer(f.key), "The harbour master wrote this for her.").into(http.StatusOK, &after)
	if after.Status != "pending" || after.Reason != "edited" || after.Verdict == nil {
		t.Fatalf("a server is told %+v", after)
	}
	var got struct {
		Comment   models.Comment
		Revisions []models.Revision
	}
	f.as("bob", "GET", path, nil).into(http.StatusOK, &got)
	if got.Comment.Lang != "en" && got.Comment.Lang != "" || len(got.Revisions) != 2 || got.Revisions[1].Body != "The boats came back this evening." {
		t.Fatalf("a moderator sees %+v", got)
	}
	f.send("PUT", path, nil, object{"site": "gazette", "body": "x"}).must(http.StatusUnauthorized)
	f.as("bob", "PUT", path, object{"body": "x"}).must(http.StatusForbidden)
	f.send("PUT", "/v1/comments/nonsense", bearer(f.key), object{"body": "x"}).must(http.StatusNotFound)
}

// A batch whose answer was lost is sent again: what a colleague has decided in
// the meantime stands.
func repeatedBatch(d *desk) {
	one, two := d.pending("gazette", "one"), d.pending("gazette", "two")
	word := object{
		"comment_ids": []string{one.ID, two.ID}, "versions": object{one.ID: one.Version, two.ID: two.Version}, "action": "approve",
	}
	type answer struct {
		Count  int
		Failed []struct{ Status int }
	}
	var first, again answer
	d.as("bob", "POST", "/v1/decisions", word).into(http.StatusOK, &first)
	if first.Count != 2 || len(first.Failed) != 0 {
		d.Fatalf("at first: %+v", first)
	}
	d.decide("carl", one.ID, object{"action": "reject", "reason": "abuse"})
	d.as("bob", "POST", "/v1/decisions", word).into(http.StatusOK, &again)
	if again.Count != 0 || len(again.Failed) != 2 || again.Failed[0].Status != http.StatusConflict {
		d.Fatalf("again: %+v", again)
	}
	var now struct{ Comment models.Comment }
	d.as("bob", "GET", "/v1/comments/"+one.ID, nil).into(http.StatusOK, &now)
	if now.Comment.Status != models.Rejected {
		d.Fatalf("the colleague's word was lost: %+v", now.Comment)
	}
}
