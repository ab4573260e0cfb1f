package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// campaignSite is a node whose model objects to nothing, without rate limits.
func campaignSite(t *testing.T) *testNode {
	t.Helper()
	d := newTestNode(t, storagetest.SQLite(t))
	one, none := 1.0, 0
	_, err := d.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Thresholds, s.TrainingSample = models.Thresholds{Hold: &one, Reject: &one}, &none
		return nil
	})
	d.must(err)
	d.restart()
	return d
}

// restart replaces the node by one that knows only what is stored.
func (d *testNode) restart() {
	d.Helper()
	d.stop()
	d.base, d.stop = start(d.T, handlers.Config{
		DB: d.db, Limiter: memory.NewLimiter(nil), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret,
	})
}

// write posts a comment of an author on an article and returns its id and status.
func (d *testNode) write(author, article, text string) posted {
	d.Helper()
	var p posted
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": article, "url": page + "/" + article}, "author": object{"name": author}, "body": text,
	}).into(http.StatusCreated, &p)
	return p
}

func (d *testNode) stored(id string) models.Comment {
	d.Helper()
	c, err := d.db.Comment(d.Context(), id)
	d.must(err)
	return c
}

// TestSimulatedCampaigns posts twenty campaigns of thirty comments among 5,000
// ordinary ones. The model objects to nothing: what is held is held as a campaign.
func TestSimulatedCampaigns(t *testing.T) {
	t.Parallel()
	d := campaignSite(t)
	r := crowd{rand.New(rand.NewPCG(11, 7))}
	readers := make([]string, 1500)
	for i := range readers {
		readers[i] = fmt.Sprintf("%s%s%d", r.of(kinds), r.of(people), i)
	}
	all := make([]adCampaign, 0, 20)
	for i, kind := range []string{
		"copies", "copies", "copies", "copies", "copies", "edits", "edits", "edits", "edits", "edits",
		"domain", "domain", "domain", "domain", "handle", "handle", "handle", "phone", "phone", "phone",
	} {
		text := append(append([]string{}, praise...), offers...)[i%5]
		if kind == "edits" {
			text = r.prose(2) + " " + text[:len(text)/2]
		}
		all = append(all, adCampaign{kind, text, i})
	}
	order := make([]int, 0, 5600) // the campaign of each comment; -1: none
	for i := range 5600 {
		order = append(order, max(i/30, -1))
		if i >= 600 {
			order[i] = -1
		}
	}
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	ids := map[int][]string{}
	first := map[int]int{} // how many comments of a campaign came until the first was held
	for _, n := range order {
		article := fmt.Sprint("a", r.IntN(40))
		if n < 0 {
			reader := readers[min(int(r.ExpFloat64()*250), len(readers)-1)]
			text := r.ordinary(readers)
			if text == slogan {
				article = "tram"
			}
			ids[n] = append(ids[n], d.write(reader, article, text).ID)
			continue
		}
		p := d.write(fmt.Sprintf("%s %d-%d", r.of(people), n, len(ids[n])), article, r.write(all[n]))
		ids[n] = append(ids[n], p.ID)
		if p.Status != string(models.Approved) && first[n] == 0 {
			first[n] = len(ids[n])
		}
	}

	held, total := map[string]int{}, map[string]int{}
	for n, members := range ids {
		kind := "ordinary"
		if n >= 0 {
			kind = all[n].kind
			if first[n] == 0 || first[n] > 5 {
				t.Errorf("campaign %d (%s): the first comment that was held is number %d", n, kind, first[n])
			}
		}
		for _, id := range members {
			total[kind]++
			c := d.stored(id)
			if c.Status != models.Approved {
				held[kind]++
			}
			if (c.Status != models.Approved) != (n >= 0) {
				t.Logf("%s, %s: %s", kind, c.Status, c.Body)
			}
		}
	}
	for kind, want := range map[string]float64{"copies": .95, "edits": .95, "domain": .8, "handle": .8, "phone": .8} {
		share := float64(held[kind]) / float64(total[kind])
		t.Logf("%s: %d of %d held", kind, held[kind], total[kind])
		if share < want {
			t.Errorf("%s: %d of %d held", kind, held[kind], total[kind])
		}
	}
	if held["ordinary"] > total["ordinary"]/1000 {
		t.Errorf("%d of %d ordinary comments held", held["ordinary"], total["ordinary"])
	}
}

// campaignMembers posts n copies of a text by different authors on different
// articles, and returns their ids.
func (d *testNode) campaignMembers(from, n int, text string) (ids []string) {
	for i := from; i < from+n; i++ {
		ids = append(ids, d.write(fmt.Sprint("Copyist ", i), fmt.Sprint("article", i), text).ID)
	}
	return ids
}

