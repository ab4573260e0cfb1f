package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"winnow/classifier/searchterms"
	"winnow/models"
	"winnow/storage"
)

var searchTests = map[string]func(*testing.T, *fixture){
	"words are found as the filter reads them": func(t *testing.T, l *fixture) {
		for _, body := range []string{
			"Best саsinо in town", "win at the c a s i n o", "v1agra for you", "Die LÜGENPRESSE von der Straße",
			"请马上加微信吧", "온라인 도박을 하세요", "Idiotic, said the ferryman",
		} {
			l.post(t, withBody(body), approved)
		}
		l.index(t)
		for query, want := range map[string]string{
			"casino": "win at the c a s i n o|Best саsinо in town", "viagra": "v1agra for you", "v1agra": "v1agra for you",
			"lügenpresse": "Die LÜGENPRESSE von der Straße", "strasse presse*": "", "strasse lüg*": "Die LÜGENPRESSE von der Straße",
			"加微信": "请马上加微信吧", "信": "请马上加微信吧", "도박": "온라인 도박을 하세요", "idiot*": "Idiotic, said the ferryman", "idiot": "",
			"ferryman first": "Idiotic, said the ferryman", "reader tow*": "Best саsinо in town", "near": "", "nowhere": "",
		} {
			equal(t, query, strings.Join(l.bodies(t, ann, models.SearchFilter{Site: "gazette"}, query), "|"), want)
		}
	},
	"every condition selects": func(t *testing.T, l *fixture) {
		start := l.clock.Now()
		l.post(t, withBody("tide one"), approved, by(models.Author{ID: "u1", Name: "Ada"}))
		l.clock.Advance(time.Hour)
		l.post(t, withBody("tide two"), onArticle("a2"), by(models.Author{Name: "Ada"}))
		l.post(t, withBody("tide three"), onSite("tribune"), by(models.Author{Name: "Bo"}))
		l.post(t, withBody("ebb four"))
		l.index(t)
		for _, c := range []struct {
			f           models.SearchFilter
			query, want string
		}{
			{models.SearchFilter{}, "tide", "tide three|tide two|tide one"},
			{models.SearchFilter{}, "", "ebb four|tide three|tide two|tide one"},
			{models.SearchFilter{Site: "gazette"}, "tide", "tide two|tide one"},
			{models.SearchFilter{Status: models.Pending}, "tide", "tide three|tide two"},
			{models.SearchFilter{Status: models.Approved}, "", "tide one"},
			{models.SearchFilter{Status: models.Rejected}, "tide", ""},
			{models.SearchFilter{Author: "Ada"}, "", "tide two|tide one"},
			{models.SearchFilter{Author: "u1"}, "tide", "tide one"},
			{models.SearchFilter{Author: "ada"}, "", ""},
			{models.SearchFilter{Article: "a2"}, "", "tide two"},
			{models.SearchFilter{Article: "a1", Author: "Ada"}, "tide", "tide one"},
			{models.SearchFilter{From: start.Add(time.Minute)}, "tide", "tide three|tide two"},
			{models.SearchFilter{To: start.Add(time.Minute)}, "tide", "tide one"},
			{models.SearchFilter{From: start.Add(time.Minute), To: start.Add(2 * time.Minute)}, "tide", ""},
		} {
			equal(t, fmt.Sprintf("%+v %s", c.f, c.query), strings.Join(l.bodies(t, ann, c.f, c.query), "|"), c.want)
		}
		equal(t, "of a moderator of one site", strings.Join(l.bodies(t, eve, models.SearchFilter{}, "tide"), "|"), "tide three")
		_, err := l.Search(l.ctx, eve, models.SearchFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
		_, err = l.Search(l.ctx, nobody, models.SearchFilter{})
		wantKind(t, err, models.KindForbidden)
		_, err = l.Search(l.ctx, ann, models.SearchFilter{Cursor: "?"})
		wantKind(t, err, models.KindInvalid)
	},
	"the archive is filtered by network, signal and the site's own reasons": func(t *testing.T, l *fixture) {
		must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error {
			s.Reasons = []models.SiteReason{{ID: "insult", Under: models.ReasonAbuse, Name: "Insults"}}
			return nil
		}))(t)
		from := func(network string) func(*storage.NewComment) {
			return func(n *storage.NewComment) { n.Comment.Client.Net = network }
		}
		l.post(t, withBody("tide one"), from("203.0.113.0/24"), approved)
		named := l.post(t, withBody("tide two"), from("198.51.100.0/24"), func(n *storage.NewComment) {
			n.Verdict.Signals = []models.Signal{{Name: "list:tides", Weight: 1}}
		})
		l.post(t, withBody("tide three"), from("203.0.113.0/24"))
		l.decide(t, bob, named.ID, models.DecisionRequest{Action: models.Reject, Detail: "insult"})
		l.index(t)
		for _, c := range []struct {
			f           models.SearchFilter
			query, want string
		}{
			{models.SearchFilter{Network: "203.0.113.0/24"}, "", "tide three|tide one"},
			{models.SearchFilter{Network: "203.0.113.0/24"}, "one", "tide one"},
			{models.SearchFilter{Network: "192.0.2.0/24"}, "", ""},
			{models.SearchFilter{Detail: "insult"}, "", "tide two"},
			{models.SearchFilter{Reason: models.ReasonAbuse, Detail: "gossip"}, "", ""},
			{models.SearchFilter{Signal: "list:"}, "", "tide two"},
			{models.SearchFilter{Signal: "ist:"}, "", ""},
		} {
			equal(t, fmt.Sprintf("%+v %s", c.f, c.query), strings.Join(l.bodies(t, ann, c.f, c.query), "|"), c.want)
		}
	},
	"reported replies of the newsroom are found, and stay public": func(t *testing.T, l *fixture) {
		c := l.post(t, withBody("tide one"), approved)
		reply := must(l.ReplyAsNewsroom(l.ctx, bob, c.ID, "the tide table is right", ""))(t)
		must(l.ReplyAsNewsroom(l.ctx, bob, c.ID, "and so is the clock", ""))(t)
		l.index(t)
		equal(t, "before", len(l.bodies(t, ann, models.SearchFilter{ReportedReplies: true}, "")), 0)
		must(l.Flag(l.ctx, gazette, c.ID, storage.Report{Who: "author u1", Reason: models.ReasonSpam}))(t)
		must(l.Flag(l.ctx, gazette, reply.ID, storage.Report{Who: "author u1", Reason: models.ReasonIllegal, Words: "It is not."}))(t)
		l.index(t)
		equal(t, "found", strings.Join(l.bodies(t, ann, models.SearchFilter{ReportedReplies: true}, ""), "|"), "the tide table is right")
		d := must(l.Detail(l.ctx, ann, reply.ID))(t)
		equal(t, "public, with its reports", string(d.Comment.Status)+" "+d.Reports[0].Words, "approved It is not.")
	},
	"pages are complete while comments arrive": searchPages,
	"edits, decisions and merges are followed": searchFollows,
	"what is removed is not found": func(t *testing.T, l *fixture) {
		gone := by(models.Author{ID: "u9", Name: "Xanthippe"})
		for range 3 {
			l.post(t, withBody("a zyzzyva in the harbour"), gone)
		}
		l.post(t, withBody("a crab in the harbour"))
		l.index(t)
		edited := l.post(t, withBody("another zyzzyva"), gone) // not yet in the index
		equal(t, "found before", len(l.bodies(t, ann, models.SearchFilter{}, "zyzzyva")), 3)
		_, err := l.EraseReader(l.ctx, operator, models.Reader{Site: "gazette", ID: "u9"})
		ok(t, err)
		for range 2 {
			for _, f := range []models.SearchFilter{{}, {Author: "u9"}, {Author: "Xanthippe"}} {
				query := "zyzzyva"
				if f.Author != "" {
					query = ""
				}
				equal(t, "found after an erasure", len(l.bodies(t, ann, f, query)), 0)
			}
			l.index(t)
		}
		equal(t, "erased", must(l.Comment(l.ctx, edited.ID))(t).Body, "")
		equal(t, "the others", strings.Join(l.bodies(t, ann, models.SearchFilter{}, "harbour"), "|"), "a crab in the harbour")
		raw := Raw(t, l.url)
		Each(t, raw, `SELECT comment_id, CAST(terms AS text), '' FROM search_docs`, func(id, terms, _ string) {
			if strings.Contains(terms, "zyzzyva") || strings.Contains(terms, "xanthippe") {
				t.Errorf("the document of %s has %s", id, terms)
			}
		})
		ok(t, l.RemoveSite(l.ctx, operator, "gazette", true))
		equal(t, "of a removed site", len(l.bodies(t, ann, models.SearchFilter{}, "harbour")), 0)
	},
	"a comment that is stored late is found": func(t *testing.T, l *fixture) {
		early := l.post(t, withBody("the early tide"))
		l.index(t)
		// As if it had been stored by a node whose clock is a minute behind.
		raw := Raw(t, l.url)
		late := l.post(t, withBody("the late tide"))
		_, err := raw.Exec(`UPDATE comments SET created_at = $1 WHERE id = $2`, early.CreatedAt.Add(-time.Minute).UnixMicro(), late.ID)
		ok(t, err)
		l.post(t, withBody("the next tide"))
		l.clock.Advance(time.Hour)
		l.post(t, withBody("the last tide"))
		l.index(t)
		l.index(t)
		equal(t, "found", strings.Join(l.bodies(t, ann, models.SearchFilter{}, "tide"), "|"), "the late tide|the last tide|the next tide|the early tide")
	},
	"nodes that index at once leave nothing out and add nothing twice": func(t *testing.T, l *fixture) {
		for n := range 60 {
			l.post(t, withBody(fmt.Sprintf("wave number %d of the tide", n)))
		}
		equal(t, "lag before", must(l.SearchLag(l.ctx))(t) > 0, true)
		l.clock.Advance(time.Minute)
		together(4, func(int) {
			for n := 1; n > 0; {
				var err error
				if n, err = l.IndexComments(l.ctx, searchterms.OfComment, 7); models.KindOf(err) == models.KindConflict {
					n = 1
				} else if err != nil {
					t.Error(err)
				}
			}
		})
		equal(t, "found", len(l.bodies(t, ann, models.SearchFilter{}, "tide")), 60)
		equal(t, "lag after", must(l.SearchLag(l.ctx))(t), 0)
	},
}

