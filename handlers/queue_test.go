package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

func TestQueue(t *testing.T) {
	for sentence, test := range map[string]func(*testNode){
		"the queue lists pending comments, page by page":          queuePages,
		"a moderator sees only their own sites":                   queueOfOwnSites,
		"a claimed comment is not given to others":                claimIsExclusive,
		"claiming again renews the leases":                        claimRenews,
		"a released comment is given to others":                   releasedIsClaimable,
		"of two moderators at once only one decides a comment":    raceToDecide,
		"a decision publishes or rejects, and an undo reverts it": decideAndUndo,
		"a stale decision gets the current state":                 staleDecision,
		"a comment that another has claimed cannot be decided":    claimedDecision,
		"a batch decides what is possible, and is undone as one":  batch,
		"a repeated batch overrides no later decision":            repeatedBatch,
		"the detail of a comment has thread, history and claim":   detail,
		"ids that no database can store are not found":            unusualIDs,
	} {
		onBoth(t, sentence, test)
	}
}

func queuePages(d *testNode) {
	for i := range 5 {
		d.pending("gazette", fmt.Sprintf("comment %d", i))
	}
	seen := map[string]bool{}
	path := "/v1/queue?site=gazette&sort=oldest&limit=2"
	for next := ""; ; {
		var page items[models.QueueItem]
		d.as("bob", "GET", path+"&cursor="+next, nil).into(http.StatusOK, &page)
		if page.Total != 5 {
			d.Fatalf("total %d, want 5", page.Total)
		}
		for _, i := range page.Items {
			if want := fmt.Sprintf("comment %d", len(seen)); i.Comment.Body != want || i.Version != 1 || i.Verdict.Spam == nil {
				d.Fatalf("item %d: %+v, want %s", len(seen), i, want)
			}
			seen[i.Comment.ID] = true
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if len(seen) != 5 {
		d.Fatalf("%d comments on all pages, want 5", len(seen))
	}
	var found items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue?q=COMMENT+3", nil).into(http.StatusOK, &found)
	if len(found.Items) != 1 || found.Total != 1 {
		d.Fatalf("search: %+v", found)
	}
}

func queueOfOwnSites(d *testNode) {
	theirs, ours := d.pending("gazette", "theirs"), d.pending("herald", "ours")
	var page items[models.QueueItem]
	d.as("greta", "GET", "/v1/queue", nil).into(http.StatusOK, &page)
	if page.Total != 1 || page.Items[0].Comment.ID != ours.ID {
		d.Fatalf("queue: %+v", page)
	}
	d.as("greta", "GET", "/v1/queue?site=gazette", nil).must(http.StatusNotFound)
	d.as("greta", "GET", "/v1/comments/"+theirs.ID, nil).must(http.StatusNotFound)
	d.as("greta", "POST", "/v1/comments/"+theirs.ID+"/decision", object{"action": "approve"}).must(http.StatusNotFound)
	d.as("greta", "POST", "/v1/queue/claim", object{"site": "gazette"}).must(http.StatusNotFound)
}

// claim claims up to n comments for a moderator.
func (d *testNode) claim(name string, n int) []models.QueueItem {
	d.Helper()
	var claimed items[models.QueueItem]
	d.as(name, "POST", "/v1/queue/claim", object{"limit": n}).into(http.StatusOK, &claimed)
	return claimed.Items
}

func claimIsExclusive(d *testNode) {
	for i := range 3 {
		d.pending("gazette", fmt.Sprintf("comment %d", i))
	}
	bobs, carls := d.claim("bob", 2), d.claim("carl", 2)
	if len(bobs) != 2 || len(carls) != 1 {
		d.Fatalf("bob got %d comments, carl %d; want 2 and 1", len(bobs), len(carls))
	}
	for _, i := range bobs {
		if i.Claim == nil || i.Claim.By != "bob" || i.Claim.LeaseUntil.IsZero() || i.Comment.ID == carls[0].Comment.ID {
			d.Errorf("bob's item: %+v", i)
		}
	}
}

func claimRenews(d *testNode) {
	d.pending("gazette", "only one")
	first, again := d.claim("bob", 1), d.claim("bob", 1)
	if len(again) != 1 || again[0].Comment.ID != first[0].Comment.ID || !again[0].Claim.LeaseUntil.After(first[0].Claim.LeaseUntil) {
		d.Fatalf("first %+v, again %+v", first, again)
	}
}

func releasedIsClaimable(d *testNode) {
	c := d.pending("gazette", "only one")
	d.claim("bob", 1)
	ids := object{"comment_ids": []string{c.ID}}
	d.as("carl", "POST", "/v1/queue/release", ids).must(http.StatusNoContent)
	if got := d.claim("carl", 1); len(got) != 0 {
		d.Fatalf("carl released what bob has claimed: %+v", got)
	}
	d.as("bob", "POST", "/v1/queue/release", ids).must(http.StatusNoContent)
	if got := d.claim("carl", 1); len(got) != 1 {
		d.Fatalf("carl got %+v", got)
	}
}

func raceToDecide(d *testNode) {
	var all []models.Comment
	for i := range 10 {
		all = append(all, d.pending("gazette", fmt.Sprintf("comment %d", i)))
	}
	wins := make([]int, len(all))
	var mu sync.Mutex
	var both sync.WaitGroup
	for _, who := range []struct{ name, action string }{{"bob", "approve"}, {"carl", "reject"}} {
		both.Go(func() {
			for i, c := range all {
				r := d.as(who.name, "POST", "/v1/comments/"+c.ID+"/decision", object{"action": who.action, "version": 1})
				switch r.status {
				case http.StatusOK:
					mu.Lock()
					wins[i]++
					mu.Unlock()
				case http.StatusConflict:
				default:
					d.Errorf("%s: %d %s", who.name, r.status, r.body)
				}
			}
		})
	}
	both.Wait()
	for i, n := range wins {
		if n != 1 {
			d.Errorf("comment %d was decided %d times", i, n)
		}
	}
}

// decide decides a comment, which must succeed.
func (d *testNode) decide(name, id string, body object) (got decided) {
	d.Helper()
	d.as(name, "POST", "/v1/comments/"+id+"/decision", body).into(http.StatusOK, &got)
	return got
}

func decideAndUndo(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	got := d.decide("bob", c.ID, object{"action": "reject", "reason": "spam", "note": "again", "version": c.Version})
	if got.ID == "" || got.Moderator != "bob" || got.Action != models.Reject || got.Reason != models.ReasonSpam || got.Note != "again" ||
		got.Comment.ID != c.ID || got.Comment.Status != models.Rejected || got.Comment.Version <= c.Version {
		d.Fatalf("decided: %+v", got)
	}
	var undone struct {
		Decisions []models.Decision
		Comments  []models.Comment
	}
	d.as("carl", "POST", "/v1/decisions/"+got.ID+"/undo", nil).into(http.StatusOK, &undone)
	if len(undone.Comments) != 1 || undone.Comments[0].Status != models.Pending || undone.Comments[0].Reason != models.ReasonSpam ||
		undone.Decisions[0].UndoneBy != "carl" {
		d.Fatalf("undone: %+v", undone)
	}
	d.as("carl", "POST", "/v1/decisions/"+got.ID+"/undo", nil).must(http.StatusConflict)
	d.as("greta", "POST", "/v1/decisions/"+got.ID+"/undo", nil).must(http.StatusNotFound)
}

// conflict is the reply to a decision that came too late.
type conflict struct {
	Detail  string `json:"detail"`
	Current struct {
		Status   models.Status    `json:"status"`
		Version  int64            `json:"version"`
		Decision *models.Decision `json:"decision"`
		Claim    *models.Claim    `json:"claim"`
	} `json:"current"`
}

func staleDecision(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	done := d.decide("bob", c.ID, object{"action": "approve"})
	var got conflict
	d.as("carl", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "reject", "version": c.Version}).into(http.StatusConflict, &got)
	if got.Current.Status != models.Approved || got.Current.Version != done.Comment.Version ||
		got.Current.Decision == nil || got.Current.Decision.Moderator != "bob" || !strings.Contains(got.Detail, "bob") {
		d.Fatalf("the conflict is %+v", got)
	}
}

func claimedDecision(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	d.claim("bob", 1)
	var got conflict
	d.as("carl", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "approve"}).into(http.StatusConflict, &got)
	if got.Current.Status != models.Pending || got.Current.Claim == nil || got.Current.Claim.By != "bob" {
		d.Fatalf("the conflict is %+v", got)
	}
}