func (d *testNode) statuses(ids []string) (s string) {
	for _, id := range ids {
		s += string(d.stored(id).Status[0])
	}
	return s
}

func (d *testNode) is(what, got, want string) {
	d.Helper()
	if got != want {
		d.Errorf("%s: %s, want %s", what, got, want)
	}
}

// The fifth copy is held, the first four are pulled back, and one act decides all
// of them. A restart between the copies loses nothing.
func TestACampaignIsOneItem(t *testing.T) {
	d := campaignSite(t)
	ids := d.campaignMembers(0, 3, praise[0])
	d.restart()
	ids = append(ids, d.campaignMembers(3, 1, praise[0])...)
	d.is("before", d.statuses(ids), "aaaa")
	ids = append(ids, d.campaignMembers(4, 2, praise[0])...)
	d.is("with six", d.statuses(ids), "pppppp")

	var queue items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue?site=gazette&group=campaign", nil).into(http.StatusOK, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Comment.ID != ids[0] || queue.Items[0].Campaign.Pending != 6 ||
		queue.Items[0].Comment.Reason != models.ReasonCampaign || !queue.Items[0].PulledBack {
		t.Fatalf("the queue has %+v", queue)
	}
	var public items[models.Comment]
	d.as("", "GET", "/v1/comments?site=gazette&article=article0", nil).into(http.StatusOK, &public)
	if len(public.Items) != 0 {
		t.Errorf("still public: %+v", public.Items)
	}

	var batch struct{ Batch string }
	decide := func(action string) {
		filter := object{"site": "gazette", "campaign": ids[0], "text": queue.Items[0].Campaign.Text}
		d.as("bob", "POST", "/v1/decisions", object{"filter": filter, "expect": 6, "action": action}).into(http.StatusOK, &batch)
	}
	decide("reject")
	d.is("rejected", d.statuses(ids), "rrrrrr")
	d.as("bob", "POST", "/v1/decisions/"+batch.Batch+"/undo", nil).must(http.StatusOK)
	d.is("undone", d.statuses(ids), "pppppp")
	decide("approve")
	d.is("approved", d.statuses(ids), "aaaaaa")
	more := d.campaignMembers(6, 1, praise[0])
	d.is("a copy of what moderators approved", d.statuses(more), "a")
	d.as("bob", "POST", "/v1/decisions/"+batch.Batch+"/undo", nil).must(http.StatusOK)
	more = append(more, d.campaignMembers(7, 1, praise[0])...)
	d.is("undone again", d.statuses(append(ids, more...)), "pppppppp")
}