// index indexes all comments that have arrived.
func (l *fixture) index(t testing.TB) {
	t.Helper()
	l.clock.Advance(time.Minute)
	for n := 1; n > 0; {
		n = must(l.IndexComments(l.ctx, searchterms.OfComment, 50))(t)
	}
}

// bodies returns the texts of all comments that a search finds, on pages of three.
func (l *fixture) bodies(t testing.TB, by models.Caller, f models.SearchFilter, query string) (found []string) {
	t.Helper()
	f.AnyOf, f.Limit = must(searchterms.ParseQuery(query))(t), 3
	for more := true; more; more = f.Cursor != "" {
		page := must(l.Search(l.ctx, by, f))(t)
		for _, item := range page.Items {
			found = append(found, item.Comment.Body)
		}
		f.Cursor = page.Next
	}
	return found
}

func searchPages(t *testing.T, l *fixture) {
	const comments = 70
	raw := Raw(t, l.url)
	var want []string
	for n := range comments {
		if n%5 == 0 { // full blocks, so that a search goes through several
			l.index(t)
			_, err := raw.Exec(`UPDATE search_blocks SET docs = 2048`)
			ok(t, err)
		}
		site := []string{"gazette", "tribune"}[n/7%2]
		want = append(want, l.post(t, onSite(site), withBody(fmt.Sprintf("the tide at %d o'clock", n))).ID)
	}
	slices.Reverse(want)
	l.index(t)
	f := models.SearchFilter{AnyOf: must(searchterms.ParseQuery("tide"))(t), Limit: 3}
	rare := must(searchterms.ParseQuery("3"))(t)
	equal(t, "a rare word", must(l.Search(l.ctx, ann, models.SearchFilter{AnyOf: rare}))(t).Items[0].Comment.ID, want[comments-4])
	equal(t, "the longest query in many blocks", len(l.bodies(t, ann, models.SearchFilter{Site: "gazette"}, "v1agra b c d e f g h i j k l m n o rs*")), 0)
	var got []string
	for more := true; more; more = f.Cursor != "" {
		page := must(l.Search(l.ctx, ann, f))(t)
		for _, item := range page.Items {
			got = append(got, item.Comment.ID)
		}
		f.Cursor = page.Next
		l.post(t, withBody(fmt.Sprintf("a tide that came with page %d", len(got))))
		l.index(t)
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages have %d comments, want these %d, each once: %v, %v", len(got), len(want), got, want)
	}
}