func batch(d *testNode) {
	one, two, held := d.pending("gazette", "one"), d.pending("gazette", "two"), d.pending("gazette", "held")
	var claimed items[models.QueueItem]
	d.as("carl", "POST", "/v1/queue/claim", object{"q": "held", "limit": 1}).into(http.StatusOK, &claimed)
	var got struct {
		Batch     string
		Decisions []models.Decision
		Failed    []struct {
			ID     string
			Status int
			Detail string
		}
	}
	unknown := "01900000-0000-7000-8000-000000000000"
	d.as("bob", "POST", "/v1/decisions", object{
		"comment_ids": []string{one.ID, held.ID, unknown, two.ID}, "action": "reject", "reason": "spam",
	}).into(http.StatusOK, &got)
	if len(got.Decisions) != 2 || len(got.Failed) != 2 || got.Batch == "" || got.Decisions[0].Batch != got.Batch {
		d.Fatalf("decided: %+v", got)
	}
	if f := got.Failed; f[0].ID != held.ID || f[0].Status != http.StatusConflict || f[1].ID != unknown || f[1].Status != http.StatusNotFound {
		d.Fatalf("failed: %+v", f)
	}
	var undone struct{ Comments []models.Comment }
	d.as("bob", "POST", "/v1/decisions/"+got.Batch+"/undo", nil).into(http.StatusOK, &undone)
	if len(undone.Comments) != 2 {
		d.Fatalf("undone: %+v", undone)
	}
}

