package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

func TestSearch(t *testing.T) {
	for sentence, test := range map[string]func(*testNode){
		"comments of every status are found, on the caller's sites": searchComments,
		"a query that cannot be run is refused in words":            refusedSearches,
	} {
		onBoth(t, sentence, test)
	}
}

// found returns the texts that a search finds, on pages of two.
func (d *testNode) found(who, query string) (bodies []string) {
	d.Helper()
	for next, more := "", true; more; more = next != "" {
		var page items[models.QueueItem]
		d.as(who, "GET", "/v1/search?limit=2&"+query+"&cursor="+url.QueryEscape(next), nil).into(http.StatusOK, &page)
		for _, item := range page.Items {
			bodies = append(bodies, item.Comment.Body)
			if waits := item.Comment.Status == models.Pending; waits != (item.Why != "") {
				d.Errorf("%s: %s, why: %q", item.Comment.Body, item.Comment.Status, item.Why)
			}
		}
		next = page.Next
	}
	return bodies
}

func searchComments(d *testNode) {
	d.pending("herald", "The herald has a саsinо too")
	rejected := d.pending("gazette", "Win at the C A S I N O")
	d.as("bob", "POST", "/v1/comments/"+rejected.ID+"/decision", object{"action": "reject", "reason": "spam"}).must(http.StatusOK)
	d.pending("gazette", "A cas1no by the sea")
	approved := d.pending("gazette", "The casino closes at nine")
	d.as("bob", "POST", "/v1/comments/"+approved.ID+"/decision", object{"action": "approve"}).must(http.StatusOK)
	// The index is filled in the background.
	for len(d.found("bob", "q=casino")) < 4 {
		time.Sleep(50 * time.Millisecond)
	}
	for query, want := range map[string]string{
		"q=casino":                             "The casino closes at nine|A cas1no by the sea|Win at the C A S I N O|The herald has a саsinо too",
		"site=gazette&q=casi*+the":             "The casino closes at nine|A cas1no by the sea|Win at the C A S I N O",
		"q=casino&status=rejected":             "Win at the C A S I N O",
		"q=casino&status=pending&site=gazette": "A cas1no by the sea",
		"article=harbour&status=approved":      "The casino closes at nine",
		"q=casino&from=2100-01-01T00:00:00Z":   "",
		"q=casino&to=2001-01-01T00:00:00Z":     "",
		"q=casino&author=nobody":               "",
		"q=casino&site=herald&status=":         "The herald has a саsinо too",
		"q=nowhere":                            "",
		"reason=spam&moderator=bob":            "Win at the C A S I N O",
		"moderator=bob":                        "The casino closes at nine|Win at the C A S I N O",
		"q=casino&moderator=ada":               "",
		"replies=reported":                     "",
		"detail=gossip":                        "",
		"signal=nonsense":                      "",
		"q=casino&network=192.0.2.7":           "",
		"q=%22casino%22+AND&site=gazette":      "",
	} {
		if got := strings.Join(d.found("bob", query), "|"); got != want {
			d.Errorf("%s: found %s, want %s", query, got, want)
		}
	}
}

func refusedSearches(d *testNode) {
	for query, want := range map[string]string{
		"q=!":             "must have a word or a number",
		"q=a*":            "must have at least 2 characters before a *",
		"status=gone":     "must be one of pending, approved, rejected",
		"reason=boring":   "must be one of off_topic",
		"from=yesterday":  "must be a time",
		"network=10.0":    "must be an IPv4 network /24",
		"cursor=x":        "is not a cursor of this list",
		"limit=0":         "must be a whole number",
		"q=" + words(17):  "must have at most 16 words",
		"q=" + words(150): "must have at most 200 characters",
		"from=2031-01-02T00:00:00Z&to=2031-01-01T00:00:00Z": "must not be after to",
	} {
		res := d.as("bob", "GET", "/v1/search?"+query, nil)
		res.must(http.StatusUnprocessableEntity)
		if !strings.Contains(string(res.body), want) {
			d.Errorf("%s: %s, want %q", query, res.body, want)
		}
	}
}

// words returns a query of different words.
func words(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	return strings.Join(all, "+")
}
