package storagetest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
)

// Run runs the conformance suite on a database, without some parts. newURL returns the
// address of a new, empty one.
func Run(t *testing.T, newURL func(testing.TB) string, without ...string) {
	for _, part := range []struct {
		name  string
		tests map[string]func(*testing.T, *fixture)
	}{
		{"people", peopleTests},
		{"sessions", sessionTests},
		{"authors", authorTests},
		{"bans", banTests},
		{"repeats", repeatTests},
		{"reports", reportTests},
		{"articles", articleTests},
		{"threads", threadTests},
		{"shared threads", sharedThreadTests},
		{"thread pages", threadPageTests},
		{"article moves", articleMoveTests},
		{"comments", commentTests},
		{"queue", queueTests},
		{"claims", claimTests},
		{"search", searchTests},
		{"queue texts", queueTextTests},
		{"campaigns", campaignMemberTests},
		{"decisions", decisionTests},
		{"own comments", ownTests},
		{"appeals", appealTests},
		{"redactions", redactionTests},
		{"featured", featuredTests},
		{"newsroom", newsroomTests},
		{"second looks", secondLookTests},
		{"training", trainingTests},
		{"label flow", labelFlowTests},
		{"leases of trainings", trainingLeaseTests},
		{"what-if", whatIfTests},
		{"shadows", shadowTests},
		{"stats", statsTests},
		{"audit", auditTests},
		{"database", databaseTests},
		{"events", eventTests},
		{"edges", edgeTests},
		{"keys", keyTests},
		{"foreign clients", akismetTests},
		{"webhooks", webhookTests},
	} {
		if slices.Contains(without, part.name) {
			continue
		}
		for name, test := range part.tests {
			t.Run(part.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(t, newFixture(t, newURL))
			})
		}
	}
}

// fixture is a database with two sites and a clock that tests move.
type fixture struct {
	*storage.DB
	url   string
	clock *Clock
	ctx   context.Context
	n     int // number of comments made; their texts differ by it
}

var (
	operator = models.Caller{Kind: models.ByCommand, Name: "operator"}
	ann      = models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
	bob      = models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator}
	eve      = models.Caller{Kind: models.ByModerator, Name: "eve", Role: models.RoleModerator, Sites: []string{"tribune"}}
	gazette  = models.Caller{Kind: models.ByKey, Site: "gazette"}
	nobody   = models.Caller{}
)

func newFixture(t *testing.T, newURL func(testing.TB) string) *fixture {
	l := &fixture{url: newURL(t), clock: NewClock(), ctx: t.Context()}
	l.DB = Open(t, l.url, storage.Options{Now: l.clock.Now})
	for _, slug := range []string{"gazette", "tribune"} {
		must(l.AddSite(l.ctx, operator, models.Site{Slug: slug}))(t)
	}
	return l
}

// must returns a value, or fails the test with the error that came with it.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, want models.Kind) {
	t.Helper()
	if got := models.KindOf(err); got != want {
		t.Fatalf("error %v is of kind %q, want %q", err, got, want)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// new returns a pending comment of gazette, with a risk that no other has. edit
// changes it.
func (l *fixture) new(edit ...func(*storage.NewComment)) storage.NewComment {
	l.n++
	p := 0.5 + float64(l.n)/1e5
	n := storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "a1", URL: "https://gazette.example/a1", Title: "First"},
			Author: models.Author{Name: "Reader"}, Body: "thought number " + strconv.Itoa(l.n),
			Status: models.Pending, Reason: models.ReasonSpam,
		},
		Verdict: models.Verdict{
			Spam: &p, Action: models.Hold, Reason: models.ReasonSpam, Model: "m1", HoldAt: 0.5, RejectAt: 0.99,
			Signals: []models.Signal{{Name: "word:thought", Weight: 1.5, Spans: [][2]int{{0, 7}}}},
		},
	}
	for _, e := range edit {
		e(&n)
	}
	return n
}

// post stores a comment made by new.
func (l *fixture) post(t testing.TB, edit ...func(*storage.NewComment)) models.Comment {
	t.Helper()
	c, _, _, err := l.CreateComment(l.ctx, l.new(edit...))
	ok(t, err)
	return c
}

func approved(n *storage.NewComment) {
	n.Comment.Status, n.Comment.Reason = models.Approved, ""
	n.Verdict.Action, n.Verdict.Reason = models.Approve, ""
}

func onSite(site string) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.Site = site }
}

func onArticle(id string) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.Article = models.Article{ID: id} }
}

func withBody(body string) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.Body = body }
}

func by(a models.Author) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.Author = a }
}

// together calls f n times at the same moment and waits for all.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}
