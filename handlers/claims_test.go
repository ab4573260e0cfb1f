package handlers_test

import (
	"net/http"
	"testing"

	"winnow/models"
)

func TestClaims(t *testing.T) {
	for sentence, test := range map[string]func(*testNode){
		"a lease is renewed, and lost ones are named":          renewal,
		"a skipped item is marked, and claimed by others only": skipping,
		"near-copies are one item":                             groupedQueue,
	} {
		onBoth(t, sentence, test)
	}
}

func renewal(d *testNode) {
	claimed, gone := d.pending("gazette", "claimed"), d.pending("gazette", "gone")
	first := d.claim("bob", 2)
	d.decide("bob", gone.ID, object{"action": "approve"})
	var got struct {
		Items []models.Lease
		Lost  []models.LostClaim
	}
	ids := object{"comment_ids": []string{claimed.ID, gone.ID, "nonsense"}}
	d.as("bob", "POST", "/v1/queue/renew", ids).into(http.StatusOK, &got)
	if len(got.Items) != 1 || got.Items[0].ID != claimed.ID || !got.Items[0].LeaseUntil.After(first[0].Claim.LeaseUntil) || len(got.Lost) != 2 {
		d.Fatalf("renewed: %+v", got)
	}
	d.as("carl", "POST", "/v1/queue/renew", ids).into(http.StatusOK, &got)
	for _, x := range got.Lost {
		if x.ID == claimed.ID && (x.Claim == nil || x.Claim.By != "bob") {
			d.Errorf("carl gets %+v", x)
		}
	}
}

func skipping(d *testNode) {
	c := d.pending("gazette", "hard to say")
	d.claim("bob", 1)
	d.as("bob", "POST", "/v1/queue/skip", object{"comment_ids": []string{c.ID}}).must(http.StatusNoContent)
	if again := d.claim("bob", 1); len(again) != 0 {
		d.Fatalf("bob claimed %+v", again)
	}
	var page items[models.QueueItem]
	d.as("bob", "GET", "/v1/queue", nil).into(http.StatusOK, &page)
	if len(page.Items) != 1 || !page.Items[0].Skipped {
		d.Fatalf("the list: %+v", page)
	}
	if carls := d.claim("carl", 1); len(carls) != 1 {
		d.Fatalf("carl claimed %+v", carls)
	}
	d.as("carl", "POST", "/v1/queue/release", object{"comment_ids": []string{c.ID}}).must(http.StatusNoContent)
	d.as("bob", "POST", "/v1/queue/unskip", object{"comment_ids": []string{c.ID}}).must(http.StatusNoContent)
	if again := d.claim("bob", 1); len(again) != 1 {
		d.Fatalf("bob claimed %+v after the undo", again)
	}
}

func groupedQueue(d *testNode) {
	d.pending("gazette", "alone")
	d.pending("gazette", "alone too")
	var page items[models.QueueItem]
	for _, query := range []string{"group=campaign&sort=uncertain", "signal=word:&lang=de&section=Sport&since=2001-01-01T00:00:00Z&until=2002-01-01T00:00:00Z"} {
		d.as("bob", "GET", "/v1/queue?"+query, nil).into(http.StatusOK, &page)
	}
	if page.Total != 0 {
		d.Fatalf("narrowed: %+v", page)
	}
	var claimed items[models.QueueItem]
	d.as("bob", "POST", "/v1/queue/claim", object{"group": "campaign", "sort": "uncertain"}).into(http.StatusOK, &claimed)
	if len(claimed.Items) != 2 {
		d.Fatalf("claimed: %+v", claimed)
	}
}
