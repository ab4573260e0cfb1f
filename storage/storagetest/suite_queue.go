package storagetest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var queueTests = map[string]func(*testing.T, *fixture){
	"pages of every order have no gaps and no repeats": func(t *testing.T, l *fixture) {
		var all []models.Comment
		for i := range 25 {
			site := onSite([]string{"gazette", "gazette", "tribune"}[i%3])
			all = append(all, l.post(t, site, func(n *storage.NewComment) {
				p := float64((i*7)%6) / 7 // several of equal risk
				n.Verdict.Spam, n.Verdict.Abuse = &p, nil
			}))
			l.post(t, site, approved)
		}
		for _, sort := range []models.Sort{"", models.SortRisk, models.SortOldest, models.SortNewest} {
			for _, site := range []string{"", "gazette"} {
				var got []models.QueueItem
				for f := (models.QueueFilter{Site: site, Sort: sort, Limit: 4}); ; {
					page := must(l.Queue(l.ctx, ann, f))(t)
					got = append(got, page.Items...)
					if f.Cursor = page.Next; f.Cursor == "" {
						equal(t, "total", page.Total, len(got))
						break
					}
				}
				seen := map[string]bool{}
				for i, item := range got {
					seen[item.Comment.ID] = true
					if i > 0 && !inOrder(sort, got[i-1], item) {
						t.Fatalf("sort %q: item %d stands after item %d", sort, i, i-1)
					}
				}
				for _, c := range all {
					if want := site == "" || c.Site == site; seen[c.ID] != want {
						t.Fatalf("sort %q site %q: %s shown %v, want %v", sort, site, c.ID, seen[c.ID], want)
					}
				}
				equal(t, "items", len(got), len(seen))
			}
		}
	},
	"sites that differ are merged in order": func(t *testing.T, l *fixture) {
		sites := []string{"gazette", "tribune"}
		for _, slug := range []string{"herald", "mirror", "echo"} {
			_, err := l.AddSite(l.ctx, operator, models.Site{Slug: slug, Mode: models.ModePost})
			ok(t, err)
			sites = append(sites, slug)
		}
		var want []string   // ids by risk
		for i := range 60 { // most of the riskiest are of one site, and the last ones of another
			site := sites[min(i/25, 1)]
			if i%9 == 4 {
				site = sites[i%len(sites)]
			}
			want = append(want, l.post(t, onSite(site), risky(1-float64(i)/100)).ID)
		}
		for _, limit := range []int{1, 3, 10, 30, 59, 60, 61} {
			var got []string
			for f := (models.QueueFilter{Limit: limit}); ; {
				page := must(l.Queue(l.ctx, ann, f))(t)
				for _, item := range page.Items {
					got = append(got, item.Comment.ID)
				}
				if f.Cursor = page.Next; f.Cursor == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("pages of %d have %d comments in another order, of %d", limit, len(got), len(want))
			}
		}
		claimed := must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 10}, time.Hour))(t)
		for i, item := range claimed {
			equal(t, "claimed", item.Comment.ID, want[i])
		}
		equal(t, "claims", len(claimed), 10)
	},
	"a band of scores": func(t *testing.T, l *fixture) {
		for i, p := range []float64{0.02, 0.31, 0.34, 0.35, 0.61, 1} {
			spam, abuse := p, 0.01
			if i%2 == 0 {
				spam, abuse = abuse, spam
			}
			l.post(t, onSite([]string{"gazette", "tribune"}[i%2]), func(n *storage.NewComment) { n.Verdict.Spam, n.Verdict.Abuse = &spam, &abuse })
		}
		l.post(t, approved)
		for band, want := range map[models.ScoreBand]int{{}: 6, {From: 0.3, To: 0.35}: 2, {From: 0.35}: 3, {To: 0.35}: 3, {From: 0.9, To: 1}: 1, {From: 0.62, To: 0.9}: 0} {
			page := must(l.Queue(l.ctx, ann, models.QueueFilter{Scores: band}))(t)
			equal(t, "selected", len(page.Items), want)
			equal(t, "total", page.Total, want)
		}
		equal(t, "claimed", len(must(l.Claim(l.ctx, bob, models.QueueFilter{Scores: models.ScoreBand{From: 0.3, To: 0.35}, Limit: 9}, time.Minute))(t)), 2)
		scores := must(l.QueueScores(l.ctx, ann, models.QueueFilter{}))(t)
		equal(t, "counts", scores.Counts, [models.RiskBins]int{0: 1, 6: 2, 7: 1, 12: 1, 19: 1})
		equal(t, "of a site", must(l.QueueScores(l.ctx, eve, models.QueueFilter{Site: "tribune"}))(t).Counts, [models.RiskBins]int{6: 1, 7: 1, 19: 1})
		_, err := l.QueueScores(l.ctx, eve, models.QueueFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
	},
	"a moderator sees only assigned sites": func(t *testing.T, l *fixture) {
		l.post(t)
		mine := l.post(t, onSite("tribune"))
		page := must(l.Queue(l.ctx, eve, models.QueueFilter{}))(t)
		equal(t, "total", page.Total, 1)
		equal(t, "item", page.Items[0].Comment.ID, mine.ID)
		equal(t, "claimed", len(must(l.Claim(l.ctx, eve, models.QueueFilter{Limit: 9}, time.Minute))(t)), 1)
		_, err := l.Queue(l.ctx, eve, models.QueueFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
		_, err = l.Claim(l.ctx, eve, models.QueueFilter{Site: "gazette"}, time.Minute)
		wantKind(t, err, models.KindNotFound)
		_, err = l.Queue(l.ctx, nobody, models.QueueFilter{})
		wantKind(t, err, models.KindForbidden)
	},
	"filters apply to items and total": func(t *testing.T, l *fixture) {
		l.post(t, by(models.Author{ID: "u7", Name: "Max"}), withBody("ÄRGER über 100% _rabatt_ c:\\x"))
		l.post(t, by(models.Author{Name: "Ärmel"}), onArticle("a2"), withBody("quiet"))
		l.post(t, withBody("100 percent"), func(n *storage.NewComment) { n.Comment.Reason = models.ReasonAbuse })
		for _, test := range []struct {
			f    models.QueueFilter
			want int
		}{
			{models.QueueFilter{}, 3},
			{models.QueueFilter{Query: "ärger"}, 1},
			{models.QueueFilter{Query: "ÄR"}, 2}, // a body and a name
			{models.QueueFilter{Query: "0%"}, 1},
			{models.QueueFilter{Query: "_RABATT_"}, 1},
			{models.QueueFilter{Query: "1_0"}, 0},
			{models.QueueFilter{Query: `c:\x`}, 1},
			{models.QueueFilter{Query: "\x00\xff"}, 0},
			{models.QueueFilter{Article: "a2"}, 1},
			{models.QueueFilter{Reason: models.ReasonAbuse}, 1},
			{models.QueueFilter{Reason: "odd\x00"}, 0},
			{models.QueueFilter{Author: "u7"}, 1},
			{models.QueueFilter{Author: "Ärmel"}, 1},
			{models.QueueFilter{Author: "Max", Site: "tribune"}, 0},
		} {
			page := must(l.Queue(l.ctx, ann, test.f))(t)
			if page.Total != test.want || len(page.Items) != test.want {
				t.Errorf("%+v: %d items, total %d, want %d", test.f, len(page.Items), page.Total, test.want)
			}
		}
		for _, f := range []models.QueueFilter{{Sort: "odd"}, {Cursor: "odd"}, {Query: strings.Repeat("x", 60_000)}} {
			_, err := l.Queue(l.ctx, ann, f)
			wantKind(t, err, models.KindInvalid)
		}
	},
	"a campaign is shown and can be filtered by": func(t *testing.T, l *fixture) {
		in := func(id string, count, authors int) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Campaign = models.Campaign{ID: id, Count: count, Authors: authors, Articles: 1, First: l.clock.Now()}
			}
		}
		own := models.Comment{ID: "01900000-0000-7000-8000-000000000001"}
		first := l.post(t, in(own.ID, 1, 1), func(n *storage.NewComment) { n.Comment.ID = own.ID })
		equal(t, "an id made before", first.ID, own.ID)
		if alone := must(l.Detail(l.ctx, ann, first.ID))(t).Campaign; alone != nil {
			t.Fatalf("one comment is no campaign: %+v", alone)
		}
		l.post(t)
		l.post(t, in(own.ID, 3, 3))
		l.post(t, in(own.ID, 2, 2)) // counted before the one above, stored after it
		l.post(t, in(own.ID, 4, 3), approved)
		l.post(t, in("another", 2, 1))
		for _, sort := range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest} {
			page := must(l.Queue(l.ctx, ann, models.QueueFilter{Campaign: own.ID, Sort: sort}))(t)
			equal(t, "total", page.Total, 3)
			for _, item := range page.Items {
				equal(t, "id", item.Campaign.ID, own.ID)
				equal(t, "count", item.Campaign.Count, 4)
				equal(t, "authors", item.Campaign.Authors, 3)
			}
		}
		equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Campaign: "another"}, time.Minute))(t)), 1)
		equal(t, "of a first comment", must(l.Detail(l.ctx, ann, first.ID))(t).Campaign.Count, 4)
		equal(t, "in no group", must(l.Queue(l.ctx, ann, models.QueueFilter{Campaign: "none"}))(t).Total, 0)
		_, _, _, err := l.CreateComment(l.ctx, l.new(func(n *storage.NewComment) { n.Comment.ID = own.ID }))
		wantKind(t, err, models.KindConflict)
	},
	"an item includes its context": func(t *testing.T, l *fixture) {
		parent := l.post(t, approved, by(models.Author{ID: "u1", Name: "Reader"}))
		reply := l.post(t, func(n *storage.NewComment) { n.Comment.ParentID = parent.ID })
		l.post(t, func(n *storage.NewComment) { n.Comment.Status = models.Rejected })
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{}))(t)
		item := page.Items[0]
		equal(t, "comment", item.Comment.ID, reply.ID)
		equal(t, "parent", item.Context.Parent.ID, parent.ID)
		equal(t, "record of the name, not of the id", item.Context.Author.AuthorRecord, models.AuthorRecord{Rejected: 1, Pending: 1})
		equal(t, "signal", item.Verdict.Signals[0].Name, "word:thought")
	},
	"no item is claimed by two moderators": func(t *testing.T, l *fixture) {
		const items, people = 40, 8
		for range items {
			l.post(t)
		}
		var mu sync.Mutex
		holder := map[string]int{}
		together(people, func(i int) {
			me := models.Caller{Kind: models.ByModerator, Name: string(rune('a' + i))}
			for limit := 1; limit <= 3; limit++ { // own claims are returned first
				got, err := l.Claim(l.ctx, me, models.QueueFilter{Limit: limit}, time.Hour)
				mu.Lock()
				if err != nil || len(got) != limit {
					t.Errorf("claim %d: %d items, %v", limit, len(got), err)
				}
				for _, item := range got {
					if other, claimed := holder[item.Comment.ID]; claimed && other != i {
						t.Errorf("%s was claimed by %d and %d", item.Comment.ID, other, i)
					}
					holder[item.Comment.ID] = i
				}
				mu.Unlock()
			}
		})
		equal(t, "claimed", len(holder), people*3)
	},
	"a claim lasts until its lease ends": func(t *testing.T, l *fixture) {
		one, two := l.post(t), l.post(t) // two has the higher risk
		got := must(l.Claim(l.ctx, ann, models.QueueFilter{Limit: 1}, time.Minute))(t)
		equal(t, "ann's", got[0].Comment.ID, two.ID)
		equal(t, "holder", got[0].Claim.By, "ann")
		equal(t, "version", got[0].Version, 1)
		equal(t, "bob's", must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)[0].Comment.ID, one.ID)
		equal(t, "bob's again", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 1)
		page := must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t)
		equal(t, "shown holder", page.Items[0].Claim.By, "ann")

		ok(t, l.Release(l.ctx, bob, []string{two.ID, "none"})) // not bob's claim
		_, _, err := l.Decide(l.ctx, bob, two.ID, models.DecisionRequest{Action: models.Approve})
		wantKind(t, err, models.KindConflict)
		ok(t, l.Release(l.ctx, ann, []string{two.ID}))
		equal(t, "after release", len(must(l.Claim(l.ctx, bob, models.QueueFilter{}, time.Minute))(t)), 2)

		l.clock.Advance(time.Hour)
		if claim := must(l.Detail(l.ctx, ann, two.ID))(t).Claim; claim != nil {
			t.Fatalf("an expired claim shows: %+v", claim)
		}
		equal(t, "after expiry", len(must(l.Claim(l.ctx, ann, models.QueueFilter{}, time.Minute))(t)), 2)
	},
	"the most uncertain comment comes first": func(t *testing.T, l *fixture) {
		for _, p := range []float64{0.99, 0.5, 0.1, 0.4, 0.7, 0.61, 0.4, 0} {
			l.post(t, risky(p), onSite([]string{"gazette", "tribune"}[l.n%2]))
		}
		for _, f := range []models.QueueFilter{{}, {Site: "gazette"}} {
			f.Sort, f.Limit = models.SortUncertain, 2
			var got []models.QueueItem
			for {
				page := must(l.Queue(l.ctx, ann, f))(t)
				got = append(got, page.Items...)
				if f.Cursor = page.Next; f.Cursor == "" {
					equal(t, "total", len(got), page.Total)
					break
				}
			}
			doubt := func(i models.QueueItem) float64 { return max(i.Verdict.Probability()-0.5, 0.5-i.Verdict.Probability()) }
			for i := 1; i < len(got); i++ {
				if doubt(got[i-1]) > doubt(got[i]) {
					t.Fatalf("%v stands before %v", got[i-1].Verdict.Probability(), got[i].Verdict.Probability())
				}
			}
		}
		equal(t, "claimed", must(l.Claim(l.ctx, ann, models.QueueFilter{Sort: models.SortUncertain, Limit: 1}, time.Minute))(t)[0].Verdict.Probability(), 0.5)
	},
	"filters by section, signal, language and time": func(t *testing.T, l *fixture) {
		signal := func(name string) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Verdict.Signals = []models.Signal{{Name: "shape:caps", Weight: 1}, {Name: name, Weight: 2, Detail: `"name":"word:hidden`}}
			}
		}
		first := l.post(t, signal("word:casino"), func(n *storage.NewComment) { n.Comment.Article.Section, n.Comment.Lang = "Sport", "de" })
		l.clock.Advance(time.Hour)
		second := l.post(t, signal("word:100%<b>"), onArticle("a2"), func(n *storage.NewComment) { n.Comment.Lang = "en" })
		equal(t, "section", first.Article.Section, "Sport")
		equal(t, "language", must(l.Comment(l.ctx, second.ID))(t).Lang, "en")
		for _, test := range []struct {
			f    models.QueueFilter
			want int
		}{
			{models.QueueFilter{Section: "Sport"}, 1},
			{models.QueueFilter{Section: "sport"}, 1},
			{models.QueueFilter{Section: "SPORT"}, 1},
			{models.QueueFilter{Section: "sports"}, 0},
			{models.QueueFilter{Lang: "de"}, 1},
			{models.QueueFilter{Lang: "fr"}, 0},
			{models.QueueFilter{Signal: "word:casino"}, 1},
			{models.QueueFilter{Signal: "WORD:"}, 2},
			{models.QueueFilter{Signal: "word:100%<"}, 1},
			{models.QueueFilter{Signal: "word:1__%"}, 0},
			{models.QueueFilter{Signal: "word:hidden"}, 0},
			{models.QueueFilter{Signal: "casino"}, 0},
			{models.QueueFilter{Signal: "\x00\xff"}, 0},
			{models.QueueFilter{Since: second.CreatedAt}, 1},
			{models.QueueFilter{Until: second.CreatedAt}, 1},
			{models.QueueFilter{Since: first.CreatedAt, Until: second.CreatedAt.Add(time.Microsecond)}, 2},
			{models.QueueFilter{Since: second.CreatedAt, Section: "Sport"}, 0},
			{models.QueueFilter{Site: "gazette", Lang: "de", Signal: "shape:caps", Until: second.CreatedAt}, 1},
		} {
			for _, test.f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				page := must(l.Queue(l.ctx, ann, test.f))(t)
				if page.Total != test.want || len(page.Items) != test.want {
					t.Errorf("%+v: %d items, total %d, want %d", test.f, len(page.Items), page.Total, test.want)
				}
			}
		}
		equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Section: "Sport"}, time.Minute))(t)), 1)
	},
	"a grouped campaign is one item": func(t *testing.T, l *fixture) {
		in := func(id string, count int) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Campaign = models.Campaign{ID: id, Count: count, Authors: 1, Articles: 1, First: l.clock.Now()}
			}
		}
		first, alone := l.post(t, in("g", 1)), l.post(t)
		l.post(t, in("g", 2), onArticle("a2"))
		l.post(t, in("g", 3), onArticle("a2"))
		l.post(t, in("g", 4), approved)
		for _, f := range []models.QueueFilter{{}, {Site: "gazette"}} {
			for _, f.Sort = range []models.Sort{models.SortRisk, models.SortOldest, models.SortNewest, models.SortUncertain} {
				f.Grouped = true
				page := must(l.Queue(l.ctx, ann, f))(t)
				equal(t, "total", page.Total, 2)
				for _, item := range page.Items {
					switch item.Comment.ID {
					case alone.ID:
					case first.ID:
						equal(t, "waiting", item.Campaign.Pending, 3)
					default:
						t.Fatalf("%+v stands for the group", item.Comment)
					}
				}
			}
		}
		elsewhere := must(l.Queue(l.ctx, ann, models.QueueFilter{Grouped: true, Article: "a2"}))(t)
		equal(t, "of another article", elsewhere.Total, 1)
		equal(t, "claimed", len(must(l.Claim(l.ctx, ann, models.QueueFilter{Grouped: true}, time.Minute))(t)), 2)
		equal(t, "left for bob", len(must(l.Claim(l.ctx, bob, models.QueueFilter{Grouped: true}, time.Minute))(t)), 0)
		_, _, err := l.Decide(l.ctx, ann, first.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{Grouped: true, Query: "thought"}))(t)
		equal(t, "the next stands for the rest", page.Total, 2)
	},
}

func inOrder(sort models.Sort, a, b models.QueueItem) bool {
	switch sort {
	case models.SortOldest:
		return a.Comment.CreatedAt.Before(b.Comment.CreatedAt)
	case models.SortNewest:
		return a.Comment.CreatedAt.After(b.Comment.CreatedAt)
	}
	return a.Verdict.Probability() >= b.Verdict.Probability()
}

func risky(p float64) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Verdict.Spam = &p }
}