func detail(d *testNode) {
	c := d.pending("gazette", "what a harbour")
	d.decide("bob", c.ID, object{"action": "approve"})
	var got struct {
		Comment models.Comment
		Verdict models.Verdict
		Context models.ItemContext
		History []models.Decision
		Thread  []models.Comment
	}
	d.as("carl", "GET", "/v1/comments/"+c.ID, nil).into(http.StatusOK, &got)
	if got.Comment.ID != c.ID || got.Verdict.Spam == nil || len(got.History) != 1 || got.Context.Author.Approved != 1 {
		d.Fatalf("detail: %+v", got)
	}
	d.as("carl", "GET", "/v1/comments/nonsense", nil).must(http.StatusNotFound)
}

func unusualIDs(d *testNode) {
	for _, id := range []string{"%00", "%ff", "%F0%9F%8E%A3", strings.Repeat("x", 5000)} {
		d.as("ada", "GET", "/v1/comments/"+id, nil).must(http.StatusNotFound)
		d.as("ada", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve"}).must(http.StatusNotFound)
		d.as("ada", "POST", "/v1/decisions/"+id+"/undo", nil).must(http.StatusNotFound)
		d.as("ada", "POST", "/v1/models/"+id+"/promote", nil).must(http.StatusNotFound)
	}
	for _, q := range []string{"%00", "%ff", "%25_%5C", "'"} {
		d.as("ada", "GET", "/v1/queue?q="+q+"&article="+q+"&author="+q, nil).must(http.StatusOK)
		d.as("ada", "GET", "/v1/audit?action="+q+"&actor="+q, nil).must(http.StatusOK)
		d.as("ada", "POST", "/v1/queue/claim", object{"q": "\x00", "article": "\x00"}).must(http.StatusOK)
	}
	unusual := []string{"\x00", "\ufffd", ""}
	d.as("ada", "POST", "/v1/queue/release", object{"comment_ids": unusual}).must(http.StatusNoContent)
	d.as("ada", "POST", "/v1/decisions", object{"comment_ids": unusual, "action": "approve", "note": "\x00"}).must(http.StatusOK)
}

func TestBadQueueRequests(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	c := d.pending("gazette", "what a harbour")
	for query, field := range map[string]string{
		"sort=loud": "sort", "lang=German": "lang", "since=yesterday": "since", "group=author": "group",
		"since=2031-01-02T00:00:00Z&until=2031-01-01T00:00:00Z": "since", "section=" + strings.Repeat("x", 101): "section", "reason=boredom": "reason", "limit=0": "limit", "limit=201": "limit", "limit=many": "limit", "score_from=1.1": "score_from", "score_to=NaN": "score_to", "score_from=0.5&score_to=0.5": "score_from",
		"limit=1&limit=2": "limit", "site=Not+A+Slug": "site", "cursor=nonsense": "cursor", "q=" + strings.Repeat("x", 201): "q",
	} {
		t.Run(query, func(t *testing.T) {
			r := d.as("bob", "GET", "/v1/queue?"+query, nil)
			r.T = t
			r.names(field)
		})
	}
	for name, bad := range map[string]struct {
		path, field string
		body        object
	}{
		"a claim of no comments":          {"/v1/queue/claim", "limit", object{"limit": 0}},
		"a claim of too many":             {"/v1/queue/claim", "limit", object{"limit": 51}},
		"a claim with an unknown order":   {"/v1/queue/claim", "sort", object{"sort": "loud"}},
		"a claim with a bad language":     {"/v1/queue/claim", "lang", object{"lang": "xx-yy"}},
		"a renewal of no comments":        {"/v1/queue/renew", "comment_ids", object{}},
		"a skip of no comments":           {"/v1/queue/skip", "comment_ids", object{}},
		"an undo of no skips":             {"/v1/queue/unskip", "comment_ids", object{}},
		"a preview with an unknown order": {"/v1/decisions/preview", "filter.sort", object{"filter": object{"sort": "loud"}}},
		"a filter without a count":        {"/v1/decisions", "expect", object{"action": "approve", "filter": object{}}},
		"a filter and ids":                {"/v1/decisions", "comment_ids", object{"action": "approve", "filter": object{}, "expect": 1, "comment_ids": []string{c.ID}}},
		"a detail that is not configured": {"/v1/comments/" + c.ID + "/decision", "detail", object{"action": "reject", "detail": "boredom"}},
		"a message that is too long":      {"/v1/comments/" + c.ID + "/decision", "message", object{"action": "reject", "message": strings.Repeat("x", 2001)}},
		"a note that is too long":         {"/v1/comments/" + c.ID + "/escalate", "note", object{"note": strings.Repeat("x", 2001)}},
		"a release of no comments":        {"/v1/queue/release", "comment_ids", object{}},
		"a decision without action":       {"/v1/comments/" + c.ID + "/decision", "action", object{}},
		"a decision to hold":              {"/v1/comments/" + c.ID + "/decision", "action", object{"action": "hold"}},
		"an unknown reason":               {"/v1/comments/" + c.ID + "/decision", "reason", object{"action": "reject", "reason": "flagged"}},
		"a reason to approve":             {"/v1/comments/" + c.ID + "/decision", "reason", object{"action": "approve", "reason": "spam"}},
		"a batch of no comments":          {"/v1/decisions", "comment_ids", object{"action": "approve"}},
		"a batch with a version":          {"/v1/decisions", "version", object{"action": "approve", "comment_ids": []string{c.ID}, "version": 1}},
		"a version of another comment":    {"/v1/decisions", "versions", object{"action": "approve", "comment_ids": []string{c.ID}, "versions": object{"x": 1}}},
		"a version of 0":                  {"/v1/decisions", "versions", object{"action": "approve", "comment_ids": []string{c.ID}, "versions": object{c.ID: 0}}},
		"a batch of 501":                  {"/v1/decisions", "comment_ids", object{"action": "approve", "comment_ids": make([]string, 501)}},
		"a batch to hold":                 {"/v1/decisions", "action", object{"action": "hold", "comment_ids": []string{c.ID}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.as("bob", "POST", bad.path, bad.body)
			r.T = t
			r.names(bad.field)
		})
	}
	d.as("bob", "POST", "/v1/queue/claim", "{oops").must(http.StatusBadRequest)
	d.as("bob", "POST", "/v1/queue/claim", []byte("a=b")).must(http.StatusUnsupportedMediaType)
	d.as("bob", "POST", "/v1/decisions", `{"note":"`+strings.Repeat("x", 70_000)+`"}`).must(http.StatusRequestEntityTooLarge)
}

func TestRolesOfModeratorCalls(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	least := map[string]string{
		"GET /v1/queue": "bob", "POST /v1/queue/claim": "bob", "POST /v1/queue/release": "bob",
		"POST /v1/queue/renew": "bob", "POST /v1/queue/skip": "bob", "POST /v1/comments/x/escalate": "bob", "POST /v1/decisions/preview": "bob",
		"GET /v1/comments/x": "bob", "POST /v1/comments/x/decision": "bob", "POST /v1/decisions": "bob", "POST /v1/decisions/x/undo": "bob",
		"GET /v1/me": "bob", "GET /v1/sites": "bob", "GET /v1/audit": "eve", "GET /v1/stats": "eve", "GET /v1/labels": "eve",
		"GET /v1/models": "eve", "POST /v1/models": "ada", "POST /v1/models/train": "ada", "DELETE /v1/models/train": "ada", "POST /v1/models/x/promote": "ada",
		"POST /v1/models/rollback": "ada",
	}
	people := []string{"bob", "eve", "ada"} // with growing rights
	for call, who := range least {
		t.Run(call, func(t *testing.T) {
			method, path, _ := strings.Cut(call, " ")
			try := func(name string, want int) {
				t.Helper()
				r := d.as(name, method, path, object{})
				r.T = t
				switch {
				case want != 0:
					r.must(want)
				case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden || r.status >= 500:
					t.Errorf("%s: %d %s", name, r.status, r.body)
				}
			}
			try("", http.StatusUnauthorized)
			try("nobody", http.StatusUnauthorized)
			try("front end", http.StatusForbidden)
			allowed := false
			for _, name := range people {
				if allowed = allowed || name == who; allowed {
					try(name, 0)
				} else {
					try(name, http.StatusForbidden)
				}
			}
		})
	}
}

func TestMe(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	var me models.Moderator
	d.as("hanna", "GET", "/v1/me", nil).into(http.StatusOK, &me)
	if me.Name != "hanna" || me.Role != models.RoleEditor || len(me.Sites) != 1 {
		t.Errorf("me: %+v", me)
	}
	var sites items[models.Site]
	d.as("hanna", "GET", "/v1/sites", nil).into(http.StatusOK, &sites)
	if len(sites.Items) != 1 || sites.Items[0].Slug != "herald" {
		t.Errorf("sites: %+v", sites)
	}
}