func searchFollows(t *testing.T, l *fixture) {
	c := l.post(t, withBody("the old tide"), onArticle("a1"))
	l.post(t, withBody("the younger ebb"), onArticle("a2"))
	l.index(t)
	must(l.EditComment(l.ctx, gazette, c.ID, storage.CommentEdit{Body: "the new ebb", Status: models.Pending}))(t)
	l.index(t)
	equal(t, "the old text", len(l.bodies(t, ann, models.SearchFilter{}, "tide")), 0)
	equal(t, "the new text, in its old place", strings.Join(l.bodies(t, ann, models.SearchFilter{}, "ebb"), "|"), "the younger ebb|the new ebb")
	_, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse})
	ok(t, err)
	again, _, err := l.Decide(l.ctx, ann, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
	ok(t, err)
	l.index(t)
	l.index(t)
	lastDecisions := func() (by []string) {
		for _, item := range must(l.Search(l.ctx, ann, models.SearchFilter{Site: "gazette"}))(t).Items {
			if item.Decision != nil {
				by = append(by, item.Comment.Body+": "+item.Decision.Moderator+" "+string(item.Decision.Reason))
			}
		}
		return by
	}
	equal(t, "who decided last", strings.Join(lastDecisions(), "|"), "the new ebb: ann spam")
	chosen := func(reason models.Reason, moderator string) string {
		return strings.Join(l.bodies(t, ann, models.SearchFilter{Status: models.Rejected, Reason: reason, Moderator: moderator}, ""), "|")
	}
	equal(t, "rejected as spam", chosen(models.ReasonSpam, ""), "the new ebb")
	equal(t, "rejected as abuse, before", chosen(models.ReasonAbuse, ""), "")
	equal(t, "decided by ann", chosen("", "ann"), "the new ebb")
	equal(t, "decided by bob, before", chosen("", "bob"), "")
	_, _, err = l.Undo(l.ctx, ann, again.ID)
	ok(t, err)
	equal(t, "after an undo", strings.Join(lastDecisions(), "|"), "the new ebb: bob abuse")
	equal(t, "no more as spam", chosen(models.ReasonSpam, ""), "") // at once
	l.index(t)
	equal(t, "as abuse again", chosen(models.ReasonAbuse, "bob"), "the new ebb")
	equal(t, "no more by ann", chosen("", "ann"), "")
	equal(t, "rejected", strings.Join(l.bodies(t, ann, models.SearchFilter{Status: models.Rejected}, "ebb"), "|"), "the new ebb")
	equal(t, "pending", strings.Join(l.bodies(t, ann, models.SearchFilter{Status: models.Pending}, "ebb"), "|"), "the younger ebb")
	must(l.MergeArticles(l.ctx, ann, "gazette", "a2", "a1"))(t)
	for _, article := range []string{"a1", "a2"} {
		equal(t, "on merged articles", strings.Join(l.bodies(t, ann, models.SearchFilter{Site: "gazette", Article: article}, ""), "|"), "the younger ebb|the new ebb")
	}
}