// Nobody publishes the threat in the sixth of eight near-copies by approving what the first
// one says.
func TestAThreatInsideACampaignStaysWaiting(t *testing.T) {
	d := campaignSite(t)
	ids := d.campaignMembers(0, 5, praise[0])
	threat := d.campaignMembers(5, 1, praise[0]+" We know where you live.")[0]
	ids = append(ids, d.campaignMembers(6, 2, praise[0])...)
	d.is("all wait", d.statuses(append(ids, threat)), "pppppppp")

	var queue items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue?site=gazette&group=campaign", nil).into(http.StatusOK, &queue)
	if len(queue.Items) != 1 {
		t.Fatalf("the queue has %d items", len(queue.Items))
	}
	group := queue.Items[0].Campaign
	filter := object{"site": "gazette", "campaign": group.ID}
	d.as("bob", "POST", "/v1/decisions", object{"filter": filter, "expect": 8, "action": "approve"}).names("filter.text")
	d.as("bob", "POST", "/v1/decisions/preview", object{"filter": object{"site": "gazette", "text": group.Text}}).names("filter.text")

	var all, seen models.Preview
	d.as("bob", "POST", "/v1/decisions/preview", object{"filter": filter}).into(http.StatusOK, &all)
	if all.Count != 8 || all.Texts != 2 || len(all.Variants) != 2 {
		t.Fatalf("the preview has %d comments and %d texts: %+v", all.Count, all.Texts, all.Variants)
	}
	filter["text"] = group.Text
	d.as("bob", "POST", "/v1/decisions/preview", object{"filter": filter}).into(http.StatusOK, &seen)
	if seen.Count != 7 || seen.Variants != nil {
		t.Fatalf("the preview of one text has %d comments", seen.Count)
	}
	var batch struct {
		Batch string
		Count int
	}
	d.as("bob", "POST", "/v1/decisions", object{"filter": filter, "expect": seen.Count, "token": seen.Token, "action": "approve"}).into(http.StatusOK, &batch)
	d.is("approved", d.statuses(append(ids, threat)), "aaaaaaap")
	d.as("bob", "GET", "/v1/queue?site=gazette&group=campaign", nil).into(http.StatusOK, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Comment.ID != threat || queue.Items[0].Campaign.Pending != 1 {
		t.Fatalf("the queue has %+v", queue.Items)
	}
	d.as("bob", "POST", "/v1/decisions/"+batch.Batch+"/undo", nil).must(http.StatusOK)
	d.is("undone", d.statuses(append(ids, threat)), "pppppppp")
	delete(filter, "text")
	d.as("bob", "POST", "/v1/decisions", object{"filter": filter, "expect": 8, "action": "reject", "reason": "spam"}).must(http.StatusOK)
	d.is("rejected", d.statuses(append(ids, threat)), "rrrrrrrr")
}

func TestWhatIsNoCampaign(t *testing.T) {
	d := campaignSite(t)
	r := crowd{rand.New(rand.NewPCG(5, 3))}
	for what, text := range map[string]func(i int) string{
		"a slogan on one article":            func(int) string { return slogan },
		"few words":                          func(int) string { return "Free Assange!" },
		"a link to the article's site":       func(int) string { return r.prose(3) + " " + page + "/harbour" },
		"a newspaper":                        func(int) string { return r.prose(3) + " https://www.bbc.co.uk/sport" },
		"a reader who is answered":           func(int) string { return "@Marianne " + r.prose(3) },
		"many authors of different contacts": func(i int) string { return r.prose(3) + fmt.Sprintf(" 0451 77%d000", i) },
	} {
		var ids []string
		for i := range 8 {
			ids = append(ids, d.write(fmt.Sprint(what, i), "harbour", text(i)).ID)
		}
		d.is(what, d.statuses(ids), "aaaaaaaa")
	}
	var thanks []string
	for i := range 12 {
		thanks = append(thanks, d.write(fmt.Sprint("Grateful ", i), fmt.Sprint("article", i), "Great article, thank you for writing about this!").ID)
	}
	d.is("thanks on many articles", d.statuses(thanks), "aaaaaaaaaaaa")
	sold := d.write("Seller 0", "harbour", slogan+" Code SAVE2026")
	for i := range 4 {
		sold = d.write(fmt.Sprint("Seller ", i+1), "harbour", slogan+" Code SAVE2026")
	}
	d.is("a slogan with a code", sold.Status, "pending")

	none := 0
	_, err := d.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error { s.CampaignCopies = &none; return nil })
	d.must(err)
	d.restart()
	d.is("switched off", d.statuses(d.campaignMembers(0, 7, offers[1])), "aaaaaaa")
}

func TestACopiedCommentWithALinkAddedIsHeld(t *testing.T) {
	d := campaignSite(t)
	d.write("Ann", "harbour", praise[1])
	copied := d.write("Bob", "harbour", praise[1]+" More at https://remarkable-shoes.example")
	d.is("the copy", copied.Status, "pending")
	if c := d.stored(copied.ID); c.Reason != models.ReasonRule {
		t.Errorf("held for %s", c.Reason)
	}
	d.is("a copy without", d.write("Cem", "harbour", praise[1]).Status, "approved")
}

// Approvals of three authors' comments with links to a domain make it known, a rejection
// ends that, and its undo restores it.
func TestModeratorsMakeALinkKnown(t *testing.T) {
	d := campaignSite(t)
	link := func(n int) string {
		return d.write(fmt.Sprint("Reader ", n), "harbour", fmt.Sprintf("%s See https://harbour-news.example/%d", praise[n%3], n)).ID
	}
	decide := func(id, action, reason string) string {
		var made models.Decision
		d.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": action, "reason": reason}).into(http.StatusOK, &made)
		return made.ID
	}
	known := func(what string, want bool) {
		t.Helper()
		d.restart() // a node reads the decisions once a minute
		var v models.Verdict
		d.as("eve", "POST", "/v1/sites/gazette/test", object{"text": "More at https://www.harbour-news.example/tickets"}).into(http.StatusOK, &v)
		found := slices.ContainsFunc(v.Signals, func(s models.Signal) bool { return s.Name == "rule:known-link" })
		if found != want {
			t.Errorf("%s: %v, signals %v", what, found, v.Signals)
		}
	}
	decide(link(0), "approve", "")
	decide(link(1), "approve", "")
	known("two authors", false)
	decide(link(2), "approve", "")
	known("three authors", true)
	rejected := decide(link(3), "reject", "spam")
	known("a rejection", false)
	d.as("bob", "POST", "/v1/decisions/"+rejected+"/undo", nil).must(http.StatusOK)
	known("its undo", true)
}
